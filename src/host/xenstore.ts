import { within } from '../base/deadline.ts';
import type { Reading } from '../base/reading.ts';
import { endInWords, type ProgramEnd, runProgram, tail } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';
import { quoted } from './parse/json.ts';

/** In ms. A read takes milliseconds; a hypervisor that does not answer must not hold up a boot. */
const timeoutMs = 3_000;

/** Longer than a value in xenstore (4 KiB, XENSTORE_PAYLOAD_MAX) as xenstore-read(1) escapes it. */
const longestCharacters = 64 * 1024;

/** Reads one key of xenstore. */
export type ReadXenstore = (key: string, signal?: AbortSignal) => Promise<Reading<string>>;

/**
 * Reads a key with xenstore-read(1). Never rejects.
 * @param signal ends the program when aborted; the reading is then `unknown`
 */
export const readXenstore: ReadXenstore = (key, signal) =>
  within(run(key, signal), timeoutMs + 500, () => noAnswer);

const noAnswer: Reading<string> = {
  kind: 'unknown',
  why: `xenstore-read did not answer within ${timeoutMs / 1000} s`,
};

async function run(key: string, signal: AbortSignal | undefined): Promise<Reading<string>> {
  const [stdout, stderr] = [tail(longestCharacters), tail(longestCharacters)];
  const tooLong = new AbortController();
  const end = await runProgram({
    argv: ['xenstore-read', key],
    // The messages parsed below are English.
    env: toolEnvironment(),
    stdout(text) {
      stdout.push(text);
      if (stdout.isCut()) tooLong.abort();
    },
    stderr: stderr.push,
    timeoutMs,
    signal: AbortSignal.any([tooLong.signal, ...(signal === undefined ? [] : [signal])]),
  });
  if (stdout.isCut()) return { kind: 'unknown', why: 'xenstore-read failed: its answer is too long' };
  if (end.kind === 'exit' && end.status === 0)
    return { kind: 'known', value: stdout.text().replace(/\n$/, ''), where: key };
  return whyNot(key, end, stderr.text());
}

/** Why xenstore-read(1) could not read, by the messages in its source (tools/xenstore/xenstore_client.c). */
function whyNot(key: string, end: ProgramEnd, stderr: string): Reading<string> {
  if (end.kind === 'not-started' && end.isMissing)
    return { kind: 'unknown', why: 'xenstore-read is not installed', lasting: true };
  if (end.kind === 'timeout' || end.kind === 'interrupted') return noAnswer;
  if (/couldn't read path/.test(stderr)) return { kind: 'absent', why: `there is no key ${key}` };
  const [, reason] = /xs_open: (.+)/.exec(stderr) ?? [];
  if (reason === 'No such file or directory')
    return { kind: 'unknown', why: 'this server has no xenstore', lasting: true };
  if (reason === 'Permission denied') return { kind: 'unknown', why: 'only root may read xenstore' };
  const said = reason ?? stderr.trim();
  return {
    kind: 'unknown',
    why: said === '' ? `xenstore-read failed: ${endInWords(end)}` : `xenstore-read says ${quoted(said)}`,
  };
}
