import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { done, simulator } from '../cli/harness.ts';
import { type Ended, type Program, start } from './program.ts';

const { play } = await simulator();
const forEver = { deployedAfter: 'never' };

const waitAt = (flags: readonly string[], timeout: string): Program =>
  start(['wait', '--network', 'off', '--timeout', timeout, ...flags]);

/** Ends a wait by a signal once the API has answered. */
async function endBy(signal: NodeJS.Signals, program: Program): Promise<Ended> {
  await program.saw(/DEPLOYING/);
  program.child.kill(signal);
  return program.ended;
}

interface Recorded {
  readonly started_boot_ms: number;
  readonly timeout_ms: number;
}

/** What `rc-wait history` has of the waits of a state directory, in their order. */
function recordsIn(stateDir: string): readonly Recorded[] {
  const folder = join(stateDir, 'waits');
  const numbers = readdirSync(folder).map((name) => Number.parseInt(name, 10));
  return numbers
    .sort((one, other) => one - other)
    .map((number) => JSON.parse(readFileSync(join(folder, `${number}.json`), 'utf8')));
}

const deadlineOf = ({ started_boot_ms, timeout_ms }: Recorded): number => started_boot_ms + timeout_ms;

/** Long enough for an answer on a machine that is busy, and shorter than any boot before a test. */
const timeoutMs = 120_000;

/** On CLOCK_MONOTONIC, in ms: two figures of a record are rounded. */
const roundedMs = 2;

describe.concurrent('--timeout', () => {
  it('counts from the first start, however often the wait is killed', async () => {
    const { flags, stateDir } = play(forEver);
    await endBy('SIGKILL', waitAt(flags, '600s'));
    await endBy('SIGKILL', waitAt(flags, '600s'));
    const { err } = await endBy('SIGKILL', waitAt(flags, '600s'));
    expect(err).toMatch(
      /going on with a wait that began .* ago and was cut off: --timeout counts from its first start/,
    );
    const records = recordsIn(stateDir);
    expect(records).toHaveLength(3);
    const [first = Number.NaN, ...later] = records.map(deadlineOf);
    for (const deadlineMs of later) expect(Math.abs(deadlineMs - first)).toBeLessThanOrEqual(roundedMs);
  });

  it('ends a wait whose time was over before it was started again, with the status that it would have had', async () => {
    const { flags, stateDir } = play(forEver);
    await endBy('SIGKILL', waitAt(flags, `${timeoutMs}ms`));
    const folder = join(stateDir, 'starts');
    const [name = ''] = readdirSync(folder);
    const kept = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    // As if it had been killed just before its deadline.
    const first_boot_ms = systemClock.nowMs() - timeoutMs;
    writeFileSync(join(folder, name), JSON.stringify({ ...kept, first_boot_ms }));
    const { exit, out } = await waitAt(flags, `${timeoutMs}ms`).ended;
    expect({ exit, out }).toEqual({
      exit: 124,
      out: expect.stringMatching(
        /^the deadline passed after .*; --timeout counts from the first start of this wait, 2 min/,
      ),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, object, (program: Program) => Promise<Ended>]>([
    ['after SIGTERM', forEver, (program) => endBy('SIGTERM', program)],
    ['after Ctrl-C', forEver, (program) => endBy('SIGINT', program)],
    ['after a verdict', { ...done, outcome: 'FAILED' }, (program) => program.ended],
  ])('counts anew %s', async (_, server, end) => {
    const { flags, stateDir } = play(server);
    await end(waitAt(flags, '600s'));
    expect(readdirSync(join(stateDir, 'starts'))).toEqual([]);
    const { err } = await end(waitAt(flags, '600s'));
    expect(err).not.toContain('going on');
    expect(recordsIn(stateDir).map(({ timeout_ms }) => timeout_ms)).toEqual([600_000, 600_000]);
  });

  it('is its own for each of two waits side by side', async () => {
    const { flags, stateDir } = play(forEver);
    const one = waitAt(flags, '600s');
    await one.saw(/DEPLOYING/);
    const { err } = await endBy('SIGTERM', waitAt(flags, '600s'));
    expect(err).not.toContain('going on');
    await endBy('SIGTERM', one);
    expect(recordsIn(stateDir).map(({ timeout_ms }) => timeout_ms)).toEqual([600_000, 600_000]);
  });
});
