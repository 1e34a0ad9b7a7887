import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Region, regions } from '../../src/base/region.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { done, scratch } from '../cli/harness.ts';
import { fakeXenstore } from '../support/fake-xenstore.ts';
import { rcWait, start } from './program.ts';

const folder = scratch();
const hosts = join(folder, 'hosts');
const cert = join(folder, 'cert.pem');
const key = join(folder, 'key.pem');
const nobodyTells = fakeXenstore(scratch()).bin;
const addressOf = (region: Region): string => `127.20.0.${regions.indexOf(region) + 1}`;
const apiOf = (region: Region): string => `${region}.api.rackconnect.rackspace.com`;

/** Runs a program with a hosts(5) of its own, in which the six APIs are on loopback. */
const inOwnMounts = ['unshare', '--mount', 'sh', '-c', `mount --bind ${hosts} /etc/hosts && exec "$@"`, 'sh'];
writeFileSync(hosts, `${regions.map((region) => `${addressOf(region)} ${apiOf(region)}`).join('\n')}\n`);
const [unshare = '', ...unshareArgs] = inOwnMounts;
// Without a hosts(5) of its own the real names would be looked up.
const resolves =
  spawnSync(unshare, [...unshareArgs, 'getent', 'ahostsv4', apiOf('ord')], { encoding: 'utf8' }).stdout ?? '';
const isPossible = process.geteuid?.() === 0 && resolves.startsWith(addressOf('ord'));

/** The API of each region, as it is really addressed: by its name, over TLS, on port 443. */
describe.runIf(isPossible)('on a server that nothing names the region of', () => {
  const running = new Map<Region, Awaited<ReturnType<typeof startSimulator>>>();

  beforeAll(async () => {
    const subject = [
      '-subj',
      '/CN=rc-wait test',
      '-addext',
      'subjectAltName=DNS:*.api.rackconnect.rackspace.com',
    ];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    spawnSync('openssl', ['req', '-x509', ...made, ...subject, '-keyout', key, '-out', cert]);
    const tls = { cert: readFileSync(cert), key: readFileSync(key) };
    // Two regions are not there at all.
    for (const region of regions.filter((one) => one !== 'hkg' && one !== 'syd')) {
      running.set(region, await startSimulator({ host: addressOf(region), port: 443, tls }));
    }
  });
  afterAll(async () => {
    for (const simulator of running.values()) await simulator.close();
  });

  let count = 0;
  /** A server of its own, which the APIs in `knowing` know. */
  function server(knowing: readonly Region[]) {
    count += 1;
    const address = `127.20.1.${count}`;
    for (const [region, simulator] of running) {
      const stranger = region === 'iad' ? { unknown: { status: 404 } } : { unknown: true };
      simulator.setServer(address, knowing.includes(region) ? done : stranger);
    }
    const stateDir = scratch();
    const flags = ['--source-address', address, '--ca-file', cert, '--state-dir', stateDir];
    const env = { PATH: `${nobodyTells}:${process.env.PATH ?? ''}` };
    return {
      stateDir,
      run: (...args: string[]) => rcWait([...args, ...flags], { under: inOwnMounts, env }),
      start: (...args: string[]) => start([...args, ...flags], { under: inOwnMounts, env }),
      requests: (region: Region) => running.get(region)?.summary(address).requests ?? 0,
      set: (region: Region, patch: object) => running.get(region)?.setServer(address, patch),
    };
  }

  it('the API that knows it is found, used and remembered', async () => {
    const one = server(['ord']);
    expect(await one.run('status')).toEqual({ exit: 0, out: 'DEPLOYED\n', err: expect.any(String) });
    expect(regions.map(one.requests)).toEqual([1, 0, 1, 1, 1, 0]);
    expect(JSON.parse(readFileSync(join(one.stateDir, 'region.json'), 'utf8'))).toMatchObject({
      region: 'ord',
    });
    expect(await one.run('gateway')).toMatchObject({ exit: 0, out: '10.208.0.1\n' });
    expect(regions.map(one.requests)).toEqual([1, 0, 1, 1, 2, 0]);
    expect((await one.run('wait', '--network', 'off')).err).toMatch(
      /^rc-wait: the region comes from an earlier answer of the API: ord \(.*region\.json\)$/m,
    );
  });

  it('a wait finds it too, and its first poll costs no second request', async () => {
    const one = server(['lon']);
    const { exit, out, err } = await one.run('wait', '--network', 'off', '--output', 'json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'deployed', requests: { sent: 6, refused: 2 } });
    expect(one.requests('lon')).toBe(1);
    expect(err).toMatch(/^rc-wait: nothing on this server names its region: asking the APIs of all six/m);
    expect(err).toMatch(/^rc-wait: the region of this server is lon: its API knows this server$/m);
  });

  it('two that know it decide nothing', async () => {
    const { exit, err } = await server(['ord', 'lon']).run('status');
    expect(exit).toBe(64);
    expect(err).toMatch(
      /^rc-wait: cannot tell the region of this server: the APIs of lon and ord all know it\n +name it with --region\n/m,
    );
  });

  it('none that knows it is said, with what each of them said', async () => {
    const one = server([]);
    const asked = await one.run('status');
    expect(asked.exit).toBe(69);
    expect(asked.err).toMatch(
      /no region that can be reached knows this server \(dfw, lon, ord: 403; hkg, syd: connection refused; iad: 404\)/,
    );
    const waited = await server([]).run('wait', '--timeout', '5s', '--output', 'json');
    expect(waited.exit).toBe(69);
    expect(JSON.parse(waited.out)).toMatchObject({
      outcome: 'unavailable',
      message: expect.stringMatching(/^the API gave no usable answer within 5 s: .*; name it with --region /),
    });
  });

  it('a wait that searches ends by a signal at once', async () => {
    const program = server([]).start('wait', '--output', 'json');
    await program.saw(/finding out the region of this server: the API of no region/);
    program.child.kill('SIGTERM');
    const { exit, out } = await program.ended;
    expect(exit).toBe(143);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'interrupted' });
  });
});
