import { chmodSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4, parseIpv4Prefix } from '../../../src/base/ipv4.ts';
import type { StackName } from '../../../src/base/stack-names.ts';
import { applyNetwork } from '../../../src/network/change/apply.ts';
import { checkNetwork, isHeld } from '../../../src/network/plan/check.ts';
import { type PlanHost, planNetwork } from '../../../src/network/plan/plan.ts';
import { FakeKernel } from '../fake-kernel.ts';
import { put, scratch } from '../scratch.ts';

const gateway = parseIpv4('10.208.233.7') as Ipv4Address;
const eth1 = 'auto eth1\niface eth1 inet static\n  address 10.208.227.239/19\n';
const eth0 = 'auto eth0\niface eth0 inet static\n  address 203.0.113.72/24\n  gateway 203.0.113.1\n';
const interfaces = '/etc/network/interfaces';
const way = 'ip route add default via 203.0.113.1 dev eth0';

const plan = (root: string, stack: StackName | 'auto' = 'auto') => planNetwork({ gateway, stack, root });
const check = (root: string, stack: StackName | 'auto' = 'auto') => checkNetwork({ gateway, stack, root });

/** A tree with executable scripts among its files. */
function tree(
  files: Readonly<Record<string, string>>,
  scripts: Readonly<Record<string, string>> = {},
): string {
  const root = scratch({ ...files, ...scripts });
  for (const path of Object.keys(scripts)) chmodSync(join(root, path), 0o755);
  return root;
}

function link(root: string, path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

describe('inputs that were found in use', () => {
  const caseOf = (name: string) => {
    const root = scratch();
    cpSync(join(import.meta.dirname, '../cases', name), root, { recursive: true });
    return root;
  };

  it.each([
    ['ifupdown-comment-with-colon', interfaces],
    ['ifupdown-comment-with-table', interfaces],
    ['ifupdown-quoted-word', interfaces],
    ['wicked-comment', '/etc/sysconfig/network/ifroute-eth0'],
    ['ifcfg-static-routes', '/etc/sysconfig/static-routes'],
  ])('%s: the old default route is put out of use, and then the gateway is held', async (name, path) => {
    const root = caseOf(name);
    expect(isHeld(await check(root))).toBe(false);
    const one = await plan(root);
    expect(one.changes.find((change) => change.path === path)?.after).toMatch(
      /^# rc-wait off: .*203\.0\.113\.1/m,
    );
    expect(await applyNetwork(one, { root })).toMatchObject({ action: 'changed' });
    expect(isHeld(await check(root))).toBe(true);
  });

  it('default-by-another-stack: it is refused, with the file that brings it and the way out', async () => {
    const root = caseOf('default-by-another-stack');
    await expect(plan(root)).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message:
        'cannot make 10.208.233.7 the only default route: /etc/netplan/50-cloud-init.yaml (netplan) brings "default via 203.0.113.1 dev eth0"',
      hint: expect.stringContaining('take that default route out there'),
    });
    const one = await check(root);
    expect(one).toMatchObject({ configuration: false, obstacle: { code: 'NETWORK_FILE' } });
    expect(isHeld(one)).toBe(false);
  });
});

describe('a default route of another stack', () => {
  const others: [string, Record<string, string>][] = [
    [
      'networkd',
      { '/etc/systemd/network/1.network': '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n' },
    ],
    ['networkd', { '/etc/systemd/network/1.network': '[Match]\nName=eth0\n[Network]\nDHCP=yes\n' }],
    [
      'networkmanager',
      {
        '/etc/NetworkManager/system-connections/eth0.nmconnection':
          '[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=manual\naddress1=203.0.113.72/24,203.0.113.1\n',
      },
    ],
    [
      'networkmanager',
      {
        '/etc/NetworkManager/system-connections/a':
          '[connection]\ntype=ethernet\nid=a\n[ipv4]\nmethod=auto\n',
      },
    ],
    ['ifcfg', { '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE=eth0\nGATEWAY=203.0.113.1\n' }],
    [
      'ifcfg',
      {
        '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE=eth0\n',
        '/etc/sysconfig/network-scripts/route-eth0': 'default via 203.0.113.1\n',
      },
    ],
    ['netplan', { '/etc/netplan/a.yaml': 'network:\n  ethernets:\n    eth0: {dhcp4: true}\n' }],
    ['wicked', { '/etc/sysconfig/network/ifroute-eth0': 'default 203.0.113.1 0 -\n' }],
    ['wicked', { '/etc/sysconfig/network/ifcfg-eth0': "BOOTPROTO='dhcp'\n" }],
  ];

  it.each(others)('of %s is in the way, whoever chose the stack: %j', async (name, files) => {
    const root = tree({ [interfaces]: eth1, ...files });
    for (const stack of ['auto', 'ifupdown'] as const) {
      await expect(plan(root, stack)).rejects.toThrow(`(${name}) brings "default`);
    }
  });

  it('of ifupdown is in the way of networkd', async () => {
    const unit = '[Match]\nName=eth1\n[Network]\nAddress=10.208.227.239/19\n';
    const root = tree({ [interfaces]: eth0, '/etc/systemd/network/1.network': unit });
    await expect(plan(root)).rejects.toThrow(
      '/etc/network/interfaces (ifupdown) brings "default via 203.0.113.1 dev eth0"',
    );
  });

  it.each([
    ['[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n[Link]\nActivationPolicy=manual\n'],
    ['[Match]\nName=eth0\n[Route]\nGateway=203.0.113.1\nTable=100\n'],
    ['[Match]\nName=eth0\n[Network]\nGateway=fe80::1\n'],
    ['[Match]\nName=eth1\n[Network]\nGateway=10.208.233.7\n'],
  ])('that does not count is in nobody\u2019s way: %j', async (text) => {
    const root = tree({ [interfaces]: eth1, '/etc/systemd/network/1.network': text });
    expect((await plan(root, 'ifupdown')).stack).toBe('ifupdown');
  });

  it('does not count on a disk on which that stack is not installed, or not enabled', async () => {
    const path = '/etc/systemd/network/1.network';
    const root = tree({
      [interfaces]: eth1,
      [path]: '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n',
      '/usr/sbin/ifup': '',
    });
    expect((await plan(root)).warnings).toBeUndefined();
    put(root, '/usr/bin/networkctl', '');
    expect((await plan(root)).stack).toBe('ifupdown');
    const unit = '/usr/lib/systemd/system/systemd-networkd.service';
    link(root, '/etc/systemd/system/multi-user.target.wants/systemd-networkd.service', unit);
    await expect(plan(root)).rejects.toThrow(path);
    link(root, '/etc/systemd/system/systemd-networkd.service', '/dev/null');
    expect((await plan(root)).stack).toBe('ifupdown');
  });

  it('in a file that cannot be read is a warning where the stack was chosen by hand', async () => {
    const root = tree({ [interfaces]: eth1, '/etc/netplan/a.yaml': '<html>' });
    expect((await plan(root, 'ifupdown')).warnings).toEqual([
      expect.stringMatching(/^the files of netplan were not looked at for default routes: cannot read/),
    ]);
  });
});

describe('a script that is run at boot', () => {
  it.each([
    ['/etc/network/if-up.d/route', `#!/bin/sh\n[ "$IFACE" = eth0 ] || exit 0\n${way}\n`],
    ['/etc/network/if-pre-up.d/route', `#!/bin/bash\nGW=203.0.113.1\nip r replace default via $GW\n`],
    ['/etc/rc.local', `#!/bin/sh -e\nroute add default gw 203.0.113.1\nexit 0\n`],
    ['/etc/dhcp/dhclient-exit-hooks.d/route', `${way}\n`],
    ['/var/lib/cloud/scripts/per-boot/a', `#!/bin/sh\n${way}\n`],
  ])('is in the way where it sets a default route: %s', async (path, text) => {
    const root = tree({ [interfaces]: eth1 }, { [path]: text });
    await expect(plan(root)).rejects.toThrow(
      `${path}, which runs at boot or when the network comes up, sets "default via 203.0.113.1`,
    );
    expect(isHeld(await check(root))).toBe(false);
  });

  it.each([
    ['/etc/network/if-up.d/route.sh', `#!/bin/sh\n${way}\n`],
    ['/etc/network/if-up.d/own', '#!/bin/sh\nip route replace default via 10.208.233.7 dev eth1\n'],
    ['/etc/network/if-up.d/six', '#!/bin/sh\nip -6 route add default via fe80::1\n'],
    ['/etc/network/if-up.d/net', '#!/bin/sh\nip route add 10.176.0.0/12 via 10.208.224.1\n'],
    ['/etc/network/if-up.d/perl', '#!/usr/bin/perl\nprint "up";\n'],
    ['/etc/NetworkManager/dispatcher.d/10-ifcfg-rh-routes.sh', '#!/bin/sh\nip route add $line\n'],
    ['/etc/sysconfig/network/scripts/x', '#!/bin/sh\nip link\n'],
  ])(
    'and does no such thing is in nobody\u2019s way, nor is one that nothing runs: %s',
    async (path, text) => {
      const root = tree({ [interfaces]: eth1 }, { [path]: text });
      expect((await plan(root)).warnings).toBeUndefined();
    },
  );

  it.each([
    `exit 0\n${way}\n`,
    `touch /run/x; exit\n${way}\n`,
    `if [ -e /run/x ]; then touch /run/y; fi\nexit 0 # done\n${way}\n`,
    `exec /usr/bin/true\n${way}\n`,
  ])('does not count behind the end of the script: %j', async (text) => {
    const root = tree({ [interfaces]: eth1 }, { '/etc/rc.local': `#!/bin/sh -e\n${text}` });
    expect((await plan(root)).warnings).toBeUndefined();
  });

  it.each([
    `[ -e /run/x ] || exit 0\n${way}\n`,
    `[ -e /run/x ] &&\n  exit 0\n${way}\n`,
    `if [ -e /run/x ]; then exit 0; fi\n${way}\n`,
    `{ true; } || exit 0\n${way}\n`,
    `( exit 0 )\n${way}\n`,
    `exit 0 | true\n${way}\n`,
    `exit 0 &\n${way}\n`,
    `end() { exit 0; }\n${way}\n`,
    `end() {\n  exit 0\n}\n${way}\n`,
    `case $1 in\n  stop) exit 0;;\nesac\n${way}\n`,
    `cat <<E\nexit 0\nE\n${way}\n`,
    `exec >/run/log 2>&1\n${way}\n`,
    `exec {log}>/run/log\n${way}\n`,
    `function end {\n  exit 0\n}\n${way}\n`,
    `if true; then\n  select x in a b; do\n    break\n  done\n  exit 0\nfi\n${way}\n`,
  ])('counts where the script may go on: %j', async (text) => {
    const root = tree({ [interfaces]: eth1 }, { '/etc/rc.local': `#!/bin/sh -e\n${text}` });
    await expect(plan(root)).rejects.toThrow('/etc/rc.local, which runs at boot');
  });

  it('does not count where it is not executable', async () => {
    const root = tree({ [interfaces]: eth1, '/etc/network/if-up.d/route': `#!/bin/sh\n${way}\n` });
    expect((await plan(root)).warnings).toBeUndefined();
  });

  it.each([
    [
      '/etc/network/if-up.d/a',
      '#!/bin/sh\nip route add $NET via 203.0.113.1\n',
      'sets routes that rc-wait cannot determine',
    ],
    [
      '/etc/network/if-up.d/a',
      '#!/usr/bin/python3\nrun("ip route add default via 203.0.113.1")\n',
      'sets routes that rc-wait cannot determine',
    ],
    [
      '/etc/network/if-up.d/a',
      '#!/usr/bin/python3\nimport subprocess\nsubprocess.run(["ip", "r", "a", "0/0", "via", gateway])\n',
      'sets routes that rc-wait cannot determine',
    ],
    [
      '/etc/network/if-up.d/a',
      `#!/bin/sh\npython3 -c 'import os; os.system("${way}")'\n`,
      'sets routes that rc-wait cannot determine',
    ],
    [
      '/etc/network/if-up.d/a',
      '#!/bin/sh\nip route restore < /var/lib/routes\n',
      'sets routes that rc-wait cannot determine',
    ],
    ['/etc/network/if-up.d/a', '\u007fELF\u0000\u0001', 'cannot be read: it is not a script'],
    ['/etc/network/if-up.d/a', 'x'.repeat(300_000), 'cannot be read: it has 300000 bytes'],
  ])('and cannot be told is a warning in plan, result and check: %s %#', async (path, text, words) => {
    const root = tree({ [interfaces]: eth1 }, { [path]: text });
    const warnings = [expect.stringContaining(words)];
    const one = await plan(root);
    expect(one.warnings).toEqual(warnings);
    expect(await applyNetwork(one, { root })).toMatchObject({ action: 'changed', warnings });
    expect(await check(root)).toMatchObject({ warnings, configuration: true });
  });

  it.each([
    ['/usr/local/sbin/routes eth0', 'is not there to be read'],
    ['. $HOME/routes', 'only a shell could tell'],
    ['dhclient eth0', 'may bring a default route'],
  ])('by a line of interfaces(5), and cannot be read, is a warning: %s', async (command, words) => {
    const root = tree({ [interfaces]: `${eth1}  up ${command}\n` });
    expect((await plan(root)).warnings).toEqual([expect.stringContaining(words)]);
  });

  it('by a line of interfaces(5) is read, and so is what it runs', async () => {
    const files = {
      [interfaces]: `${eth1}  up routes\n`,
      '/usr/local/sbin/routes': '#!/bin/sh\n. /etc/inner\n',
    };
    const root = tree({ '/etc/inner': `${way}\n` }, files);
    await expect(plan(root)).rejects.toThrow('/etc/inner, which runs');
  });

  it('by a unit that is enabled counts', async () => {
    const unit = `[Service]\nExecStart=-/sbin/ip route add default via 203.0.113.1 \\\n  dev eth0\nExecStartPost=/opt/post\n`;
    const root = tree({ [interfaces]: eth1, '/etc/systemd/system/route.service': unit });
    expect((await plan(root)).stack).toBe('ifupdown');
    link(
      root,
      '/etc/systemd/system/multi-user.target.wants/route.service',
      '/etc/systemd/system/route.service',
    );
    await expect(plan(root)).rejects.toThrow('/etc/systemd/system/route.service, which runs');
  });

  it('dhcpcd with routers in its file counts as one', async () => {
    const root = tree({
      [interfaces]: eth1,
      '/etc/dhcpcd.conf': 'interface eth0\n  static routers=203.0.113.1\n',
    });
    await expect(plan(root)).rejects.toThrow(
      '/etc/dhcpcd.conf, which runs at boot or when the network comes up, sets "default via 203.0.113.1 dev eth0"',
    );
  });
});

describe('on a running system', () => {
  function server(
    files: Readonly<Record<string, string>>,
    routes: string[],
    tools: readonly string[] = ['ifup'],
    answers: Readonly<Record<string, { ok?: boolean; output?: string }>> = {},
  ) {
    const root = scratch(files);
    const kernel = new FakeKernel(
      routes,
      Object.fromEntries(Object.entries(answers).map(([line, one]) => [line, () => one])),
    );
    const prefix = parseIpv4Prefix('10.208.227.239/19');
    const host: PlanHost = {
      isRunning: () => true,
      interfaces: () => [
        { name: 'eth1', addresses: prefix ? [prefix] : [] },
        { name: 'eth0', addresses: [], macAddress: 'bc:76:4e:20:75:72' },
      ],
      isInstalled: async (tool) => tools.includes(tool),
      isPresent: (name) => name !== 'eth9',
      run: kernel.run,
    };
    const request = { gateway, root, stack: 'ifupdown' } as const;
    return { plan: () => planNetwork(request, host), check: () => checkNetwork(request, host) };
  }

  it.each([
    ['default via 203.0.113.1 dev eth0 onlink', eth0],
    ['default via 192.0.2.1 dev eth0 proto dhcp metric 100', 'iface eth0 inet dhcp\n'],
    ['default via 203.0.113.1 dev eth0', 'iface eth0 inet manual\n  up route add default gw 203.0.113.1\n'],
    [
      'default via 203.0.113.1 dev eth0',
      'iface eth0 inet manual\n# rc-wait off:   up ip route add default via 203.0.113.1\n',
    ],
    ['default dev eth0 scope link', 'iface eth0 inet manual\n  up ip route add default dev eth0\n'],
    ['default via 10.208.0.9 dev eth1', ''],
  ])('a route of the kernel that the files of the stack bring is no obstacle: %s', async (route, stanza) => {
    const own = route.includes('eth1') ? `${eth1}  gateway 10.208.0.9\n` : eth1;
    expect((await server({ [interfaces]: own + stanza }, [route]).plan()).warnings).toBeUndefined();
  });

  it.each([
    ['default via 198.51.100.1 dev eth0', eth0],
    ['default via 203.0.113.1 dev eth0', 'iface eth0 inet manual\n'],
    ['default nexthop via 203.0.113.1 dev eth0 weight 1 nexthop via 198.51.100.1 dev eth0 weight 1', eth0],
    ['default dev tun0 scope link', eth0],
  ])('one that they do not bring is, with what was looked at and the way out: %s', async (route, stanza) => {
    const one = server({ [interfaces]: eth1 + stanza }, [route]);
    await expect(one.plan()).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringMatching(/brings the kernel's "default .*looked at files: 1 of ifupdown/),
      hint: expect.stringContaining(`"${route}"`),
    });
    expect(isHeld(await one.check())).toBe(false);
  });

  it('where the files are as wished it is said, and the gateway is put into the kernel', async () => {
    const files = { [interfaces]: `${eth1}  gateway 10.208.233.7\n` };
    const one = await server(files, ['default via 203.0.113.1 dev eth0']).plan();
    expect(one.commands.length).toBeGreaterThan(0);
    expect(one.warnings).toEqual([expect.stringContaining('"default via 203.0.113.1 dev eth0"')]);
    const both = server(files, [
      'default via 10.208.233.7 dev eth1',
      'default via 203.0.113.1 dev eth0 metric 9',
    ]);
    expect(isHeld(await both.check())).toBe(false);
  });

  const netplan = { '/etc/netplan/a.yaml': 'network: {ethernets: {eth0: {gateway4: 203.0.113.1}}}\n' };

  it('netplan counts where its generator was at work at this boot', async () => {
    const files = { [interfaces]: eth1, ...netplan };
    expect((await server(files, [], ['ifup', 'netplan']).plan()).stack).toBe('ifupdown');
    const generated = { '/run/systemd/network/10-netplan-eth0.network': '[Match]\nName=eth0\n' };
    await expect(server({ ...files, ...generated }, [], ['ifup', 'netplan']).plan()).rejects.toThrow(
      '(netplan) brings',
    );
    expect((await server({ ...files, ...generated }, [], ['ifup']).plan()).stack).toBe('ifupdown');
  });

  it('of networkd and its kind what the daemon goes by counts, and what is enabled for the next boot', async () => {
    const path = '/etc/systemd/network/1.network';
    const files = {
      [interfaces]: eth1,
      [path]: '[Match]\nMACAddress=bc:76:4e:20:75:72\n[Network]\nGateway=203.0.113.1\n',
    };
    const status = 'networkctl --no-pager status --all --lines=0';
    const unit = 'systemd-networkd.service';
    const tools = ['ifup', 'networkctl'];
    const is = (active: boolean, enabled: boolean, output = '') => ({
      [`systemctl is-active --quiet ${unit}`]: { ok: active },
      [`systemctl is-enabled --quiet ${unit}`]: { ok: enabled },
      [status]: { output },
    });
    const used = `* 2: eth0\n  Network File: ${path}\n`;
    await expect(server(files, [], tools, is(true, true, used)).plan()).rejects.toThrow(path);
    await expect(server(files, [], tools, is(false, true)).plan()).rejects.toThrow(path);
    expect((await server(files, [], tools, is(true, true)).plan()).stack).toBe('ifupdown');
    expect((await server(files, [], tools, is(false, false)).plan()).stack).toBe('ifupdown');
    const absent = { ...files, [path]: '[Match]\nName=eth9\n[Network]\nGateway=203.0.113.1\n' };
    expect((await server(absent, [], tools, is(false, true)).plan()).stack).toBe('ifupdown');
  });
});
