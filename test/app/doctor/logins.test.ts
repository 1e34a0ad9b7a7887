import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { looksAtLogins } from '../../../src/app/doctor/logins.ts';
import type { AskSystemctl } from '../../../src/systemd/hold-ups.ts';
import { scratch } from '../../cli/harness.ts';

const target = 'rackconnect-deployed.target';

/** systemctl of a server on which each of these units, in the middle of its start, comes after the next. */
function inARow(...names: readonly string[]): AskSystemctl {
  return async (args) =>
    names
      .filter((name) => args.includes(name))
      .map(
        (name) =>
          `Id=${name}\nNames=${name}\nLoadState=loaded\nJob=1\nAfter=${names[names.indexOf(name) + 1] ?? ''}\n`,
      )
      .join('\n');
}

/** A folder as /proc, with one process in a service. */
function procWith(cmdline: readonly string[], service: string): string {
  const proc = scratch();
  mkdirSync(join(proc, '42'));
  writeFileSync(join(proc, '42/cmdline'), `${cmdline.join('\0')}\0`);
  writeFileSync(join(proc, '42/cgroup'), `0::/system.slice/${service}\n`);
  mkdirSync(join(proc, '43'));
  return proc;
}

const nobody = scratch();

describe('logins', () => {
  it('that nothing holds up are not spoken of', async () => {
    expect(await looksAtLogins(inARow('ssh.service', 'network.target'), nobody)).toEqual([]);
  });

  it('that a mount holds up are a fault, with the option that ends it', async () => {
    const ask = inARow('systemd-user-sessions.service', 'remote-fs.target', 'srv.mount', target);
    expect(await looksAtLogins(ask, nobody)).toEqual([
      {
        topic: 'service',
        what: 'logins',
        seen: 'wait for RackConnect, by srv.mount',
        because: expect.stringContaining('remote-fs.target, that for srv.mount'),
        fault: {
          code: 'DEADLINE',
          why: expect.stringMatching(/^RackConnect logs in by SSH and is kept out: systemd-user-sessions/),
          remedy: expect.stringMatching(/^nofail for srv\.mount/),
        },
      },
    ]);
  });

  it('that another unit holds up are a fault, with what it needs', async () => {
    const [look] = await looksAtLogins(inARow('ssh.service', 'sockets.target', 'my.socket', target), nobody);
    expect(look?.fault?.remedy).toMatch(/^for my\.socket DefaultDependencies=no/);
  });

  it('that wait for a "systemctl start" of bootcmd are a fault', async () => {
    const ask = inARow('ssh.service', 'cloud-init.service');
    for (const program of ['systemctl', '/usr/bin/systemctl']) {
      const proc = procWith([program, 'start', 'rc-wait'], 'cloud-init.service');
      const [look] = await looksAtLogins(ask, proc);
      expect(look?.fault).toMatchObject({
        why: expect.stringContaining('ssh.service waits for cloud-init.service, and there "systemctl start"'),
        remedy: expect.stringContaining('never in bootcmd'),
      });
    }
    expect(await looksAtLogins(ask, procWith(['systemctl', 'start', 'nginx'], 'cloud-init.service'))).toEqual(
      [],
    );
    expect(await looksAtLogins(ask, procWith(['systemctl', 'start', target], 'web.service'))).toEqual([]);
  });

  it('that wait for the start of a unit in which a wait runs are a fault, where systemd still starts it', async () => {
    const proc = procWith(['systemctl', 'start', 'mine'], 'cloud-init.service');
    const wait = (argv: readonly string[]) =>
      writeFileSync(join(proc, '43/cmdline'), argv.map((word) => `${word}\0`).join(''));
    writeFileSync(join(proc, '43/cgroup'), '0::/system.slice/mine.service\n');
    const program = ['/usr/lib/rc-wait/lib/node', '--no-warnings', '/usr/lib/rc-wait/lib/start.cjs'];
    const ask = inARow('ssh.service', 'cloud-init.service');
    const starting: AskSystemctl = async (args) =>
      (await ask(args)) || (await inARow('mine.service', 'network.target')(args));
    for (const words of [['wait', '--timeout', '45m'], []]) {
      wait([...program, ...words]);
      const [look] = await looksAtLogins(starting, proc);
      expect(look?.fault?.why).toBe(
        'RackConnect logs in by SSH and is kept out: ssh.service waits for cloud-init.service, and there "systemctl start" ' +
          'waits for mine.service, where "rc-wait wait" runs',
      );
      // Type=simple: nobody waits for it.
      expect(await looksAtLogins(ask, proc)).toEqual([]);
    }
    for (const other of [
      [...program, 'status'],
      ['vim', '/usr/lib/rc-wait/rc-wait'],
    ]) {
      wait(other);
      expect(await looksAtLogins(starting, proc)).toEqual([]);
    }
  });
});
