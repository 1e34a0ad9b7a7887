import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, netplan, netplanPath, rootWith, scratch, simulator } from '../cli/harness.ts';
import { main, node, rcWait } from './program.ts';

const { play } = await simulator();
const isRoot = process.geteuid?.() === 0;

/** nobody: runs a program without root, where the tests run as root. */
const asNobody = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
const nobodyCanRun = spawnSync('sh', ['-c', [...asNobody, node, '--check', main].join(' ')]).status === 0;

/** A directory in which nobody but its owner, and he only as root, may write. */
function sealed(): string {
  const path = scratch();
  chmodSync(path, 0o555);
  return path;
}

describe.concurrent('wrong flags and configuration: 64, with the word that is wrong', () => {
  it.concurrent.each<[string, string[], RegExp]>([
    [
      'an unknown region',
      ['status', '--region', 'mars'],
      /^rc-wait: cannot use the region "mars" \(--region\): it is not one of dfw, hkg, iad, lon, ord, syd\n/,
    ],
    [
      'a malformed URL',
      ['status', '--api-url', 'http:/dfw'],
      /^rc-wait: cannot use the API address "http:\/dfw" \(--api-url\)/,
    ],
    [
      'an interface that does not exist',
      ['status', '--region', 'dfw', '--interface', 'eth99'],
      /^rc-wait: cannot use --interface eth99: this server has no such interface\n/,
    ],
    ['an unknown command', ['frobnicate'], /^rc-wait: cannot run "frobnicate": there is no such command\n/],
    [
      'a duration without a unit',
      ['--timeout', '60'],
      /^rc-wait: cannot use --timeout 60: a duration such as 90s/,
    ],
    [
      'a root that is not there',
      ['wait', '--root', '/nonexistent'],
      /^rc-wait: cannot use --root \/nonexistent: no such file or directory\n/,
    ],
    [
      'a scenario that is not there',
      ['simulate', '--scenario', '/nonexistent'],
      /^rc-wait: cannot read \/nonexistent: no such file/,
    ],
  ])('%s', async (_, args, message) => {
    const { exit, out, err } = await rcWait(args);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toMatch(message);
  });

  it('a variable of the environment, by its name', async () => {
    const { exit, err } = await rcWait(['wait'], { env: { RC_WAIT_TIMEOUT: '60' } });
    expect({ exit, err }).toEqual({
      exit: 64,
      err: 'rc-wait: cannot use RC_WAIT_TIMEOUT=60: a duration such as 90s, 15m, 1h or infinity is expected\n',
    });
  });
});

describe.concurrent('a source address that is not of this server', () => {
  it('is said, and 69', async () => {
    const server = play(done);
    const { exit, err } = await rcWait(['status', ...server.flags, '--source-address', '192.0.2.77']);
    expect({ exit, err }).toEqual({
      exit: 69,
      err: `rc-wait: cannot get automation_status/details from ${server.url}: the source address 192.0.2.77 is not one of this server\n`,
    });
  });
});

describe.concurrent('a gateway or a network file that cannot be: 73, and every file as it was', () => {
  const broken = 'network:\n  version: 2\n  ethernets: [\n';
  it.concurrent.each<[string, object, string, RegExp]>([
    [
      'a gateway outside every prefix',
      { gateway: { address: '10.99.0.1' } },
      netplan,
      /cannot use the gateway 10\.99\.0\.1: it lies in no prefix of this server/,
    ],
    ['a netplan file that is not YAML', {}, broken, /cannot read \/etc\/netplan\/50-cloud-init\.yaml/],
    ['a netplan file that is no text', {}, '\u0000\u0001\u0002', /\/etc\/netplan\/50-cloud-init\.yaml/],
  ])('%s', async (_, patch, text, message) => {
    const root = rootWith({ [netplanPath]: text });
    const server = play({ ...done, ...patch });
    const { exit, out } = await rcWait(['wait', '--output', 'json', '--root', root, ...server.flags]);
    expect(exit).toBe(73);
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'network-failed',
      message: expect.stringMatching(message),
    });
    expect(readFileSync(join(root, netplanPath), 'utf8')).toBe(text);
    expect(readdirSync(join(root, '/etc/netplan'))).toEqual(['50-cloud-init.yaml']);
  });
});

describe.concurrent('the state directory', () => {
  it('that is a file: said, and the answer still comes', async () => {
    const server = play(done);
    const { exit, out, err } = await rcWait(['status', ...server.flags, '--state-dir', '/dev/null'], {
      env: { XDG_RUNTIME_DIR: scratch() },
    });
    expect({ exit, out }).toEqual({ exit: 0, out: 'DEPLOYED\n' });
    expect(err).toMatch(
      /^rc-wait: cannot use the ledger in \/dev\/null: .*; other rc-wait processes are not visible: making one request every 10 s\. /,
    );
  });

  it.runIf(nobodyCanRun)(
    'that nobody may write: said, and the answer still comes, for one who is not root',
    async () => {
      const server = play(done);
      const stateDir = sealed();
      const own = scratch();
      chmodSync(own, 0o777);
      const { exit, out, err } = await rcWait(['status', ...server.flags, '--state-dir', stateDir], {
        under: asNobody,
        env: { TMPDIR: own },
      });
      expect({ exit, out }).toEqual({ exit: 0, out: 'DEPLOYED\n' });
      // Before it stands a line where root's rc-wait has been at work on this machine.
      expect(err).toMatch(
        new RegExp(`^rc-wait: cannot use the ledger in ${stateDir}: permission denied; `, 'm'),
      );
      expect(err).toMatch(/Run as root, or name a directory of your own with --state-dir\n$/);
      expect(readdirSync(stateDir)).toEqual([]);
    },
  );

  it.runIf(nobodyCanRun)('and a network that only root may change: 77, and nothing asked', async () => {
    const server = play(done);
    const { exit, err } = await rcWait(['network', 'apply', '--gateway', '10.208.0.1', ...server.flags], {
      under: asNobody,
    });
    expect(exit).toBe(77);
    expect(err).toMatch(/^rc-wait: cannot configure the network: root is needed\n/);
    expect(server.requests()).toBe(0);
  });

  it('with a corrupt ledger: set aside, said, and nothing asked while the last minute is unknown', async () => {
    const server = play(done);
    const text = 'not a database at all '.repeat(500);
    mkdirSync(server.stateDir, { recursive: true });
    writeFileSync(join(server.stateDir, 'ledger.db'), text);
    const { exit, out, err } = await rcWait(['wait', '--network', 'off', '--timeout', '4s', ...server.flags]);
    expect(exit).toBe(69);
    expect(err).toMatch(
      /^rc-wait: warning: the ledger \S+ledger\.db is damaged \(.*\): set aside as \S+ and started anew; .*no request is made for the next minute$/m,
    );
    expect(err).toMatch(/the requests that this server may make in a minute are used up; waited /m);
    expect(out).toMatch(/^the API gave no usable answer within 4 s: /);
    expect(server.requests()).toBe(0);
    const [aside] = readdirSync(server.stateDir).filter((name) => name.includes('damaged'));
    expect(readFileSync(join(server.stateDir, aside ?? ''), 'utf8')).toBe(text);
  });
});
