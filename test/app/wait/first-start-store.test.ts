import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WaitOptions } from '../../../src/app/options.ts';
import type { WaitStart } from '../../../src/app/wait/first-start.ts';
import { beginOrGoOn } from '../../../src/app/wait/first-start-store.ts';
import { scratch } from '../../cli/harness.ts';

const rcWait = { name: 'rc-wait.service', invocation: 'first' };
const again = { ...rcWait, invocation: 'second' };
const timeout = 60_000;

/** A process that does not run any more. */
const dead = { pid: 1, started: 'never' };

const optionsOf = (stateDir: string, more: object = {}) =>
  ({ timeout, 'state-dir': stateDir, signal: 'https://heat/?secret', ...more }) as unknown as WaitOptions;

const startsIn = (stateDir: string): readonly WaitStart[] =>
  readdirSync(join(stateDir, 'starts')).map((name) =>
    JSON.parse(readFileSync(join(stateDir, 'starts', name), 'utf8')),
  );

/** Kills what this process waits for: what it keeps is of a process that is dead. */
function kill(stateDir: string): void {
  const [start] = startsIn(stateDir);
  writeFileSync(
    join(stateDir, 'starts', `${process.pid}.json`),
    JSON.stringify({ ...start, process: dead }),
    { mode: 0o600 },
  );
}

describe('a wait', () => {
  it('by hand goes on after a kill, and begins anew after its end', async () => {
    const stateDir = scratch();
    const args = optionsOf(stateDir);
    const first = await beginOrGoOn(args, [], { nowMs: 1_000, service: null });
    expect(first).toMatchObject({ deadlineMs: 61_000, before: undefined, problem: undefined });
    kill(stateDir);
    const second = await beginOrGoOn(args, [], { nowMs: 21_000, service: null });
    expect(second).toMatchObject({ deadlineMs: 61_000, before: { first_boot_ms: 1_000 } });
    second.end(false);
    expect(startsIn(stateDir)).toEqual([]);
    const third = await beginOrGoOn(args, [], { nowMs: 31_000, service: null });
    expect(third).toMatchObject({ deadlineMs: 91_000, before: undefined });
    third.end(true);
    expect(startsIn(stateDir)).toEqual([]);
  });

  it('by hand goes on in one process alone', async () => {
    const stateDir = scratch();
    const args = optionsOf(stateDir);
    await beginOrGoOn(args, [], { nowMs: 1_000, service: null });
    kill(stateDir);
    const second = await beginOrGoOn(args, [], { nowMs: 2_000, service: null });
    const third = await beginOrGoOn(args, [], { nowMs: 3_000, service: null });
    expect([second.deadlineMs, third.deadlineMs]).toEqual([61_000, 63_000]);
  });

  it.each<[string, object, readonly string[]]>([
    ['other flags', { timeout: 30_000 }, []],
    ['another command after --', {}, ['reboot']],
  ])('with %s is another wait', async (_, more, command) => {
    const stateDir = scratch();
    await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 1_000, service: null });
    kill(stateDir);
    const other = await beginOrGoOn(optionsOf(stateDir, more), command, { nowMs: 2_000, service: null });
    expect(other.before).toBeUndefined();
  });

  it.each<[string, number | undefined, number, boolean]>([
    ['goes on when systemd starts it again', 1, 61_000, false],
    ['goes on when systemd starts it again after SIGTERM by hand', 1, 61_000, true],
    ['begins anew when its owner restarts it', 0, 81_000, true],
    ['begins anew when its owner restarts it while it hangs, and it is killed', 0, 81_000, false],
    ['goes on after a kill where systemd does not answer', undefined, 61_000, false],
    ['begins anew after SIGTERM where systemd does not answer', undefined, 81_000, true],
  ])('of the service %s', async (_, restarts, deadlineMs, isInterrupted) => {
    const stateDir = scratch();
    const args = optionsOf(stateDir);
    const asked: string[] = [];
    const askRestarts = async (service: string) => {
      asked.push(service);
      return restarts;
    };
    const first = await beginOrGoOn(args, [], { nowMs: 1_000, service: rcWait }, askRestarts);
    expect(asked).toEqual([]);
    if (isInterrupted) first.end(true);
    kill(stateDir);
    const second = await beginOrGoOn(args, [], { nowMs: 21_000, service: again }, askRestarts);
    expect(second.deadlineMs).toBe(deadlineMs);
    expect(asked).toEqual(['rc-wait.service']);
    const nowMs = deadlineMs - timeout;
    expect(startsIn(stateDir)).toMatchObject([
      { first_boot_ms: nowMs, service: { ...again, restarts: restarts ?? 0 }, interrupted: false },
    ]);
  });

  it('of the service is not asked about after a verdict, and begins anew', async () => {
    const stateDir = scratch();
    const first = await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 1_000, service: rcWait });
    first.end(false);
    const second = await beginOrGoOn(
      optionsOf(stateDir),
      [],
      { nowMs: 9_000, service: again },
      expect.unreachable,
    );
    expect(second.deadlineMs).toBe(69_000);
  });

  it('knows after a kill that the API had answered', async () => {
    const stateDir = scratch();
    const first = await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 1_000, service: null });
    first.noteAnswer();
    kill(stateDir);
    const second = await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 2_000, service: null });
    expect(second.before).toMatchObject({ answered: true });
    kill(stateDir);
    const third = await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 3_000, service: null });
    expect(third.before).toMatchObject({ first_boot_ms: 1_000, answered: true });
  });
});

describe('what is kept', () => {
  it('is for its owner alone, and has no secret', async () => {
    const stateDir = scratch();
    await beginOrGoOn(optionsOf(stateDir), ['--', 'word'], { nowMs: 1_000, service: null });
    const path = join(stateDir, 'starts', `${process.pid}.json`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).not.toMatch(/secret|word/);
  });

  it('is not believed in a folder that others may write to; the wait begins anew', async () => {
    const stateDir = scratch();
    await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 1_000, service: null });
    kill(stateDir);
    chmodSync(join(stateDir, 'starts'), 0o777);
    const second = await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 2_000, service: null });
    expect(second).toMatchObject({
      deadlineMs: 62_000,
      before: undefined,
      problem: expect.stringContaining('can be written by others'),
    });
    second.noteAnswer();
    second.end(false);
  });

  it('is removed if it is damaged, or a process that is gone had begun to write it', async () => {
    const stateDir = scratch();
    const folder = join(stateDir, 'starts');
    mkdirSync(join(folder, '5.json'), { recursive: true, mode: 0o700 });
    const damaged = ['3.json', '4.json', 'x', '.999999999.json.0123456789abcdef'];
    for (const name of damaged) writeFileSync(join(folder, name), '{"schema":');
    const written = `.${process.pid}.json.0123456789abcdef`;
    writeFileSync(join(folder, written), '');
    const first = await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 1_000, service: null });
    expect(first).toMatchObject({ deadlineMs: 61_000, problem: undefined });
    // A folder stays: it is not rc-wait's, and counts for nothing.
    expect(readdirSync(folder).sort()).toEqual([written, '5.json', `${process.pid}.json`].sort());
  });

  it('is nothing where the state directory is a file; the wait goes on', async () => {
    const stateDir = join(scratch(), 'file');
    writeFileSync(stateDir, '');
    const first = await beginOrGoOn(optionsOf(stateDir), [], { nowMs: 1_000, service: null });
    expect(first).toMatchObject({ deadlineMs: 61_000, problem: expect.any(String) });
    first.end(false);
    expect(existsSync(stateDir)).toBe(true);
  });
});
