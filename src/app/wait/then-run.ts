import { programExits } from '../../report/exit.ts';
import type { ResultDocument } from '../../report/result.ts';
import { clean } from '../../report/words.ts';
import { personsEnvironment, valueForEnvironment } from '../../system/environment.ts';
import { exitOfKilled, runInForeground } from '../../system/foreground.ts';
import type { Io } from '../io.ts';

/**
 * Runs the command after `--` in place of a wait that has succeeded; resolves to its exit status, which is that of rc-wait.
 * The result is written before: the command shares standard output with it.
 * @throws the signal's reason if the wait was interrupted after its verdict, for example during a hook
 */
export async function thenRun(
  argv: readonly [string, ...string[]],
  document: ResultDocument,
  { env, err, signal, handover }: Io,
): Promise<number> {
  await handover?.flushed();
  signal.throwIfAborted();
  const end = await runInForeground({
    argv,
    env: { ...personsEnvironment(env), ...resultVariables(document, 0) },
    ignored: handover?.ignored ?? [],
    handTo: handover?.handTo ?? (() => undefined),
  });
  switch (end.kind) {
    case 'exit':
      return end.status;
    case 'signal':
      return exitOfKilled(end.by);
    case 'not-started':
      err(
        `rc-wait: cannot run ${clean(argv[0])}: ${end.isMissing ? 'there is no such program' : end.reason}\n`,
      );
      return end.isMissing ? programExits.missing : programExits.notStarted;
  }
}

/** What programs that are run at the end of a wait get to know of it. Long values are cut: the document has them whole. */
export function resultVariables(
  { outcome, gateway_ip: gateway, message }: ResultDocument,
  exit: number,
): Readonly<Record<string, string>> {
  return {
    RC_WAIT_OUTCOME: outcome,
    RC_WAIT_EXIT_STATUS: String(exit),
    RC_WAIT_GATEWAY_IP: gateway ?? '',
    RC_WAIT_MESSAGE: valueForEnvironment(clean(message)),
  };
}
