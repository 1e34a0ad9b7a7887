import { runProgram } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';

/** In ms. The end of a wait comes at most this much later where journald hangs. */
const limitMs = 2_000;

/**
 * Writes an entry with fields to the journal, by logger(1) of util-linux (2.25 and later): the stream that a service writes to
 * the journal has no fields, and Node no datagram sockets of the kind of sd_journal_send(3). An entry that cannot be written is
 * nothing: what it says was printed, too. Never rejects.
 * @param entry a line for each field, NAME=VALUE; logger stops at an empty line
 */
export async function writeEntry(entry: string): Promise<void> {
  const argv = ['logger', '--journald'] as const;
  await runProgram({ argv, env: toolEnvironment(), input: entry, timeoutMs: limitMs });
}
