import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../../src/base/ipv4.ts';
import { applyNetwork } from '../../../src/network/change/apply.ts';
import { checkNetwork, isHeld } from '../../../src/network/plan/check.ts';
import { planNetwork } from '../../../src/network/plan/plan.ts';
import { scratch } from '../scratch.ts';

const gateway = parseIpv4('10.208.233.7') as Ipv4Address;
const interfaces = '/etc/network/interfaces';
const address = 'address 10.208.227.239/19';
const eth1 = `auto eth1\niface eth1 inet static\n  ${address}\n`;
const eth0 = 'auto eth0\niface eth0 inet static\n  address 203.0.113.72/24\n';

function tree(files: Readonly<Record<string, string>>): string {
  const root = scratch({ [interfaces]: eth1, ...files });
  for (const path of Object.keys(files)) {
    if (/rc\.local|if-(pre-)?up\.d|dispatcher|scripts/.test(path)) chmodSync(join(root, path), 0o755);
  }
  return root;
}

/** What a plan of the tree says: the reason of a refusal, or its warnings. */
async function said(root: string): Promise<string> {
  return planNetwork({ gateway, stack: 'ifupdown', root }).then(
    ({ warnings = [] }) => `warnings: ${warnings.join('; ')}`,
    (error: Error) => `refused: ${error.message}`,
  );
}

const rcLocal = (text: string) => ({ '/etc/rc.local': `#!/bin/sh\n${text}\n` });

describe('a command that takes the gateway away after the network is up', () => {
  it.each([
    'ip route del default',
    'ip -4 r d default dev eth1',
    'ip route del default via 10.208.233.7',
    'ip route flush dev eth1',
    'ip route flush all',
    'ip route flush table main',
    'ip route flush scope global',
    'ip route flush root 0/0',
    'ip route flush exact default || true',
    'route del default',
    'route del -net 0.0.0.0 netmask 0.0.0.0 gw 10.208.233.7',
    '/sbin/route delete default gw 10.208.233.7 dev eth1',
    'ip addr flush dev eth1',
    'ip address flush dev eth1 scope global',
    'ip link set eth1 down',
    'ip link set dev eth1 down',
    'ip link delete eth1',
    'ifconfig eth1 down',
    'ifconfig eth1 0.0.0.0',
    'ifdown eth1',
    'ifdown --force eth1',
    'ifdown -a',
    'nmcli device disconnect eth1',
    'nmcli networking off',
    'networkctl down eth1',
    'systemctl stop networking',
    'sh -c "ip route del default"',
    'nohup ip route del default &',
    'DEV=eth1\nip route flush dev $DEV',
    'ip route del default; ip route add default via 203.0.113.99 dev eth9 table 7',
    'ip route del default\n[ -f /x ] && ip route add default via 10.208.233.7',
  ])('is in the way, with its file and line: %s', async (line) => {
    const root = tree(rcLocal(line));
    expect(await said(root)).toMatch(
      /^refused: cannot make 10\.208\.233\.7 the only default route: \/etc\/rc\.local \(line [23]\) runs ".*", which takes the gateway away again$/,
    );
    expect(isHeld(await checkNetwork({ gateway, stack: 'ifupdown', root }))).toBe(false);
  });

  it('says the way out', async () => {
    await expect(
      planNetwork({ gateway, stack: 'ifupdown', root: tree(rcLocal('ip route del default')) }),
    ).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      hint: expect.stringContaining('take that command out there'),
    });
  });

  it.each([
    'ip route del default via 203.0.113.1',
    'ip route del default dev eth0',
    'ip route del 10.0.0.0/8',
    'ip -6 route del default',
    'ip route flush cache',
    'ip route flush dev eth0',
    'ip route flush table 100',
    'ip route flush scope link',
    'ip route flush 10.0.0.0/8',
    'ip route del unreachable default',
    'route del -net 10.0.0.0 netmask 255.0.0.0',
    'route -A inet6 del default',
    'ip addr flush dev eth0',
    'ip addr flush dev eth1 scope link',
    'ip link set eth0 down',
    'ip link set eth1 up',
    'ifconfig eth1 up',
    'ifdown eth0',
    'ip netns exec a ip route del default',
    'echo ip route del default',
    '# ip route del default',
    'ip route del default; ip route add default via 10.208.233.7 dev eth1',
    'ip route flush all\nip route replace 0/0 via 10.208.233.7',
    'if [ -f /x ]; then ip route del default; ip route add default via 10.208.233.7; fi',
    'ifdown eth1; ifup eth1',
    'ifdown eth1 && sleep 1 && ifup --force eth1=home',
    'ip addr flush dev eth1; systemctl restart networking',
    'ip link set eth1 down; netplan apply',
    'ip route del default; rc-wait network apply --gateway 10.208.233.7',
    'nmcli device disconnect eth0',
    'systemctl stop apache2',
  ])('and one that does not, or sets it again, is in nobody\u2019s way: %s', async (line) => {
    expect(await said(tree(rcLocal(line)))).toBe('warnings: ');
  });

  it.each([
    '[ -f /x ] && ip route del default',
    'if [ -f /x ]; then ip route del default; fi',
    '[ -f /x ] || exit 0\nip route del default',
    'ip route flush dev $DEV',
    'ip route flush proto static',
    'ip route del default metric 100',
    'ip route flush match 8.8.8.8',
    'ip addr del 10.208.227.239/19 dev eth1',
    'ip link set group 3 down',
    'nmcli connection down eth1',
    'dhclient -r eth1',
  ])('and one of which that is not certain is a warning: %s', async (line) => {
    expect(await said(tree(rcLocal(line)))).toMatch(
      /^warnings: \/etc\/rc\.local \(line [23]\) runs ".*", which may take the gateway away$/,
    );
  });
});

describe('where it stands decides', () => {
  it.each([
    ['/etc/network/if-up.d/x', /^refused/],
    ['/etc/network/if-pre-up.d/x', /^warnings: ./],
    ['/var/lib/cloud/scripts/per-boot/x', /^refused/],
    ['/etc/dhcp/dhclient-exit-hooks.d/x', /^warnings: ./],
  ])('%s', async (path, outcome) => {
    expect(await said(tree({ [path]: '#!/bin/sh\nip route flush table main\n' }))).toMatch(outcome);
  });

  const wanted = '/etc/systemd/system/multi-user.target.wants/x.service';
  const unit = (more: string) => ({
    [wanted]: '',
    '/etc/systemd/system/x.service': `[Unit]\n${more}\n[Service]\nExecStart=/sbin/ip route del default\n`,
  });

  it.each([
    ['After=network-online.target', /^refused: .*x\.service \(line 4\) runs "\/sbin\/ip route del default"/],
    ['Before=network-pre.target', /^warnings: $/],
    ['After=syslog.target', /^warnings: .*may take/],
  ])('a unit with %s', async (more, outcome) => {
    expect(await said(tree(unit(more)))).toMatch(outcome);
  });

  it('a crontab is a warning', async () => {
    expect(await said(tree({ '/etc/crontab': '@reboot root ip route del default\n' }))).toMatch(
      /^warnings: \/etc\/crontab \(line 1\) runs .*may take/,
    );
  });

  it('what a script runs stands where the script does', async () => {
    const files = { ...rcLocal('. /opt/x'), '/opt/x': 'ifdown eth1\n' };
    expect(await said(tree(files))).toMatch(/^refused: .*\/opt\/x \(line 1\) runs "ifdown eth1"/);
    const other = { ...rcLocal('[ -f /y ] && . /opt/x'), '/opt/x': 'ifdown eth1\n' };
    expect(await said(tree(other))).toMatch(/^warnings: \/opt\/x \(line 1\)/);
  });
});

describe('a hook of interfaces(5)', () => {
  const own = (option: string) =>
    tree({ [interfaces]: `auto eth1\niface eth1 inet static\n  ${address}\n  ${option}\n` });

  it.each([
    'up ip route flush dev eth1',
    'up ip route flush dev $IFACE',
    'post-up ip route flush table main',
    `up ip addr flush dev "\${IFACE}"`,
    'up ip link set $IFACE down',
    'up ifdown eth1',
    'post-up echo done; ip route flush scope global',
  ])('of the gateway\u2019s interface that takes it away is in the way: %s', async (option) => {
    expect(await said(own(option))).toMatch(
      /^refused: .*\/etc\/network\/interfaces \(line 4\) runs ".*", which takes the gateway away again/,
    );
  });

  it.each([
    'pre-up ip route flush dev eth1',
    'pre-up ip route flush table main',
    'pre-up ip addr flush dev $IFACE',
    'down ip route flush dev eth1',
    'down ip route flush table main',
    'post-down ip link set $IFACE down',
    'up ip route flush dev eth0',
    'up ip route flush cache',
  ])('that takes nothing of it away is in nobody\u2019s way: %s', async (option) => {
    expect(await said(own(option))).toBe('warnings: ');
  });

  it('that only deletes the default route is put out of use, and then the gateway is held', async () => {
    const root = own('up ip route del default');
    const plan = await planNetwork({ gateway, stack: 'ifupdown', root });
    expect(plan.changes[0]?.after).toContain('# rc-wait off:   up ip route del default');
    await applyNetwork(plan, { root });
    expect(isHeld(await checkNetwork({ gateway, stack: 'ifupdown', root }))).toBe(true);
  });

  const other = (option: string) => `${eth0}  ${option}\n`;
  const flush = 'up ip route flush table main';

  it.each([
    ['before it in the order of auto', `${other(flush)}${eth1}`, /^warnings: $/],
    ['after it in the order of auto', `${eth1}${other(flush)}`, /^refused: .*\(line 7\)/],
    [
      'after it by one line',
      `auto eth1 eth0\n${other(flush).replace('auto eth0\n', '')}${eth1.replace('auto eth1\n', '')}`,
      /^refused/,
    ],
    [
      'in an order that nobody knows',
      `${other(flush).replace('auto', 'allow-hotplug')}${eth1}`,
      /^warnings: .*may take/,
    ],
    ['after it, of its own routes', `${eth1}${other('up ip route flush dev $IFACE')}`, /^warnings: $/],
    [
      'after it, before it comes up itself',
      `${eth1}${other('pre-up ip route flush table main')}`,
      /^refused/,
    ],
    ['in a second stanza', `${eth1}iface eth1 inet6 auto\n  ${flush}\n`, /^refused/],
    [
      'in a first stanza',
      `auto eth1\niface eth1 inet6 auto\n  ${flush}\n${eth1.replace('auto eth1\n', '')}`,
      /^warnings: $/,
    ],
  ])('of an interface %s', async (_, text, outcome) => {
    expect(await said(tree({ [interfaces]: text }))).toMatch(outcome);
  });
});
