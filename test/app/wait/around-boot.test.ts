import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sayWhoWaits } from '../../../src/app/wait/around-boot.ts';
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
