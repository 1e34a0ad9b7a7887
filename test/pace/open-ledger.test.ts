import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Ledger, SlotRequest } from '../../src/pace/account.ts';
import { publish } from '../../src/pace/last-answers.ts';
import { ledgerFolder, openLedger } from '../../src/pace/open-ledger.ts';
import { sharedLimits, unsharedLimits } from '../../src/pace/window.ts';

let directory = '';
const notices: string[] = [];
const opened: Ledger[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rc-wait-open-'));
  mkdirSync(join(directory, 'user'));
  vi.stubEnv('XDG_RUNTIME_DIR', join(directory, 'user'));
  notices.length = 0;
});
afterEach(() => {
  for (const ledger of opened.splice(0)) ledger.close();
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

function open(where: string): Ledger {
  const onNotice = (notice: string): number => notices.push(notice);
  const ledger = openLedger({
    directory: where,
    clock: systemClock,
    random: () => 0,
    requestTimeoutMs: 10_000,
    onNotice,
  });
  opened.push(ledger);
  return ledger;
}
const approach = (more: Partial<SlotRequest> = {}): SlotRequest => ({
  key: 'details',
  nowMs: systemClock.nowMs(),
  newerThanMs: undefined,
  requestTimeoutMs: 10_000,
  ...more,
});
/** A state directory that nobody can make: a part of its path is a file. */
function impossible(): string {
  writeFileSync(join(directory, 'file'), '');
  return join(directory, 'file', 'state');
}

describe('the count over all state directories', () => {
  const ofServer = (state: string, euid: number) => {
    vi.spyOn(process, 'geteuid').mockReturnValue(euid);
    const ledger = openLedger({
      directory: join(directory, state),
      clock: systemClock,
      random: () => 0,
      requestTimeoutMs: 10_000,
      onNotice: (notice) => notices.push(notice),
      source: () => '10.208.5.7',
      rootDirectory: join(directory, 'root'),
    });
    opened.push(ledger);
    return ledger;
  };
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is that of root where root runs it: 29 requests of all of them', () => {
    let granted = 0;
    for (const state of ['a', 'b', 'c']) {
      const ledger = ofServer(state, 0);
      for (let question = 0; question < 15; question += 1) {
        const key = `http://10.208.0.1|${question}|json`;
        if (ledger.approach(approach({ key })).kind === 'granted') granted += 1;
      }
    }
    expect(granted).toBe(29);
    expect(notices).toEqual([]);
  });

  it.each([
    ['', 'ledger.db'],
    [' with a state directory of its own', 'requests.db'],
  ])(
    'leaves another user one request every 10 s, with any state directory, once root is at work%s',
    (_, left) => {
      expect(ofServer('mine', 1_000).limits).toEqual(sharedLimits);
      mkdirSync(join(directory, 'root'));
      writeFileSync(join(directory, 'root', left), '');
      expect(ofServer('other', 1_000).limits).toEqual(unsharedLimits);
      expect(notices).toEqual([
        expect.stringMatching(/other users cannot see its count .* every 10 s\. Run as root/),
      ]);
      expect(ofServer('roots', 0).limits).toEqual(sharedLimits);
    },
  );
});

describe('a state directory on a mount that may die', () => {
  const remoteType = (folder: string): string | undefined =>
    folder.startsWith(join(directory, 'nfs')) ? 'nfs4' : undefined;
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('has its ledger on this server, where nothing keeps a wait from ending, and says so', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(0);
    const ledger = openLedger({
      directory: join(directory, 'nfs', 'state'),
      rootDirectory: join(directory, 'run'),
      clock: systemClock,
      random: () => 0,
      requestTimeoutMs: 10_000,
      onNotice: (notice) => notices.push(notice),
      remoteType,
    });
    opened.push(ledger);
    expect(ledger.limits).toEqual(sharedLimits);
    expect(ledger.approach(approach())).toMatchObject({ kind: 'granted' });
    expect(readdirSync(directory).sort()).toEqual(['run', 'user']);
    expect(notices).toEqual([
      `${join(directory, 'nfs', 'state')} is on a file system that may stop answering (nfs4): ` +
        `the ledger is kept in ${join(directory, 'run')}`,
    ]);
  });

  it('keeps its ledger where all of this server is on such a mount', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(0);
    const state = join(directory, 'nfs', 'state');
    expect(ledgerFolder(state, join(directory, 'nfs', 'run'), remoteType)).toBe(state);
    expect(ledgerFolder(state, join(directory, 'run'), remoteType)).toBe(join(directory, 'run'));
  });

  it('has it in the folder of a user who is not root, too, and in its own place where there is none', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1_000);
    const state = join(directory, 'nfs', 'state');
    vi.stubEnv('XDG_RUNTIME_DIR', impossible());
    expect(ledgerFolder(state, join(directory, 'run'), remoteType)).toBe(state);
  });
});

describe('opening the ledger', () => {
  it('keeps the full pace where the state directory can be written, and says nothing', () => {
    expect(open(join(directory, 'state')).limits).toEqual(sharedLimits);
    expect(notices).toEqual([]);
  });

  it('keeps to one request every 10 s where it cannot, and says why and what to do', () => {
    const where = impossible();
    const ledger = open(where);
    expect(ledger.limits).toEqual(unsharedLimits);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(
      /^cannot use the ledger in .*file\/state: a part of the path is not a directory; .*every 10 s.*--state-dir/,
    );
  });

  it('shares that slow pace among the processes of a user', () => {
    const where = impossible();
    expect(open(where).approach(approach())).toMatchObject({ kind: 'granted' });
    expect(open(where).approach(approach({ key: 'other' }))).toMatchObject({
      kind: 'delayed',
      delay: { because: 'pace' },
    });
  });

  it('keeps the slow pace in memory where not even that can be written', () => {
    vi.stubEnv('XDG_RUNTIME_DIR', impossible());
    const ledger = open(join(directory, 'file', 'state'));
    const step = ledger.approach(approach());
    expect(step).toMatchObject({ kind: 'granted' });
    expect(ledger.approach(approach({ key: 'other' }))).toMatchObject({
      kind: 'delayed',
      delay: { because: 'pace' },
    });
  });

  it('does not use a directory in /tmp that somebody else could have prepared', () => {
    vi.stubEnv('XDG_RUNTIME_DIR', join(directory, 'evil'));
    mkdirSync(join(directory, 'evil'));
    symlinkSync(directory, join(directory, 'evil', 'rc-wait'));
    const ledger = open(impossible());
    ledger.approach(approach());
    expect(() => new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true })).toThrow();
  });

  it('answers from what root published a moment ago, without a request', () => {
    const where = impossible();
    const askedMs = systemClock.nowMs() - 1_000;
    const shared = join(directory, 'shared');
    mkdirSync(shared);
    publish(shared, new Map([['details', { record: 'DEPLOYING', askedMs }]]));
    // A directory that can be read and not written: the ledger's place is taken by a directory.
    mkdirSync(join(shared, 'ledger.db'));
    expect(open(shared).approach(approach())).toEqual({
      kind: 'answered',
      answer: { record: 'DEPLOYING', askedMs },
    });
    expect(open(where).approach(approach())).toMatchObject({ kind: 'granted' });
  });

  it('does not believe what was published of a later time than now: it would wait for ever', () => {
    const shared = join(directory, 'shared');
    mkdirSync(join(shared, 'ledger.db'), { recursive: true });
    const askedMs = systemClock.nowMs() + 60_000;
    publish(shared, new Map([['details', { record: 'DEPLOYING', askedMs }]]));
    expect(open(shared).approach(approach())).toMatchObject({ kind: 'granted' });
  });

  it('does not ask by itself while root asks', () => {
    const askedMs = systemClock.nowMs() - 1_000;
    const shared = join(directory, 'shared');
    mkdirSync(join(shared, 'ledger.db'), { recursive: true });
    publish(shared, new Map([['details', { record: 'DEPLOYING', askedMs }]]));
    const ledger = open(shared);
    expect(ledger.approach(approach({ newerThanMs: askedMs }))).toEqual({
      kind: 'delayed',
      delay: { because: 'pace', untilMs: askedMs + 10_000 },
    });
    const later = approach({ newerThanMs: askedMs, nowMs: askedMs + 10_000 });
    expect(ledger.approach(later)).toMatchObject({ kind: 'granted' });
  });

  it('goes on, more slowly, when the ledger is taken away from under it', () => {
    const where = join(directory, 'state');
    const ledger = open(where);
    expect(ledger.approach(approach())).toMatchObject({ kind: 'granted' });
    rmSync(where, { recursive: true });
    writeFileSync(where, 'in the way');
    expect(ledger.approach(approach({ key: 'other' }))).toMatchObject({ kind: 'granted' });
    expect(ledger.limits).toEqual(unsharedLimits);
    expect(notices[0]).toContain('cannot use the ledger');
  });
});
