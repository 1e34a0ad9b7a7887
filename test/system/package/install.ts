import { beforeAll, describe, expect, it } from 'vitest';
import { Debian } from './container.ts';
import { laterVersion, type Packages } from './packages.ts';

const deb = '/rc-wait.deb';
const later = '/later.deb';
const node = '/usr/lib/rc-wait/lib/node';

/** Everything on the disk that a package could leave behind: neither dpkg's and apt's own notes, nor what others write. */
const everything = [
  'find / -xdev',
  '\\( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /proc -o -path /sys \\)',
  '-prune -o -print | sort',
].join(' ');

/** The network's files and routes. */
const network = 'ip route; ip -brief address; find /etc -path "*net*" -type f | sort | xargs -r sha256sum';

/** An API on loopback that goes on DEPLOYING, and a service that is to ask it. */
async function beginToWait(server: Debian): Promise<void> {
  await server.run(
    [
      'printf "RC_WAIT_API_URL=http://127.0.0.1:8080\\nRC_WAIT_NETWORK=off\\n" >>/etc/default/rc-wait',
      'echo "{deployedAfter: 1h}" >/tmp/scenario.yaml',
      'systemd-run --quiet --unit=api rc-wait simulate --listen 127.0.0.1:8080 --scenario /tmp/scenario.yaml',
      'printf "[Unit]\\nRequires=rackconnect-deployed.target\\nAfter=rackconnect-deployed.target\\n[Service]\\nExecStart=sleep infinity\\n" >/etc/systemd/system/dependent.service',
      'systemctl daemon-reload',
    ].join(' && '),
  );
  await server.until(
    'the API listens',
    `${node} -e 'fetch("http://127.0.0.1:8080/").catch(() => process.exit(1))'`,
  );
  await server.run('systemctl start --no-block dependent.service');
  await server.until(
    'it waits',
    'systemctl show -P StatusText rc-wait.service | grep DEPLOYING && systemctl is-active rc-wait.service | grep -x activating',
  );
}

const deployed = `${node} -e 'fetch("http://127.0.0.1:8080/_simulator/servers/127.0.0.1", {method: "POST", body: JSON.stringify({outcome: "DEPLOYED", now: true})})'`;

/** What pam_motd(8) prints at a login. */
const greeting = 'run-parts --lsbsysinit /etc/update-motd.d';

/** The .deb on fresh servers, and where an image is built. */
export function describeInstall(made: () => Packages): void {
  let files: { source: string; target: string }[];

  beforeAll(async () => {
    files = [
      { source: made().deb, target: deb },
      { source: await laterVersion(made()), target: later },
    ];
  });

  describe.concurrent.each(['bullseye', 'bookworm', 'trixie'])('on a fresh %s without Node', (suite) => {
    it('installs, upgrades under a wait, and goes without a trace', async ({ expect }) => {
      await using server = await Debian.start({ suite, isBooted: true, files });
      const before = await server.run(everything);
      const networkBefore = await server.run(network);

      await server.run(`apt-get -qq install -y --no-install-recommends ${deb} 2>&1`);
      expect(await server.ask('command -v node')).toBe('');
      expect(await server.run('rc-wait --version')).toMatch(/^\d+\.\d+\.\d+$/);
      // A fresh server has no man(1) to look for the manual pages with.
      // "Failed to attach … to compat systemd cgroup" is of systemd 247 in a container, and not of the units.
      const verify =
        'cd /usr/lib/systemd/system && systemd-analyze verify --man=no rc-wait*.* rackconnect-deployed.target';
      expect(await server.ask(`${verify} 2>&1 | grep -v 'compat systemd cgroup'`)).toBe('');
      expect(await server.ask('systemctl is-enabled rc-wait.service rc-wait-network-check.timer')).toBe(
        'enabled\ndisabled',
      );
      expect(await server.ask('systemctl is-active rc-wait.service')).toBe('inactive');
      expect(await server.run(greeting)).not.toContain('RackConnect');

      await beginToWait(server);
      expect(await server.run(greeting)).toMatch(
        /^RackConnect is still DEPLOYING \(.*\): leave root's password, sshd and iptables alone$/m,
      );
      expect(await server.ask('ls /run/systemd/generator*/rc-wait.service.d')).not.toContain('under-way');
      const pid = await server.run('systemctl show -P MainPID rc-wait.service');
      await server.run(`dpkg -i ${later} 2>&1`);
      expect(await server.run('dpkg-query -W rc-wait')).toBe('rc-wait\t99.0.0-1');
      expect(await server.run('systemctl show -P MainPID,ActiveState rc-wait.service')).toBe(
        `${pid}\nactivating`,
      );
      // daemon-reload has run the generator: the wait under way has its time-outs anew.
      expect(await server.ask('ls /run/systemd/generator*/rc-wait.service.d')).toContain(
        'zz-start-under-way.conf',
      );
      expect(await server.run('cat /etc/default/rc-wait')).toContain('RC_WAIT_NETWORK=off');
      await server.run(deployed);
      await server.until('the dependent runs', 'systemctl is-active dependent.service');
      expect(await server.run(greeting)).not.toContain('RackConnect');

      await server.run('dpkg --remove rc-wait 2>&1');
      expect(await server.run(greeting)).not.toContain('RackConnect');
      expect(await server.ask('command -v rc-wait')).toBe('');
      expect(await server.ask('systemctl is-active dependent.service')).toBe('active');
      expect(await server.run('cat /etc/default/rc-wait')).toContain('RC_WAIT_NETWORK=off');
      await server.run(
        'systemctl stop dependent.service api.service; rm /etc/systemd/system/dependent.service',
      );

      await server.run(`dpkg -i ${deb} 2>&1 && systemctl enable rc-wait-network-check.timer 2>&1`);
      await server.run('mkdir -p /var/lib/rc-wait/network /run/rc-wait && dpkg --purge rc-wait 2>&1');
      expect((await server.run(everything)).split('\n')).toEqual(before.split('\n'));
      expect(await server.ask('ls -d /run/rc-wait /var/lib/rc-wait 2>/dev/null')).toBe('');
      expect(await server.run(network)).toBe(networkBefore);
    });
  });

  describe.concurrent('the package', () => {
    it('ends a wait that is under way when it is removed', async ({ expect }) => {
      await using server = await Debian.start({ suite: 'bookworm', isBooted: true, files });
      await server.run(`apt-get -qq install -y --no-install-recommends ${deb} 2>&1`);
      await beginToWait(server);
      await server.run('dpkg --purge rc-wait 2>&1');
      expect(
        await server.ask('pgrep -f "rc-wait wait"; systemctl is-active rc-wait.service dependent.service'),
      ).toBe('inactive\ninactive');
    });

    it('is enabled, and starts nothing, where an image is built; a preset of the owner wins', async ({
      expect,
    }) => {
      await using image = await Debian.start({ suite: 'trixie', isBooted: false, files });
      const link = '/etc/systemd/system/multi-user.target.wants/rc-wait.service';
      await image.run(`apt-get -qq install -y --no-install-recommends ${deb} 2>&1`);
      expect(await image.run(`readlink ${link}`)).toBe('/usr/lib/systemd/system/rc-wait.service');
      expect(await image.ask('ls /run/rc-wait 2>/dev/null; cat /proc/[0-9]*/comm | grep -i rc-wait')).toBe(
        '',
      );

      await image.run('dpkg --purge rc-wait 2>&1');
      expect(await image.ask(`ls ${link} 2>/dev/null`)).toBe('');
      await image.run(
        'mkdir -p /etc/systemd/system-preset && echo "disable rc-wait.service" >/etc/systemd/system-preset/10-owner.preset',
      );
      await image.run(`dpkg -i ${deb} 2>&1`);
      expect(await image.ask(`ls ${link} 2>/dev/null`)).toBe('');
    });

    it('keeps it disabled over a removal and a new installation, where the owner has disabled it', async ({
      expect,
    }) => {
      await using image = await Debian.start({ suite: 'bookworm', isBooted: false, files });
      await image.run(`apt-get -qq install -y --no-install-recommends ${deb} 2>&1`);
      await image.run('systemctl disable rc-wait.service 2>&1');
      await image.run(`dpkg -i ${later} 2>&1`);
      expect(await image.ask('systemctl is-enabled rc-wait.service')).toBe('disabled');
      await image.run(`dpkg --remove rc-wait 2>&1 && dpkg -i ${deb} 2>&1`);
      expect(await image.ask('systemctl is-enabled rc-wait.service')).toBe('disabled');
    });
  });

  it('has been given a name that says what it is', () => {
    expect(made().deb).toMatch(/\/rc-wait_\d+\.\d+\.\d+-1_(amd64|arm64)\.deb$/);
    expect(made().rpm).toMatch(/\/rc-wait-\d+\.\d+\.\d+-1\.(x86_64|aarch64)\.rpm$/);
  });
}
