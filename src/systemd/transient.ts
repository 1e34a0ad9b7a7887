import { endInWords, runProgram, tail } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';
import { networkSandbox } from '../system/sandbox.ts';

/** In characters: longer than the answer of any network change. */
const longestAnswer = 4 * 1024 * 1024;

/** How a command in a transient service ended. */
export interface Ran {
  /** undefined: a signal ended it, or it could not be started */
  readonly exit: number | undefined;
  readonly stdout: string;
  /** for a person: `exit status 1`, `cannot be started: no such file or directory` */
  readonly how: string;
}

/** The arguments of systemd-run(1) for a command whose output the caller reads. */
export function transientArguments(description: string, command: readonly string[]): string[] {
  const properties = networkSandbox.map((property) => `--property=${property}`);
  const flags = ['--quiet', '--wait', '--pipe', '--collect', '--service-type=exec'];
  return [...flags, `--description=${description}`, ...properties, '--', ...command];
}

/**
 * Runs a command in its own transient service, for a process that lacks the rights
 * for it. The service has no ordering, so it starts at once, even in the middle of a
 * boot, and it continues when this process is killed. Its stderr goes to this
 * process's stderr. Never throws.
 */
export async function runTransient(
  description: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv = toolEnvironment(),
): Promise<Ran> {
  const answer = tail(longestAnswer);
  const end = await runProgram({
    argv: ['systemd-run', ...transientArguments(description, command)],
    env,
    stdout: answer.push,
    stderr: 'inherit',
  });
  return { exit: end.kind === 'exit' ? end.status : undefined, stdout: answer.text(), how: endInWords(end) };
}
