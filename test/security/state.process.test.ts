import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { SqliteLedger } from '../../src/pace/ledger.ts';
import { sharedLimits } from '../../src/pace/window.ts';
import { done, netplan, netplanPath, rootWith, scratch, simulator } from '../cli/harness.ts';
import { rcWait, start } from '../process/program.ts';
import { attack, exposed, openFolder, owned } from './attacker.ts';

const { play } = await simulator();
const own = (): Readonly<Record<string, string>> => ({ XDG_RUNTIME_DIR: scratch() });

/** A ledger in which every question was answered just now: the status with DEPLOYED. */
function ledgerOf(directory: string): string {
  const { nowMs, sleep } = systemClock;
  const options = {
    directory,
    limits: sharedLimits,
    random: () => 0,
    nowMs,
    sleep,
    requestTimeoutMs: 10_000,
  };
  new SqliteLedger({ ...options, onNotice: () => {} }).close();
  const db = new DatabaseSync(join(directory, 'ledger.db'));
  const body = JSON.stringify({ automation_status: 'DEPLOYED', tasks: [] });
  const record = JSON.stringify({ kind: 'ok', contentType: 'application/json', body });
  for (const key of ['automation_status', 'automation_status/details'])
    for (const format of ['json', 'text', 'xml'])
      db.prepare('INSERT OR REPLACE INTO answers VALUES (?, ?, ?)').run(
        `${key} ${format}`,
        nowMs() + 5_000,
        record,
      );
  db.close();
  return join(directory, 'ledger.db');
}

describe.concurrent('a state directory that another user has made', () => {
  it.concurrent('has nothing written by its links, and is said', async () => {
    const above = openFolder();
    const state = exposed(join(above, 'state'));
    const victim = owned(join(above, 'victim'), 'as it was\n');
    const names = ['ledger.db', 'ledger.db-wal', 'ledger.db-shm', 'last.json', 'region.json', 'network.lock'];
    for (const name of names) attack('ln -s "$1" "$2"', victim, join(state, name));
    const server = play(done);
    const args = ['status', ...server.flags, '--state-dir', state];
    const { exit, out, err } = await rcWait(args, { env: own() });
    expect({ exit, out, err }).toEqual({
      exit: 0,
      out: 'DEPLOYED\n',
      err: expect.stringMatching(
        /^rc-wait: cannot use the ledger in \S+: \S+ (does not belong to|can be written by others than) root/,
      ),
    });
    expect(readFileSync(victim, 'utf8')).toBe('as it was\n');
    expect(existsSync(join(above, 'victim-wal'))).toBe(false);
  });

  it.concurrent('is not believed: what it says was answered is asked for', async () => {
    const state = exposed(join(openFolder(), 'state'));
    attack('cat "$1" >"$2"', '/dev/null', join(state, 'ledger.db'));
    const planted = ledgerOf(scratch());
    // He cannot read a folder of this user's, so he is given his copy.
    execFileSync('/bin/cp', ['--no-preserve=all', planted, join(state, 'ledger.db')]);
    const server = play({ deployedAfter: 'never' });
    const args = ['status', ...server.flags, '--state-dir', state];
    const { out } = await rcWait(args, { env: own() });
    expect(out).toBe('DEPLOYING\n');
    expect(server.requests()).toBeGreaterThan(0);
  });

  it.concurrent('is not looked into by doctor either', async () => {
    const state = exposed(join(openFolder(), 'state'));
    attack('mkfifo "$1"', join(state, 'ledger.db'));
    const server = play(done);
    const { exit } = await rcWait(['doctor', ...server.flags, '--state-dir', state], { env: own() });
    expect(exit).toBeTypeOf('number');
  });
});

describe.concurrent('what is remembered of instances, in a folder of another user', () => {
  it.concurrent('is not believed, and said', async () => {
    const root = join(openFolder(), 'tree');
    owned(join(root, netplanPath), netplan);
    owned(join(root, 'var/lib/cloud/data/instance-id'), 'i-1\n');
    const folder = exposed(join(root, 'var/lib/rc-wait'));
    const memory = {
      schema: 'rc-wait/instances/v1',
      instances: [
        {
          id: 'i-1',
          deployed_at: '2026-01-02T03:04:05Z',
          network: 'auto',
          result: { action: 'skipped', reason: 'x' },
        },
      ],
    };
    attack('printf %s "$2" >"$1/instances.json"', folder, JSON.stringify(memory));
    const server = play({ deployedAfter: 'never' });
    const args = ['wait', '--once-per-instance', '--timeout', '20s', '--root', root, ...server.flags];
    const { exit, err } = await rcWait(args);
    // Not 0, which is what the memory says; 69 where not even the first answer comes in time.
    expect([69, 124]).toContain(exit);
    expect(err).toMatch(
      /cannot use \S+instances\.json: \S+ (does not belong to|can be written by others than)/,
    );
  });
});

describe.concurrent('nothing hangs in a system call', () => {
  it.concurrent('a state directory that cannot be made, below /proc', async () => {
    const server = play(done);
    const args = ['status', ...server.flags, '--state-dir', '/proc/rc-wait/state'];
    const { exit, out, err } = await rcWait(args, { env: own() });
    expect({ exit, out }).toEqual({ exit: 0, out: 'DEPLOYED\n' });
    expect(err).toMatch(
      /^rc-wait: cannot use the ledger in \/proc\/rc-wait\/state: no such file or directory; /,
    );
  });

  it.concurrent('nor one of this user below it; and SIGTERM is heard', async () => {
    const server = play({ deployedAfter: 'never' });
    const args = ['wait', '--network', 'off', ...server.flags, '--state-dir', '/proc/rc-wait'];
    const program = start(args, {
      env: { XDG_RUNTIME_DIR: '/proc/rc-wait/run', TMPDIR: '/proc/rc-wait/tmp' },
    });
    await program.saw(/DEPLOYING|0 of 1|waiting/);
    program.child.kill('SIGTERM');
    expect((await program.ended).exit).toBe(143);
  });

  const fifo = (name: string, folder = scratch()): string => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    execFileSync('/usr/bin/mkfifo', [path]);
    return path;
  };
  const login = { RAX_USERNAME: 'u', RAX_API_KEY: 'k', RAX_AUTH_URL: 'http://127.0.0.1:1/identity/v2.0' };
  it.concurrent.each<[string, (path: string) => string[], number]>([
    ['--ca-file', (path) => ['status', '--api-url', 'https://127.0.0.1:1', '--ca-file', path], 64],
    ['--catalog', (path) => ['endpoints', '--catalog', path], 64],
    ['--scenario', (path) => ['simulate', '--listen', '127.0.0.1:0', '--scenario', path], 64],
    ['--token-cache', (path) => ['endpoints', 'compute', '--token-cache', path], 69],
  ])('%s: a FIFO, and a device without an end', async (_, args, exit) => {
    for (const path of [fifo('file'), '/dev/zero']) {
      const ended = await rcWait(args(path), { env: login });
      expect(ended.exit).toBe(exit);
      expect(ended.err).toMatch(/it is not a regular file/);
    }
  });

  it.concurrent.each(['clouds.yaml', 'secure.yaml'])('%s: a FIFO', async (name) => {
    const folder = scratch();
    if (name !== 'clouds.yaml') owned(join(folder, 'clouds.yaml'), 'clouds: {a: {}}\n');
    fifo(name, folder);
    const env = { OS_CLIENT_CONFIG_FILE: join(folder, 'clouds.yaml'), OS_CLOUD: 'a' };
    const { exit, err } = await rcWait(['endpoints', 'compute'], { env });
    expect({ exit, err }).toEqual({ exit: 64, err: expect.stringMatching(/it is not a regular file/) });
  });

  it.concurrent.each([netplanPath, '/etc/network/interfaces', '/var/lib/cloud/data/instance-id'])(
    'below --root: a FIFO as %s',
    async (path) => {
      const root = rootWith(path === netplanPath ? {} : undefined);
      fifo(path, root);
      const server = play(done);
      const args = ['wait', '--once-per-instance', '--timeout', '60s', '--root', root, ...server.flags];
      const { exit } = await rcWait(args);
      expect(exit).toBe(path === netplanPath ? 73 : 0);
    },
  );

  it.concurrent.each(['ledger.db', 'ledger.db-wal', 'last.json', 'region.json'])(
    'in the state directory: a FIFO as %s',
    async (name) => {
      const server = play(done);
      fifo(name, server.stateDir);
      const { exit, out } = await rcWait(['status', ...server.flags], { env: own() });
      expect({ exit, out }).toEqual({ exit: 0, out: 'DEPLOYED\n' });
    },
  );
});
