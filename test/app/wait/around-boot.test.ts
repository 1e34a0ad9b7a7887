import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refuseWhereLoginsWait, sayWhoWaits } from '../../../src/app/wait/around-boot.ts';
import type { AskSystemctl } from '../../../src/systemd/hold-ups.ts';
import { scratch } from '../../cli/harness.ts';

const ask: AskSystemctl = async (args) =>
  [
    ['ssh.service', 'cloud-init.service'],
    ['cloud-init.service', ''],
  ]
    .filter(([id = '']) => args.includes(id))
    .map(([id, after]) => `Id=${id}\nNames=${id}\nLoadState=loaded\nJob=1\nAfter=${after}\n`)
    .join('\n');

it('a wait of the service that bootcmd waits for says so when it begins', async () => {
  const proc = scratch();
  mkdirSync(join(proc, '42'));
  writeFileSync(join(proc, '42/cmdline'), 'systemctl\0start\0rc-wait\0');
  writeFileSync(join(proc, '42/cgroup'), '0::/system.slice/cloud-init.service\n');
  const warned: string[] = [];
  await sayWhoWaits(ask, { warn: (text) => void warned.push(text) }, proc);
  expect(warned).toEqual([
    'RackConnect logs in by SSH and cannot: ssh.service waits for cloud-init.service, and there "systemctl start" waits for ' +
      'rc-wait.service; end that systemctl; to start it write systemctl start --no-block, in cloud-init in runcmd and never in bootcmd',
  ]);
});

it('a wait of the service that nobody waits for, where processes cannot be listed, says nothing and goes on', async () => {
  const warned: string[] = [];
  const log = { warn: (text: string) => void warned.push(text) };
  await sayWhoWaits(async () => undefined, log, scratch());
  await sayWhoWaits(ask, log, '/nowhere');
  expect(warned).toEqual([]);
});

describe('a wait in a unit of the owner', () => {
  /** systemctl of a server in its boot: sshd waits for bootcmd; `mine` has two names, and `late` comes after it. */
  const booting =
    (jobs: readonly string[]): AskSystemctl =>
    async (args) =>
      [
        ['ssh.service', 'ssh.service', 'cloud-init.service'],
        ['cloud-init.service', 'cloud-init.service', ''],
        ['mine.service', 'mine.service other.service', ''],
        ['late.service', 'late.service', 'mine.service'],
      ]
        .filter(([, names = '']) => names.split(' ').some((name) => args.includes(name)))
        .map(
          ([id = '', names, after]) =>
            `Id=${id}\nNames=${names}\nLoadState=loaded\nJob=${jobs.includes(id) ? 7 : ''}\nAfter=${after}\n`,
        )
        .join('\n');
  const all = ['ssh.service', 'cloud-init.service', 'mine.service', 'late.service'];

  function procWith(...line: readonly string[]): string {
    const proc = scratch();
    mkdirSync(join(proc, '42'));
    writeFileSync(join(proc, '42/cmdline'), `${line.join('\0')}\0`);
    writeFileSync(join(proc, '42/cgroup'), '0::/system.slice/cloud-init.service\n');
    return proc;
  }

  it.each([
    ['mine', 'mine.service'],
    ['other', 'mine.service'],
    ['late', 'late.service, that for mine.service'],
  ])('that bootcmd waits for by "systemctl start %s" is refused, with the way out', async (name, way) => {
    const proc = procWith('systemctl', 'start', name);
    await expect(refuseWhereLoginsWait('mine.service', booting(all), proc)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `cannot wait in mine.service: RackConnect logs in by SSH, and ssh.service waits for cloud-init.service, and there "systemctl start" waits for ${way}, where "rc-wait wait" runs`,
      hint: expect.stringContaining('--no-block'),
    });
  });

  it.each<[string, string, readonly string[]]>([
    ['bootcmd waits for another unit', 'nginx', all],
    [
      'bootcmd waits for no unit in which it runs: its start is over before (Type=simple)',
      'mine',
      [...all.slice(0, 2)],
    ],
    ['sshd is up', 'mine', all.slice(1)],
  ])('goes on where %s', async (_, name, jobs) => {
    await refuseWhereLoginsWait('mine.service', booting(jobs), procWith('systemctl', 'start', name));
  });

  it('goes on where processes cannot be listed', async () => {
    await refuseWhereLoginsWait('mine.service', booting(all), '/nowhere');
  });
});
