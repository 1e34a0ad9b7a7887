import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { releases } from './boot/first-boot.ts';
import { Server } from './server.ts';

const service = 'rc-wait.service';
const etc = '/etc/systemd/system';

/** What waits in the ways there are: wanted by the boot, by a unit that waits, and by the target alone. */
const waiting = ['dependent.service', 'second.service', 'wanted.service'] as const;
const noting =
  '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c "echo %n >>/run/started"\n';
const files = {
  [`${etc}/second.service`]: `[Unit]\nRequires=dependent.service\nAfter=dependent.service\n${noting}[Install]\nWantedBy=multi-user.target\n`,
  [`${etc}/wanted.service`]: `[Unit]\nRequires=rackconnect-deployed.target\nAfter=rackconnect-deployed.target\n${noting}[Install]\nWantedBy=rackconnect-deployed.target\n`,
  // Whom the owner has told of a failure; a kill that the service goes on after is none.
  [`${etc}/rc-wait.service.d/on-failure.conf`]: '[Unit]\nOnFailure=told.service\n',
  [`${etc}/told.service`]: noting,
};
const first = '[ -e /first ] || { systemctl enable second.service wanted.service; touch /first; }\n';

async function states(server: Server): Promise<readonly string[]> {
  return (await server.ask('systemctl', 'is-active', ...waiting)).split('\n');
}

const none = waiting.map(() => 'inactive');

/** Takes the memory from a process, so that the kernel ends it at its next allocation (cgroups v1, or v2). */
const outOfMemory = (pid: string): string => `
  folder=/sys/fs/cgroup/memory limit=memory.limit_in_bytes
  [ -d $folder ] || { folder=/sys/fs/cgroup limit=memory.max; }
  mount -o remount,rw,bind $folder
  mkdir -p $folder/out-of-memory
  echo 4096 >$folder/out-of-memory/$limit
  echo ${pid} >$folder/out-of-memory/cgroup.procs`;

describe.concurrent.each(releases)(
  'rc-wait.service on %s, killed or started again in the middle',
  (_name, suite) => {
    it('goes on within the quota, and what waits for it starts once, after DEPLOYED', async ({
      expect,
      annotate,
    }) => {
      await using server = await Server.boot({ stack: 'ifupdown', suite, files, first });
      const endings: Readonly<Record<string, (pid: string) => Promise<string>>> = {
        'kill -9 of its main process': (pid) => server.run('kill', '-9', pid),
        'kill -9 of all its processes': () => server.run('systemctl', 'kill', '--signal=KILL', service),
        'want of memory': (pid) => server.run('sh', '-c', outOfMemory(pid)),
        'systemctl restart': () => server.run('systemctl', 'restart', '--no-block', service),
      };
      for (const [ending, end] of Object.entries(endings)) {
        const pid = await server.mainPid();
        await end(pid);
        await server.untilAnotherWaits(pid);
        expect(await states(server), ending).toEqual(none);
      }
      expect(await server.ask('cat', '/run/started')).toBe('');

      const deployedMs = await server.deploymentEnds('DEPLOYED');
      await server.until('all of them have started', async () =>
        (await states(server)).every((state) => state === 'active'),
      );
      for (const unit of waiting)
        expect(await server.moment(unit, 'ExecMainStartTimestampMonotonic'), unit).toBeGreaterThan(
          deployedMs,
        );
      expect((await server.run('cat', '/run/started')).trim().split('\n').sort()).toEqual([
        'second.service',
        'wanted.service',
      ]);
      expect(await server.run('cat', '/run/dependent.routes')).toMatch(
        /^default via 10\.208\.0\.1 dev eth1 [^\n]*$/,
      );
      const { requests, refused, maxIn60s } = await server.summary();
      await annotate(`${requests} requests, at most ${maxIn60s} in 60 s, ${refused} refused`);
      expect(refused).toBe(0);
      expect(maxIn60s).toBeLessThanOrEqual(29);
    });

    it('ends the change of the network that was begun, and what waits for it starts after that', async ({
      expect,
    }) => {
      await using server = await Server.boot({ stack: 'netplan', suite, files, first, netplanSleepsS: 8 });
      await server.deploymentEnds('DEPLOYED');
      const applying = async () => (await server.run('cat', '/run/netplan.applying')) === '';
      await server.until('netplan apply has begun', applying);
      await server.run('kill', '-9', await server.mainPid());
      await delay(1500);
      expect(await states(server)).toEqual(none);
      await server.until('all of them have started', async () =>
        (await states(server)).every((state) => state === 'active'),
      );
      expect(await server.run('cat', '/run/dependent.routes')).toMatch(
        /^default via 10\.208\.0\.1 dev eth1 [^\n]*$/,
      );
      expect(await server.run('ip', '-4', 'route', 'show', 'default')).toMatch(
        /^default via 10\.208\.0\.1 dev eth1 [^\n]*\n?$/,
      );
    });

    it('ends within its --timeout from its first start, however often it is killed, and begins anew when its owner restarts it', async ({
      expect,
      annotate,
    }) => {
      // Long enough for three restarts on a busy machine.
      const timeoutS = 180;
      await using server = await Server.boot({
        stack: 'ifupdown',
        suite,
        files: {
          ...files,
          [`${etc}/rc-wait.service.d/timeout.conf`]: `[Service]\nEnvironment=RC_WAIT_TIMEOUT=${timeoutS}s\n`,
        },
        first,
      });
      const firstStart = async (): Promise<number> => {
        const kept = await server.run('sh', '-c', 'cat /run/rc-wait/starts/*.json');
        return (JSON.parse(kept) as { first_boot_ms: number }).first_boot_ms;
      };
      const began = await firstStart();
      const once = await server.mainPid();
      await server.run('kill', '-9', once);
      await server.untilAnotherWaits(once);
      expect(await firstStart()).toBe(began);

      // SIGTERM by hand is no stop by the owner: systemd starts it again.
      const twice = await server.mainPid();
      await server.run('kill', '-TERM', twice);
      await server.untilAnotherWaits(twice);
      expect(await firstStart()).toBe(began);

      const third = await server.mainPid();
      await server.run('systemctl', 'restart', '--no-block', service);
      await server.untilAnotherWaits(third);
      const anew = await firstStart();
      expect(anew).toBeGreaterThan(began);

      const fourth = await server.mainPid();
      await server.run('kill', '-9', fourth);
      await server.untilUnit(service, ['failed']);
      const { ExecMainStatus, StatusText } = await server.unit(service);
      expect(ExecMainStatus).toBe('124');
      expect(StatusText).toContain('--timeout counts from the first start of this wait');
      const endedMs = await server.moment(service, 'ExecMainExitTimestampMonotonic');
      await annotate(`ended ${Math.round(endedMs - anew)} ms after its first start`);
      expect(endedMs - anew).toBeGreaterThanOrEqual(timeoutS * 1000);
      expect(await server.ask('ls', '/run/rc-wait/starts')).toBe('');
    });

    it('lets nothing start where the automation FAILED after it was killed', async ({ expect }) => {
      await using server = await Server.boot({ stack: 'ifupdown', suite, files, first });
      const pid = await server.mainPid();
      await server.run('kill', '-9', pid);
      await server.untilAnotherWaits(pid);
      await server.deploymentEnds('FAILED');
      await server.untilUnit(service, ['failed']);
      await delay(1500);
      expect(await states(server)).toEqual(none);
      expect((await server.unit(service)).ExecMainStatus).toBe('1');
      expect(await server.run('cat', '/run/started')).toBe('told.service');
    });
  },
);
