import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { openLedger } from '../../src/pace/open-ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'rc-wait-flips-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
vi.stubEnv('XDG_RUNTIME_DIR', join(folder, 'user'));
mkdirSync(join(folder, 'user'));

const key = 'automation_status/details json';
const record = JSON.stringify({ kind: 'ok', contentType: 'text/plain', body: 'DEPLOYING' });
const requestTimeoutMs = 10_000;

/** No backoff is longer than 15 minutes; and a ledger that was started anew is silent for 70 s. */
const longestSilenceMs = 15 * 60_000 + 80_000;

interface Times {
  nowMs: number;
  readonly asked: number[];
}

/** A wait as `createPace` has it: asks so many times, each for an answer newer than the last. */
function wait(directory: string, times: Times, requests: number, beforeClosing = (): void => {}): void {
  const clock = { ...systemClock, nowMs: () => times.nowMs };
  const ledger = openLedger({ directory, clock, random: () => 0.5, requestTimeoutMs, onNotice: () => {} });
  const untilMs = times.nowMs + longestSilenceMs;
  let newerThanMs = Number.NEGATIVE_INFINITY;
  for (let count = 0; count < requests; ) {
    if (count === 0 && times.nowMs > untilMs) throw new Error('the wait does not go on');
    const { nowMs } = times;
    const step = ledger.approach({ key, nowMs, newerThanMs, requestTimeoutMs });
    if (step.kind === 'answered') newerThanMs = step.answer.askedMs;
    // Looks once a second at least; not as often where it takes a quarter of an hour.
    else if (step.kind === 'delayed')
      times.nowMs = Math.max(nowMs + 10, Math.min(step.delay.untilMs, nowMs + 5_000));
    else {
      times.asked.push(nowMs);
      times.nowMs += 80;
      const { slotId, takenMs } = step;
      const outcome = { signal: { kind: 'answered' as const }, record };
      ledger.settle({ slotId, key, takenMs, nowMs: times.nowMs, outcome });
      newerThanMs = takenMs;
      count += 1;
    }
  }
  beforeClosing();
  ledger.close();
}

/** The most requests in any 60 s. */
function mostInAMinute(asked: readonly number[]): number {
  return Math.max(...asked.map((from) => asked.filter((at) => at >= from && at < from + 60_000).length));
}

function contentOf(directory: string): ReadonlyMap<string, Buffer> {
  return new Map(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name))]));
}

/** A ledger whose process was killed, or has ended, after 40 requests; and when these were. */
function ledgerAfter(how: 'killed' | 'ended') {
  const directory = mkdtempSync(join(folder, `${how}-`));
  const times: Times = { nowMs: 1_000_000, asked: [] };
  let files = contentOf(directory);
  wait(directory, times, 40, () => {
    files = contentOf(directory);
  });
  if (how === 'ended') files = contentOf(directory);
  return { files, times };
}

/** A folder with these files. */
function folderOf(files: ReadonlyMap<string, Buffer>): string {
  const directory = mkdtempSync(join(folder, 'copy-'));
  for (const [name, content] of files) writeFileSync(join(directory, name), content, { mode: 0o600 });
  return directory;
}

it.each(['killed', 'ended'] as const)(
  'a bit that changes in the ledger of a process that was %s stops no wait, and lets no 30th request into a minute',
  (how) => {
    const { files, times: before } = ledgerAfter(how);
    const names = [...files.keys()].filter((name) => name.startsWith('ledger.db') || name === 'last.json');
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (name, where) => {
          const changed = Buffer.from(files.get(name) ?? '');
          const bit = Math.floor(where * changed.length * 8);
          changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          const directory = folderOf(new Map([...files, [name, changed]]));
          const times: Times = { nowMs: before.nowMs, asked: [...before.asked] };
          try {
            wait(directory, times, 32);
            expect(mostInAMinute(times.asked)).toBeLessThanOrEqual(29);
          } finally {
            rmSync(directory, { recursive: true });
            rmSync(join(folder, 'user/rc-wait'), { recursive: true, force: true });
          }
        },
      ),
      { numRuns: 400 },
    );
  },
);

it.each(['killed', 'ended'] as const)(
  'without such a bit nothing is set aside, and all requests of a process that was %s count',
  (how) => {
    const { files, times } = ledgerAfter(how);
    const directory = folderOf(files);
    wait(directory, times, 40);
    expect(mostInAMinute(times.asked)).toBeLessThanOrEqual(29);
    expect(Math.min(...times.asked.slice(1).map((at, index) => at - (times.asked[index] ?? 0)))).toBeLessThan(
      2_400,
    );
    expect(Math.max(...times.asked.slice(1).map((at, index) => at - (times.asked[index] ?? 0)))).toBeLessThan(
      10_000,
    );
    expect(readdirSync(directory).filter((name) => name.includes('damaged'))).toEqual([]);
  },
);
