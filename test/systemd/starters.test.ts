import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AskSystemctl } from '../../src/systemd/hold-ups.ts';
import { heldByStarts, startInWords, unitsAwaited } from '../../src/systemd/starters.ts';
import { scratch } from '../cli/harness.ts';

/** systemctl of a server on which sshd waits for cloud-init's first stages. */
const early: AskSystemctl = async (args) =>
  [
    ['ssh.service', 'cloud-init.service'],
    ['cloud-init.service', ''],
  ]
    .filter(([id = '']) => args.includes(id))
    .map(([id, after]) => `Id=${id}\nNames=${id}\nLoadState=loaded\nJob=1\nAfter=${after}\n`)
    .join('\n');

/** The same, and a start of `web` comes after RackConnect by a unit between; `plain` comes after nothing. */
const between: AskSystemctl = async (args) =>
  [
    ['ssh.service', 'cloud-init.service'],
    ['cloud-init.service', ''],
    ['web.service', 'network.target data.service'],
    ['data.service', 'rackconnect-deployed.target'],
    ['rackconnect-deployed.target', 'rc-wait.service'],
    ['rc-wait.service', ''],
    ['plain.service', ''],
  ]
    .filter(([id = '']) => args.includes(id))
    .map(([id, after]) => `Id=${id}\nNames=${id}\nLoadState=loaded\nJob=1\nAfter=${after}\n`)
    .join('\n');

/** The same when sshd is up. */
const late: AskSystemctl = async (args) =>
  (await early(args))?.replace(/(Id=ssh\.service\n.*\n.*\n)Job=1/, '$1Job=');

function procWith(cmdline: string, service: string): string {
  const proc = scratch();
  mkdirSync(join(proc, '42'));
  writeFileSync(join(proc, '42/cmdline'), `${cmdline.replaceAll(' ', '\0')}\0`);
  writeFileSync(join(proc, '42/cgroup'), `0::/system.slice/${service}\n`);
  return proc;
}

describe('a systemctl', () => {
  it.each([
    ['systemctl start rc-wait', ['rc-wait.service']],
    ['/usr/bin/systemctl start rc-wait.service', ['rc-wait.service']],
    ['systemctl restart rackconnect-deployed.target', ['rackconnect-deployed.target']],
    ['systemctl -q reload-or-restart rc-wait', ['rc-wait.service']],
    ['systemctl enable --now rc-wait', ['rc-wait.service']],
    ['systemctl start -q nginx web@1 srv.mount', ['nginx.service', 'web@1.service', 'srv.mount']],
    ['systemctl isolate multi-user.target', ['multi-user.target']],
  ])('waits for what it starts: %s', (line, units) => {
    expect(unitsAwaited(line.split(' '))).toEqual(units);
  });

  it.each([
    'systemctl start --no-block rc-wait',
    'systemctl --no-block enable --now rc-wait.service',
    'systemctl enable rc-wait',
    'systemctl status rc-wait',
    'systemctl --user start rc-wait',
    'systemctl -H web-1 start rc-wait',
    'echo systemctl start rc-wait',
  ])('waits for no start on this system: %s', (line) => {
    expect(unitsAwaited(line.split(' '))).toEqual([]);
  });
});

describe('logins', () => {
  const line = 'systemctl start rc-wait';

  it('that wait for a start in bootcmd are named, with the way from sshd to it', async () => {
    const [held] = await heldByStarts(early, procWith(line, 'cloud-init.service'));
    expect(held && startInWords(held)).toBe(
      'ssh.service waits for cloud-init.service, and there "systemctl start" waits for rc-wait.service',
    );
    // From cloud-init 24.3 on one service runs all stages.
    expect(await heldByStarts(early, procWith(line, 'cloud-init-main.service'))).toHaveLength(1);
  });

  it('that wait for the start of a unit that comes after RackConnect are named, with the way from it to rc-wait', async () => {
    const [held] = await heldByStarts(between, procWith('systemctl start web', 'cloud-init.service'));
    expect(held && startInWords(held)).toBe(
      'ssh.service waits for cloud-init.service, and there "systemctl start" waits for web.service, that for data.service, ' +
        'that for rackconnect-deployed.target',
    );
    const [target] = await heldByStarts(
      between,
      procWith('systemctl start data.service', 'cloud-init.service'),
    );
    expect(target?.waitsFor).toEqual(['data.service', 'rackconnect-deployed.target']);
    expect(await heldByStarts(between, procWith('systemctl start plain', 'cloud-init.service'))).toEqual([]);
  });

  it('that are up, or wait for nothing that starts rc-wait, are not', async () => {
    expect(await heldByStarts(late, procWith(line, 'cloud-init.service'))).toEqual([]);
    expect(await heldByStarts(early, procWith(line, 'my-own.service'))).toEqual([]);
    expect(await heldByStarts(early, procWith('systemctl start nginx', 'cloud-init.service'))).toEqual([]);
  });
});
