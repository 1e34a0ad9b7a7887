import { fstatSync } from 'node:fs';
import { withoutTrailing } from '../base/text.ts';

/**
 * Whether the stream `fd` goes to the journal. JOURNAL_STREAM names the device and
 * inode of the journal's stream; if they differ from those of `fd`, it was redirected
 * (systemd.exec(5), "$JOURNAL_STREAM").
 */
export function underJournal(env: NodeJS.ProcessEnv = process.env, fd = 2): boolean {
  const [, device, inode] = /^(\d+):(\d+)$/.exec(env.JOURNAL_STREAM ?? '') ?? [];
  if (device === undefined || inode === undefined) return false;
  try {
    // A bigint, because inode numbers of large file systems do not fit into a double.
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return dev === BigInt(device) && ino === BigInt(inode);
  } catch {
    return false; // `fd` is closed
  }
}

/** The log levels (pino's numbers) with their priorities of sd-daemon(3), worst first. */
const priorities: readonly (readonly [level: number, priority: number])[] = [
  [60, 2], // fatal: SD_CRIT
  [50, 3], // error: SD_ERR
  [40, 4], // warn: SD_WARNING
  [30, 6], // info: SD_INFO
];

/** SD_DEBUG of sd-daemon(3), for debug and trace. */
const debugPriority = 7;

/**
 * `text` in the form that the journal reads from a stream: each line starts with the
 * priority `<N>` of its level (sd-daemon(3)) and ends with a newline. `level` is pino's
 * number, 10 (trace) to 60 (fatal); a number between two levels counts as the milder one.
 */
export function journalLines(level: number, text: string): string {
  const priority = priorities.find(([lowest]) => level >= lowest)?.[1] ?? debugPriority;
  return withoutTrailing(text, '\n')
    .split('\n')
    .map((line) => `<${priority}>${line}\n`)
    .join('');
}

/** pino's numbers of the levels for output outside the log. */
const levels = { info: 30, error: 50 } as const;

/** `text` for the stream `fd`: with the priority of `level` if the stream goes to the journal, else unchanged. */
export function forStream(
  fd: number,
  level: keyof typeof levels,
  text: string,
  env: NodeJS.ProcessEnv,
): string {
  return underJournal(env, fd) ? journalLines(levels[level], text) : text;
}
