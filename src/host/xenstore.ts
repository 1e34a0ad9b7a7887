import { execFile } from 'node:child_process';
import { errnoOf, reasonOf } from '../base/error.ts';
import type { Reading } from '../base/reading.ts';
import { quoted } from './parse/json.ts';
import { within } from './within.ts';

/** A read from xenstore is a matter of milliseconds; a hypervisor that does not answer must not hold up a boot. */
const timeoutMs = 3_000;

/** Longer than what xenstore holds in one key (4 KiB, XENSTORE_PAYLOAD_MAX), as xenstore-read(1) escapes it. */
const longestBytes = 64 * 1024;

/** How one key of xenstore is read. */
export type ReadXenstore = (key: string, signal?: AbortSignal) => Promise<Reading<string>>;

/**
 * Reads a key by xenstore-read(1). Never rejects.
 * @param signal ends the program when it is aborted; the reading is `unknown` then
 */
export const readXenstore: ReadXenstore = (key, signal) =>
  within(run(key, signal), timeoutMs + 500, () => noAnswer);

const noAnswer: Reading<string> = {
  kind: 'unknown',
  why: `xenstore-read did not answer within ${timeoutMs / 1000} s`,
};

function run(key: string, signal: AbortSignal | undefined): Promise<Reading<string>> {
  const options = {
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: longestBytes,
    // Its words are read below.
    env: { ...process.env, LC_ALL: 'C' },
  } as const;
  return new Promise((resolve) => {
    const child = execFile('xenstore-read', [key], options, (error, stdout, stderr) => {
      signal?.removeEventListener('abort', end);
      if (error === null) resolve({ kind: 'known', value: stdout.replace(/\n$/, ''), where: key });
      else resolve(whyNot(key, error, stderr));
    });
    // Not execFile's own `signal`: where the program is not installed, Node 24 ends a process of a number
    // that was never set, which may be anybody's, and with 0 or -1 whole groups or everything.
    const end = (): void => {
      if (child.pid !== undefined) child.kill('SIGKILL');
    };
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** What xenstore-read(1) says when it cannot read, by its source (tools/xenstore/xenstore_client.c). */
function whyNot(key: string, error: Error & { readonly killed?: boolean }, stderr: string): Reading<string> {
  const code = errnoOf(error);
  if (code === 'ENOENT') return { kind: 'unknown', why: 'xenstore-read is not installed', lasting: true };
  if (error.killed === true && code === undefined) return noAnswer;
  if (/couldn't read path/.test(stderr)) return { kind: 'absent', why: `there is no key ${key}` };
  const [, reason] = /xs_open: (.+)/.exec(stderr) ?? [];
  if (reason === 'No such file or directory')
    return { kind: 'unknown', why: 'this server has no xenstore', lasting: true };
  if (reason === 'Permission denied') return { kind: 'unknown', why: 'only root may read xenstore' };
  const said = reason ?? stderr.trim();
  return {
    kind: 'unknown',
    why: said === '' ? `xenstore-read failed: ${reasonOf(error)}` : `xenstore-read says ${quoted(said)}`,
  };
}
