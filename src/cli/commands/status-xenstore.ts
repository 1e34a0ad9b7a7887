import type { Io } from '../../app/io.ts';
import { statusMetadata } from '../../app/xenstore-status.ts';
import { RcWaitError } from '../../base/error.ts';
import { clean } from '../../report/words.ts';
import type { Verdict } from '../../wait/verdict.ts';

interface StatusArgs {
  readonly output: string;
  readonly quiet: boolean;
  readonly format?: string | undefined;
}

/**
 * `rc-wait status --source xenstore`: what this server's xenstore says; no request is made.
 * @throws RcWaitError USAGE with --format, which is the API's own answer; API_UNAVAILABLE when it says nothing
 */
export async function localStatus(args: StatusArgs, io: Io): Promise<number> {
  if (args.format !== undefined) {
    throw new RcWaitError(
      'USAGE',
      "cannot use --format with --source xenstore: it prints the API's own answer, and the API is not asked",
    );
  }
  const { verdict } = await statusMetadata().read(io.signal);
  const status = statusIn(verdict);
  if (status !== undefined) return print(status, args, io);
  io.signal.throwIfAborted();
  const why = verdict.kind === 'done' ? '' : verdict.why;
  throw new RcWaitError('API_UNAVAILABLE', `cannot get the status: ${why}`, {
    hint: 'xenstore can only be read by root, on a virtual server; --source api asks the API',
  });
}

/**
 * What xenstore says where the API gave no usable answer.
 * @throws the API's error where xenstore says nothing either
 */
export async function statusInstead(error: RcWaitError, args: StatusArgs, io: Io): Promise<number> {
  const { verdict } = await statusMetadata().read(io.signal);
  const status = statusIn(verdict);
  if (status === undefined) throw error;
  if (!args.quiet) io.err(`rc-wait: ${clean(error.message)}; this is what xenstore says\n`);
  return print(status, args, io);
}

function statusIn(verdict: Verdict<{ readonly status: string }>): string | undefined {
  if (verdict.kind === 'done') return verdict.value.status;
  return verdict.kind === 'not-yet' ? verdict.seen?.status : undefined;
}

function print(status: string, { output }: StatusArgs, io: Io): number {
  const document = {
    schema: 'rc-wait/answer/v1',
    operation: 'automation_status',
    automation_status: status,
    source: 'xenstore',
    shared: false,
    age_ms: 0,
  };
  io.out(output === 'json' ? `${JSON.stringify(document)}\n` : `${clean(status)}\n`);
  return 0;
}
