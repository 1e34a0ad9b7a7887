import { RcWaitError } from '../base/error.ts';
import { answerDocument } from '../report/answer.ts';
import { clean } from '../report/words.ts';
import type { Io } from './io.ts';
import { statusHere } from './xenstore-status.ts';

interface StatusArgs {
  readonly output: string;
  readonly quiet: boolean;
  readonly format?: string | undefined;
}

/**
 * `rc-wait status --source xenstore`: prints the status in this server's xenstore, without a request.
 * @throws RcWaitError USAGE with --format, which prints the API's own answer; API_UNAVAILABLE when xenstore
 *   has no status
 */
export async function localStatus(args: StatusArgs, io: Io): Promise<number> {
  if (args.format !== undefined) {
    throw new RcWaitError(
      'USAGE',
      "cannot use --format with --source xenstore: it prints the API's own answer, and the API is not asked",
    );
  }
  const { status, why } = await statusHere(io.signal);
  if (status !== undefined) return print(status, args, io);
  io.signal.throwIfAborted();
  throw new RcWaitError('API_UNAVAILABLE', `cannot get the status: ${why}`, {
    hint: 'xenstore can only be read by root, on a virtual server; --source api asks the API',
  });
}

/**
 * Prints the status in xenstore after the API gave no usable answer.
 * @throws the API's error when xenstore has no status either
 */
export async function statusInstead(error: RcWaitError, args: StatusArgs, io: Io): Promise<number> {
  const { status } = await statusHere(io.signal);
  if (status === undefined) throw error;
  if (!args.quiet) io.err(`rc-wait: ${clean(error.message)}; this is what xenstore says\n`);
  return print(status, args, io);
}

function print(status: string, { output }: StatusArgs, io: Io): number {
  const origin = { operation: 'automation_status', source: 'xenstore', shared: false, ageMs: 0 } as const;
  const document = answerDocument({ automation_status: status }, origin);
  io.out(output === 'json' ? `${JSON.stringify(document)}\n` : `${clean(status)}\n`);
  return 0;
}
