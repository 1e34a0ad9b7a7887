import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { AccountStep, SlotRequest } from '../../src/pace/account.ts';
import { LedgerUnusable } from '../../src/pace/database.ts';
import { readPublished } from '../../src/pace/last-answers.ts';
import { SqliteLedger, type SqliteLedgerOptions } from '../../src/pace/ledger.ts';
import { sharedLimits } from '../../src/pace/window.ts';
import type { Owner } from '../../src/system/process-identity.ts';

let directory = '';
let nowMs = 1_000_000;
const notices: string[] = [];
const opened: SqliteLedger[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rc-wait-ledger-'));
  nowMs = 1_000_000;
  notices.length = 0;
});
afterEach(() => {
  for (const ledger of opened.splice(0)) ledger.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(more: Partial<SqliteLedgerOptions> = {}): SqliteLedger {
  const ledger = new SqliteLedger({
    directory,
    limits: sharedLimits,
    random: () => 0,
    nowMs: () => nowMs,
    sleep: systemClock.sleep,
    requestTimeoutMs: 10_000,
    onNotice: (notice) => notices.push(notice),
    ...more,
  });
  opened.push(ledger);
  return ledger;
}
const approach = (more: Partial<SlotRequest> = {}): SlotRequest => ({
  key: 'details',
  nowMs,
  newerThanMs: undefined,
  requestTimeoutMs: 10_000,
  ...more,
});
function granted(step: AccountStep): { slotId: number; takenMs: number } {
  if (step.kind !== 'granted') expect.fail(`not granted: ${JSON.stringify(step)}`);
  return step;
}
const path = (): string => join(directory, 'ledger.db');

describe('the ledger that all processes share', () => {
  it('tells one process what another was answered, and how both were refused', () => {
    const [one, other] = [open(), open()];
    const step = granted(one.approach(approach()));
    expect(other.approach(approach())).toMatchObject({ kind: 'delayed', delay: { because: 'in-flight' } });
    nowMs += 50;
    one.settle({
      ...step,
      key: 'details',
      nowMs,
      outcome: { signal: { kind: 'answered' }, record: 'DEPLOYING' },
    });
    expect(other.approach(approach())).toEqual({
      kind: 'answered',
      answer: { record: 'DEPLOYING', askedMs: 1_000_000 },
    });
    nowMs += 5_000;
    const next = granted(other.approach(approach()));
    other.settle({ ...next, key: 'details', nowMs, outcome: { signal: { kind: 'refused' }, record: 'no' } });
    expect(one.approach(approach({ newerThanMs: nowMs }))).toEqual({
      kind: 'delayed',
      delay: { because: 'pace', untilMs: nowMs + 4_480 },
    });
    nowMs += 4_000;
    expect(one.approach(approach({ key: 'gateway' }))).toMatchObject({ kind: 'granted' });
  });

  it('grants 29 slots and no more, whoever asks', () => {
    const ledgers = [open(), open(), open()];
    const steps = Array.from({ length: 40 }, (_, index) =>
      ledgers[index % 3]?.approach(approach({ key: `k${index}` })),
    );
    expect(steps.filter((step) => step?.kind === 'granted')).toHaveLength(29);
    expect(steps.at(-1)).toMatchObject({
      kind: 'delayed',
      delay: { because: 'window', untilMs: nowMs + 70_000 },
    });
  });

  it('lets another process ask at once when the one that was asking has died, and goes on counting its request', () => {
    const dead = new Set<number>();
    const isAlive = ({ pid }: Owner): boolean => !dead.has(pid);
    const one = open({ isAlive });
    granted(one.approach(approach()));
    nowMs += 2_300;
    expect(one.approach(approach())).toMatchObject({ delay: { because: 'in-flight' } });
    dead.add(process.pid);
    granted(one.approach(approach()));
    const rows = new DatabaseSync(path(), { readOnly: true })
      .prepare('SELECT count(*) AS n FROM slots')
      .get();
    expect(rows).toEqual({ n: 2 });
  });

  it('looks for the processes of requests under way alone: of the others it is not asked who made them', () => {
    const looks: Owner[] = [];
    const isAlive = (owner: Owner): boolean => looks.push(owner) > 0;
    const ledger = open({ isAlive });
    const settle = (step: ReturnType<typeof granted>) =>
      ledger.settle({
        ...step,
        key: 'details',
        nowMs,
        outcome: { signal: { kind: 'answered' }, record: 'DEPLOYING' },
      });
    for (let poll = 0; poll < 10; poll += 1) {
      settle(granted(ledger.approach(approach())));
      nowMs += 2_300;
    }
    expect(looks).toEqual([]);
    granted(ledger.approach(approach()));
    ledger.approach(approach());
    expect(looks).toEqual([expect.objectContaining({ pid: process.pid })]);
  });

  it('is for root alone, and publishes the answers for everyone', () => {
    const ledger = open();
    const step = granted(ledger.approach(approach()));
    ledger.settle({
      ...step,
      key: 'details',
      nowMs,
      outcome: { signal: { kind: 'answered' }, record: 'DEPLOYED' },
    });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'last.json')).mode & 0o777).toBe(0o644);
    expect(readPublished(directory).get('details')).toEqual({ record: 'DEPLOYED', askedMs: 1_000_000 });
  });

  it('wakes those who wait in other processes when something was answered', async () => {
    const [one, other] = [open(), open()];
    const step = granted(one.approach(approach()));
    const woken = other.changed(Number.POSITIVE_INFINITY);
    one.settle({ ...step, key: 'details', nowMs, outcome: { signal: { kind: 'answered' }, record: 'x' } });
    await woken;
  });

  it('begins anew with each boot: its clock has nothing to do with that of the last one', () => {
    open().close();
    const db = new DatabaseSync(path());
    db.exec("UPDATE backoff SET boot = 'another boot', refusals = 5, not_before_ms = 9e9");
    db.exec("INSERT INTO answers VALUES ('details', 9e9, 'old')");
    db.close();
    granted(open().approach(approach()));
    expect(notices).toEqual([]);
  });
});

describe('a damaged ledger', () => {
  const damaged = (): string[] => readdirSync(directory).filter((name) => name.includes('damaged'));

  it.each([
    [
      'is no database',
      () => writeFileSync(path(), 'not a database at all, but long enough to look at'.repeat(40)),
    ],
    ['was cut short', () => truncateSync(path(), 5_000)],
    [
      'is of another version',
      () =>
        execFileSync(process.execPath, [
          '-e',
          `new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path())}).exec('PRAGMA user_version = 99')`,
        ]),
    ],
  ])('that %s is set aside and said, and nothing is asked for a minute', (_what, damage) => {
    const first = open();
    granted(first.approach(approach()));
    first.close();
    damage();
    const ledger = open();
    expect(ledger.approach(approach())).toEqual({
      kind: 'delayed',
      delay: { because: 'window', untilMs: nowMs + 70_000 },
    });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(`the ledger ${path()} is damaged`);
    expect(damaged()).toHaveLength(1);
    nowMs += 70_000;
    granted(ledger.approach(approach()));
  });

  it.each([
    ['an answer to what was asked later than now', 'UPDATE answers SET asked_ms = asked_ms + 1e6'],
    ['a request that counts for years', 'UPDATE slots SET counts_until_ms = 9e12'],
    ['a request that counts for seconds', 'UPDATE slots SET counts_until_ms = taken_ms + 5000'],
    ['a backoff of days', 'UPDATE backoff SET not_before_ms = 9e9'],
    ['a pace of hours', 'UPDATE backoff SET pace_ms = 9e6'],
    ['a number that is too large for one', 'UPDATE backoff SET refusals = 9223372036854775807'],
    ['no backoff', 'DELETE FROM backoff'],
    ['a letter of its boot changed', "UPDATE backoff SET boot = 'x' || substr(boot, 2)"],
    ['no version', 'PRAGMA user_version = 0'],
    ['a column of another name', 'ALTER TABLE slots RENAME COLUMN taken_ms TO taken_ns'],
  ])('with %s is set aside as well, and the wait goes on after a minute', (_what, sql) => {
    const first = open();
    const { slotId, takenMs } = granted(first.approach(approach()));
    const outcome = { signal: { kind: 'answered' as const }, record: 'x' };
    first.settle({ slotId, takenMs, key: 'details', nowMs, outcome });
    first.close();
    const db = new DatabaseSync(path());
    db.exec(sql);
    db.close();
    nowMs += 10;
    const ledger = open();
    expect(ledger.approach(approach({ newerThanMs: nowMs - 5 }))).toMatchObject({
      delay: { because: 'window' },
    });
    expect(damaged()).toHaveLength(1);
    nowMs += 70_000;
    granted(ledger.approach(approach()));
  });

  it('whose log lost what a killed process had asked is told from one whose log is whole', async () => {
    const script = `
      import { SqliteLedger } from ${JSON.stringify(new URL('../../src/pace/ledger.ts', import.meta.url).href)};
      import { sharedLimits } from ${JSON.stringify(new URL('../../src/pace/window.ts', import.meta.url).href)};
      const nowMs = () => 1_000_000;
      const ledger = new SqliteLedger({ directory: ${JSON.stringify(directory)}, limits: sharedLimits, random: () => 0, nowMs,
        sleep: async () => {}, requestTimeoutMs: 10_000, onNotice: () => {} });
      for (let n = 0; n < 29; n += 1) ledger.approach({ key: 'k' + n, nowMs: nowMs(), newerThanMs: undefined, requestTimeoutMs: 10_000 });
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    await once(child, 'exit');
    const log = readFileSync(`${path()}-wal`);
    const index = readFileSync(`${path()}-shm`);
    expect(open().approach(approach())).toMatchObject({ delay: { because: 'window' } });
    expect(notices).toEqual([]);
    for (const ledger of opened.splice(0)) ledger.close();

    // As the process left it, but for one bit: SQLite alone would forget most of the requests, and say nothing.
    rmSync(path());
    const empty = new DatabaseSync(path());
    empty.exec('PRAGMA journal_mode = WAL');
    empty.close();
    log.writeUInt8(log.readUInt8(200) ^ 1, 200);
    writeFileSync(`${path()}-wal`, log);
    writeFileSync(`${path()}-shm`, index);
    expect(open().approach(approach())).toMatchObject({ delay: { because: 'window' } });
    expect(notices).toEqual([expect.stringContaining('is damaged (requests are missing from its log)')]);
  });

  it('that is damaged while it is open is set aside by one process, and all go on with the same new one', () => {
    const ledgers = [open(), open()];
    for (const ledger of ledgers) granted(ledger.approach(approach({ key: Math.random().toString() })));
    for (const suffix of ['', '-wal']) writeFileSync(path() + suffix, 'x'.repeat(20_000));
    for (const ledger of ledgers) ledger.approach(approach());
    expect(damaged()).toHaveLength(1);
    nowMs += 70_000;
    granted(ledgers[0]?.approach(approach()) as AccountStep);
    expect(ledgers[1]?.approach(approach())).toMatchObject({ delay: { because: 'in-flight' } });
  });

  it('that another process is just starting anew is busy, and no mistake of ours', () => {
    writeFileSync(path(), 'not a database at all, but long enough to look at'.repeat(40));
    let other: DatabaseSync | undefined;
    const onNotice = () => {
      other = new DatabaseSync(path());
      other.exec('BEGIN EXCLUSIVE');
    };
    const ledger = open({ onNotice });
    expect(ledger.approach(approach())).toMatchObject({ kind: 'delayed' });
    other?.close();
    expect(ledger.approach(approach())).toMatchObject({ kind: 'delayed', delay: { because: 'window' } });
  });

  it('that was deleted is started anew, and nothing is asked for a minute', () => {
    const ledger = open();
    granted(ledger.approach(approach()));
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
    expect(ledger.approach(approach({ key: 'other' }))).toMatchObject({ delay: { because: 'window' } });
  });
});

it('lets others into a folder that it has made, whatever the umask', () => {
  const former = process.umask(0o077);
  try {
    open({ directory: join(directory, 'made') });
  } finally {
    process.umask(former);
  }
  expect(statSync(join(directory, 'made')).mode & 0o777).toBe(0o755);
});

it('tells all processes that one of them has a watch that works, and publishes that as no answer', () => {
  const [leader, other] = [open(), open()];
  const step = granted(other.approach(approach()));
  const outcome = { signal: { kind: 'answered' as const }, record: 'A' };
  other.settle({ ...step, key: 'details', nowMs, outcome });
  expect(other.isWatched(nowMs)).toBe(false);
  leader.noteWatch(nowMs);
  expect(other.isWatched(nowMs)).toBe(true);
  expect(other.approach(approach({ newerThanMs: nowMs }))).toEqual({
    kind: 'delayed',
    delay: { because: 'pace', untilMs: nowMs + 2_420 },
  });
  expect(other.approach(approach({ newerThanMs: nowMs, dueMs: nowMs }))).toMatchObject({ kind: 'delayed' });
  expect(other.isWatched(nowMs + 12_000)).toBe(false);
  const again = granted(leader.approach(approach({ key: 'gateway' })));
  leader.settle({ ...again, key: 'gateway', nowMs, outcome });
  expect([...readPublished(directory).keys()].sort()).toEqual(['details', 'gateway']);
});

describe('a ledger that cannot be used', () => {
  it('says so when its directory cannot be made', () => {
    writeFileSync(join(directory, 'file'), '');
    expect(() => open({ directory: join(directory, 'file', 'below') })).toThrow(LedgerUnusable);
  });

  it('says "busy" for a while, and then that it cannot be used, when another process never lets go of it', () => {
    const ledger = open();
    const holder = new DatabaseSync(path());
    holder.exec('BEGIN IMMEDIATE');
    expect(ledger.approach(approach())).toEqual({
      kind: 'delayed',
      delay: { because: 'in-flight', untilMs: nowMs + 250 },
    });
    nowMs += 29_000;
    expect(ledger.approach(approach())).toMatchObject({ kind: 'delayed' });
    nowMs += 2_000;
    expect(() => ledger.approach(approach())).toThrow(LedgerUnusable);
    holder.exec('ROLLBACK');
    holder.close();
  });

  it('gives its lock back when its process is killed in the middle of writing', async () => {
    open();
    const script = `const db = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path())});
      db.exec('BEGIN IMMEDIATE'); db.exec("INSERT INTO answers VALUES ('half', 1, 'written')"); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(open().approach(approach())).toMatchObject({ kind: 'delayed' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    granted(open().approach(approach()));
    expect(readFileSync(join(directory, 'ledger.db')).length).toBeGreaterThan(0);
    expect(new DatabaseSync(path()).prepare('SELECT count(*) AS n FROM answers').get()).toEqual({ n: 0 });
  });
});
