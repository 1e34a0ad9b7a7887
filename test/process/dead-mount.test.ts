import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createCloudHttp } from '../../src/simulator/openstack/http.ts';
import { parseCloudScenario } from '../../src/simulator/openstack/scenario.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { done, scratch, simulator } from '../cli/harness.ts';
import { fakeXenstore, metadata } from '../support/fake-xenstore.ts';
import { rcWait, start } from './program.ts';

const { play } = await simulator();

/** Runs a program beside a FUSE file system whose daemon never answers, as a hard NFS mount of a dead server does. */
const beside = (point: string): readonly string[] => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `exec 3<>/dev/fuse; mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 dead '${point}' || exit 99; exec "$@"`,
  'sh',
];

/** Whether this process may mount it: root, with the kernel's module. */
function mayMount(): boolean {
  if (!existsSync('/dev/fuse')) return false;
  const [file = '', ...args] = [...beside(scratch()), 'true'];
  return spawnSync(file, args, { timeout: 20_000 }).status === 0;
}

const point = join(scratch(), 'dead');
mkdirSync(point);

describe.runIf(mayMount())('a file system that never answers', () => {
  it.each([
    ['--ca-file', 'ca.pem'],
    ['--state-dir', 'state'],
    ['--root', ''],
  ])('below the path of %s: said, and the process ends', async (flag, name) => {
    const path = join(point, name);
    const flags = flag === '--state-dir' ? [] : play(done).flags;
    const { exit, err } = await rcWait(['wait', ...flags, flag, path], { under: beside(point) });
    expect(err).toMatch(new RegExp(`cannot read ${path}: no answer within \\d+ s`));
    expect(err).toContain(`named by ${flag}`);
    expect(exit).toBe(64);
  });

  it('below the path of --metrics-file from the middle of a wait on: said, and the wait ends as it would', async () => {
    const folder = scratch();
    const metrics = join(folder, 'now', 'rc-wait.prom');
    mkdirSync(join(folder, 'alive'));
    symlinkSync('alive', join(folder, 'now'));
    const played = play({ deployedAfter: '10h' });
    const flags = ['--network', 'off', '--metrics-file', metrics];
    const { ended } = start(['wait', ...played.flags, ...flags], { under: beside(point) });
    // The name leads to the dead mount now, as if it had died under it.
    while (!existsSync(metrics)) await sleep(100);
    symlinkSync(point, join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'now'));
    played.set(done);
    const { exit, err } = await ended;
    expect(err).toContain(`cannot write ${metrics} (--metrics-file): no answer `);
    expect(exit).toBe(0);
  });

  it('below --state-dir from the middle of a wait on: the record and result.json are said to be lost, and the wait ends', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'alive'));
    symlinkSync('alive', join(folder, 'now'));
    const xenstore = fakeXenstore(folder);
    xenstore.set(metadata('rackconnect_automation_status'), '"DEPLOYING"');
    // Without a question to the API there is no ledger: see the next test.
    const flags = ['--source', 'xenstore', '--managed', 'no', '--network', 'off', '--output', 'json'];
    const { ended, saw } = start(['wait', ...flags, '--state-dir', join(folder, 'now')], {
      env: { PATH: `${xenstore.bin}:${process.env.PATH ?? ''}` },
      under: beside(point),
    });
    await saw(/DEPLOYING/);
    while (!existsSync(join(folder, 'alive', 'under-way'))) await sleep(100);
    symlinkSync(point, join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'now'));
    xenstore.set(metadata('rackconnect_automation_status'), '"DEPLOYED"');
    const { exit, out, err } = await ended;
    expect(err).toContain('cannot keep the record of this wait: no answer within ');
    expect(err).toContain(`cannot write ${join(folder, 'now', 'result.json')}: no answer within `);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'deployed' });
    expect(exit).toBe(0);
  });

  it('below the path of --report from the middle of a wait on: said, and the wait ends as it would', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'alive'));
    symlinkSync('alive', join(folder, 'now'));
    const report = join(folder, 'now', 'web.html');
    const scenario =
      'openstack: {fleets: [{count: 1, activeAfter: {from: 0s, to: 1s}, endsAfter: {from: 9h, to: 10h}, bursts: 1}]}';
    const { serve } = createCloudHttp(parseCloudScenario(scenario, 'test'), systemClock);
    const { url, close } = await startSimulator({ also: serve });
    const login = {
      HOME: folder,
      RAX_AUTH_URL: `${url}/identity/v2.0`,
      RAX_USERNAME: 'demo',
      RAX_API_KEY: 'demo-api-key',
    };
    const flags = ['--all', '--output', 'json', '--report', report];
    const { child, ended, saw } = start(['remote', ...flags], { env: login, under: beside(point) });
    await saw(/0 of 1|1 server|waiting/);
    symlinkSync(point, join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'now'));
    child.kill('SIGTERM');
    const { exit, out, err } = await ended;
    await close();
    expect(err).toContain(`cannot write ${report}: no answer within `);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'interrupted' });
    expect(exit).toBe(143);
  });
});
