import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { limitsMs } from '../../support/limits.ts';
import {
  cloudInit,
  cloudInitStatus,
  example,
  firstBoot,
  releases,
  routeFound,
  untilCloudInitEnds,
} from '../boot/first-boot.ts';
import { Server } from '../server.ts';
import { preparedImage } from './container.ts';
import type { Packages } from './packages.ts';

const etc = '/etc/systemd/system';
const service = 'rc-wait.service';
const wished = /^default via 10\.208\.0\.1 dev eth1 [^\n]*$/;

/** A unit of the owner's that waits for the automation. */
const dependent = (after: string): string => `[Unit]
Requires=rackconnect-deployed.target
After=rackconnect-deployed.target ${after}
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip route show default >/run/%n; sleep 1'
[Install]
WantedBy=rackconnect-deployed.target
`;

/** What the owner adds once the package is there, for the next boot. */
const owners: Readonly<Record<string, string>> = {
  '/etc/default/rc-wait': 'RC_WAIT_API_URL=http://10.208.0.1:8080\nRC_WAIT_INTERFACE=eth1\n',
  '/etc/simulator.yaml':
    'deployedAfter: 1m\ngateway: { address: 10.208.0.1 }\nfeatures: { configureNetworkStack: false }\n',
  [`${etc}/first.service`]: dependent(''),
  [`${etc}/second.service`]: dependent('first.service'),
};

interface Sample {
  readonly active: string;
  readonly text: string;
  readonly boot: string;
}

/** Takes the lock of dpkg for a while. */
const holdLock =
  'import fcntl, time; f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(12)';

/** What a person sees who looks every second, until all has started. */
async function watch(server: Server): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const deadline = performance.now() + limitsMs.server;
  for (;;) {
    const { ActiveState: active = '', StatusText: text = '' } = await server.unit(service);
    samples.push({ active, text, boot: await server.ask('systemctl', 'is-active', 'multi-user.target') });
    if ((await server.ask('systemctl', 'is-active', 'second.service')) === 'active') return samples;
    if (performance.now() > deadline) throw new Error(`second.service: not within ${limitsMs.server} ms`);
    await delay(1000);
  }
}

/** The lines of the service in the journal of this boot that rc-wait has written itself. */
async function journal(server: Server): Promise<readonly { message: string; priority: string }[]> {
  const lines = await server.run('journalctl', '-b', '-u', service, '-o', 'json', '--no-pager');
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ _SYSTEMD_UNIT: unit }) => unit === service)
    .map(({ MESSAGE: message, PRIORITY: priority }) => ({ message, priority }));
}

/** The .deb on the next boot of a server, and in a first boot by cloud-init. */
export function describeFirstBoot(made: () => Packages): void {
  describe.concurrent.each(releases)('the .deb on %s', (name, suite) => {
    it('is installed without Node, and at the next boot what waits starts in order after a minute of DEPLOYING', async ({
      expect,
      annotate,
    }) => {
      const deb = `/srv/${basename(made().deb)}`;
      await using server = await Server.boot({
        image: await preparedImage(name),
        stack: 'ifupdown',
        dependent: false,
        api: 'none',
        copies: { [made().deb]: deb },
      });
      await server.untilUnit('multi-user.target', ['active']);
      await server.run('sh', '-c', `cd /srv && apt install -y ./${basename(deb)} 2>&1`);
      expect(await server.ask('sh', '-c', 'command -v node nodejs')).toBe('');
      await server.write(owners);
      await server.run('systemctl', 'enable', 'simulator.service', 'first.service', 'second.service');
      await server.reboot();

      await server.untilUnit(service, ['activating']);
      const samples = await watch(server);
      const deploying = samples.filter(({ active }) => active === 'activating');
      expect(deploying.length).toBeGreaterThan(20);
      const spoken = deploying.slice(deploying.findIndex(({ text }) => text !== ''));
      // Whoever looks before systemd-notify(1), the very first program, has run.
      expect(deploying.length - spoken.length).toBeLessThanOrEqual(1);
      for (const { text } of spoken)
        expect(text).toMatch(/Rackspace|which server|DEPLOYING|DEPLOYED|gateway|RackConnect/);
      await annotate(`${name}: ${[...new Set(deploying.map(({ text }) => text))].join(' | ')}`);

      const deployedMs = await server.moment(service, 'ActiveEnterTimestampMonotonic');
      const bootedMs = await server.moment('multi-user.target', 'ActiveEnterTimestampMonotonic');
      const beganMs = await server.moment(service, 'InactiveExitTimestampMonotonic');
      await annotate(
        `${name}: the boot ended ${Math.round(bootedMs - beganMs)} ms after the wait began, which took ${Math.round(deployedMs - beganMs)} ms`,
      );
      expect(deployedMs - beganMs).toBeGreaterThan(55_000);
      expect(bootedMs).toBeLessThan(deployedMs);
      const firstMs = await server.moment('first.service', 'ExecMainStartTimestampMonotonic');
      const secondMs = await server.moment('second.service', 'ExecMainStartTimestampMonotonic');
      expect(firstMs).toBeGreaterThan(deployedMs);
      expect(secondMs - firstMs).toBeGreaterThan(1000);
      for (const unit of ['first', 'second'])
        expect(await server.run('cat', `/run/${unit}.service`)).toMatch(wished);

      const lines = await journal(server);
      expect(lines.find(({ message }) => /DEPLOYING/.test(message))?.priority).toBe('6');
      expect(lines.every(({ message }) => !/^<\d>/.test(message))).toBe(true);
      expect((await server.summary()).refused).toBe(0);
    });

    it('is unpacked, waited with, and installed after DEPLOYED, by the example of a whole first boot', async ({
      expect,
    }) => {
      const deb = '/srv/rc-wait.deb';
      const url = 'https://packages.example.com/rc-wait.deb';
      const userData = example('cloud-init/first-boot.yaml')
        .replace(url, `file://${deb}`)
        .replace('/rc-wait, wait, ', '/rc-wait, wait, --api-url, "http://10.208.0.1:8080", ');
      // The image has rc-wait already: it becomes that of the simulator alone.
      const first = `[ -e /opt/simulator ] || {
          mv /usr/lib/rc-wait /opt/simulator
          systemctl disable rc-wait.service
          rm -f /usr/bin/rc-wait /usr/lib/systemd/system/rc-wait* /usr/lib/systemd/system/rackconnect-* \\
            /usr/lib/systemd/system-generators/rc-wait-generator
        }`;
      await using server = await firstBoot({
        suite,
        api: 'there',
        first,
        files: {
          ...cloudInit(userData),
          [`${etc}/simulator.service.d/elsewhere.conf`]:
            '[Service]\nExecStart=\nExecStart=/opt/simulator/rc-wait simulate --listen 10.208.0.1:8080 --scenario /etc/simulator.yaml\n',
        },
        copies: { [made().deb]: deb },
      });
      const waits = async () => (await server.ask('pgrep', '-f', 'rc-wait wait --api-url')) !== '';
      await server.until('the unpacked rc-wait waits', waits);
      // The lock of the package manager, which the automation wants, is free.
      expect(await server.run('sh', '-c', 'apt-get check && dpkg --audit')).not.toMatch(/lock/);
      expect(await server.ask('dpkg', '--status', 'rc-wait')).toBe('');
      expect(await routeFound(server)).toBeUndefined();

      // As an update that the system makes by itself would have it.
      await server.run('systemd-run', '--quiet', 'python3', '-c', holdLock);
      await server.deploymentEnds('DEPLOYED');
      await untilCloudInitEnds(server);
      const log = await server.ask('cat', '/var/log/cloud-init-output.log');
      expect(await cloudInitStatus(server), log).toBe('done');
      expect(await routeFound(server)).toMatch(wished);
      expect(await server.run('dpkg', '--status', 'rc-wait')).toContain('Status: install ok installed');
      expect(await server.run('systemctl', 'is-enabled', service)).toMatch(/^enabled/);
      expect(await server.ask('ls', '/var/lib/rc-wait/first-boot')).toBe('');
    });
  });
}
