import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AskSystemctl } from '../../src/systemd/hold-ups.ts';
import { heldByStarts, isWaitingStart, startInWords } from '../../src/systemd/starters.ts';
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
    'systemctl start rc-wait',
    '/usr/bin/systemctl start rc-wait.service',
    'systemctl restart rackconnect-deployed.target',
    'systemctl -q reload-or-restart rc-wait',
    'systemctl enable --now rc-wait',
  ])('waits for rc-wait: %s', (line) => {
    expect(isWaitingStart(line.split(' '))).toBe(true);
  });

  it.each([
    'systemctl start --no-block rc-wait',
    'systemctl --no-block enable --now rc-wait.service',
    'systemctl enable rc-wait',
    'systemctl start nginx',
    'systemctl status rc-wait',
    'echo systemctl start rc-wait',
  ])('does not: %s', (line) => {
    expect(isWaitingStart(line.split(' '))).toBe(false);
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

  it('that are up, or wait for nothing that starts rc-wait, are not', async () => {
    expect(await heldByStarts(late, procWith(line, 'cloud-init.service'))).toEqual([]);
    expect(await heldByStarts(early, procWith(line, 'my-own.service'))).toEqual([]);
    expect(await heldByStarts(early, procWith('systemctl start nginx', 'cloud-init.service'))).toEqual([]);
  });
});
