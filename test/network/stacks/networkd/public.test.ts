import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { networkd } from '../../../../src/network/stacks/networkd/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const disable = { ...target, publicInterface: 'disable' } as const;
const folder = '/etc/systemd/network';
const off = '# rc-wait off: ';

function etc(name: string, text: string): NetworkFile {
  return { path: `${folder}/${name}`, text };
}

const home = '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n';
const eth1 = etc('10-eth1.network', home);
const publics =
  '[Match]\nName=eth0\n[Network]\nAddress=203.0.113.7/24\nGateway=203.0.113.1\nDNS=72.3.128.241 2001:db8::53\nDomains=a.example\n';
const eth0 = etc('10-eth0.network', publics);

/** The files after the edit, which is made a second time, and undone, on the way. */
function edited(files: readonly NetworkFile[], asked: GatewayTarget = target): NetworkFile[] {
  const changed = made(files, networkd.edit(files, asked));
  expect(networkd.edit(changed, asked)).toEqual([]);
  for (const { path, text } of files.filter((file) => !file.path.endsWith('90-rc-wait.conf'))) {
    const now = changed.find((file) => file.path === path)?.text ?? '';
    if (!text.includes(off)) expect(undo(now)).toBe(text);
  }
  return changed;
}

/** Our own drop-in for a file, without its header; undefined where there is none. */
function ours(files: readonly NetworkFile[], name: string): string | undefined {
  const text = files.find(({ path }) => path === `${folder}/${name}.network.d/90-rc-wait.conf`)?.text;
  return text?.replace(/^(#.*\n)*\n/, '');
}

function home1(...lines: string[]): NetworkFile {
  return etc('10-eth1.network', `${home}${lines.join('\n')}\n`);
}

function public0(...lines: string[]): NetworkFile {
  return etc('10-eth0.network', `[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n${lines.join('\n')}\n`);
}

const route = '\n[Route]\nGateway=10.208.0.1\nDestination=0.0.0.0/0\n';

describe('resolvers of the public interface', () => {
  it('go with the gateway, addresses of both kinds and domains; their lines stay, emptied by a drop-in', () => {
    const files = edited([eth1, eth0]);
    expect(ours(files, '10-eth1')).toBe(
      `[Network]\nDNS=72.3.128.241\nDNS=2001:db8::53\nDomains=a.example\n${route}`,
    );
    expect(ours(files, '10-eth0')).toBe('[Network]\nDNS=\nDomains=\n');
    expect(files[1]?.text).toBe(publics.replace('Gateway', `${off}Gateway`));
  });

  it('come after those that the interface has, and none is there twice', () => {
    const own = home1('DNS=10.0.0.1 2001:DB8::53', 'Domains=b.example A.example');
    expect(ours(edited([own, eth0]), '10-eth1')).toBe(`[Network]\nDNS=72.3.128.241\n${route}`);
    const all = home1('DNS=72.3.128.241', 'DNS=2001:db8::53', 'Domains=a.example');
    expect(ours(edited([all, eth0]), '10-eth1')).toBe(route.slice(1));
  });

  it('are those that count: an empty line starts anew, in a drop-in too', () => {
    const files = [eth1, public0('DNS=1.1.1.1', 'DNS=', 'DNS=2.2.2.2 3.3.3.3', 'Domains=a', 'Domains=')];
    expect(ours(edited(files), '10-eth1')).toMatch(/^\[Network\]\nDNS=2\.2\.2\.2\nDNS=3\.3\.3\.3\n\n/);
    expect(ours(edited(files), '10-eth0')).toBe('[Network]\nDNS=\n');
    const reset = etc('10-eth0.network.d/20-more.conf', '[Network]\nDNS=\nDNS=4.4.4.4\n');
    expect(ours(edited([...files, reset]), '10-eth1')).toMatch(/^\[Network\]\nDNS=4\.4\.4\.4\n\n/);
  });

  it('go too where its default route comes by DHCP, from a file of /run as well', () => {
    const dhcp = '[Match]\nName=eth0\n[Network]\nDHCP=yes\nDNS=1.1.1.1\n';
    const files = [eth1, { path: '/run/systemd/network/70-eth0.network', text: dhcp }];
    const changed = edited(files);
    expect(changed[1]).toEqual(files[1]);
    expect(ours(changed, '70-eth0')).toBe('[Network]\nDNS=\n\n[DHCPv4]\nUseGateway=false\n');
    expect(ours(changed, '10-eth1')).toMatch(/^\[Network\]\nDNS=1\.1\.1\.1\n/);
  });

  it('stay on a private network', () => {
    const files = [
      eth1,
      etc('20-eth2.network', '[Match]\nName=eth2\n[Network]\nDNS=192.168.3.1\nDomains=p\n'),
    ];
    expect(networkd.edit(files, disable).map(({ path }) => path)).toEqual([
      `${folder}/10-eth1.network.d/90-rc-wait.conf`,
    ]);
    expect(networkd.publicInterfaces(files, target)).toEqual([]);
  });

  it('that a drop-in gives after ours are put out of use, and remembered', () => {
    const late = etc('10-eth0.network.d/99-late.conf', '[Network]\nDNS=4.4.4.4\nDNS=\nNTP=x\nDomains=c\n');
    const files = edited([eth1, eth0, late]);
    expect(files[2]?.text).toBe(`[Network]\n${off}DNS=4.4.4.4\nDNS=\nNTP=x\n${off}Domains=c\n`);
    // The empty line after it had cleared them all.
    expect(ours(files, '10-eth1')).toBe(`[Network]\nDomains=a.example c\n${route}`);
    const volatile = { ...late, path: '/run/systemd/network/10-eth0.network.d/99-late.conf' };
    expect(edited([eth1, eth0, volatile])[2]).toEqual(volatile);
  });

  it('are refused where a drop-in after ours would take them away again', () => {
    const late = etc('10-eth1.network.d/99-late.conf', '[Network]\n# no\nDNS=\n');
    expect(() => networkd.edit([eth1, eth0, late], target)).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot add to the resolvers of 10-eth1.network: line 3 of ${late.path} empties "DNS=" in a file that is read after rc-wait's`,
        hint: expect.stringContaining('sorts before 90'),
      }),
    );
    edited([eth1, late]);
  });

  it('move anew when the guest agent writes the file anew, and only what it names then', () => {
    const once = edited([eth1, eth0]);
    const anew = { ...eth0, text: publics.replace('72.3.128.241', '173.203.4.8') };
    const twice = edited(once.map((file) => (file.path === anew.path ? anew : file)));
    expect(ours(twice, '10-eth1')).toContain('DNS=173.203.4.8\nDNS=2001:db8::53\n');
    expect(ours(twice, '10-eth1')).not.toContain('72.3.128.241');
  });

  it('come back when the first interface gets the gateway, and with them those of a late drop-in', () => {
    const late = etc('10-eth0.network.d/99-late.conf', '[Network]\nDNS=4.4.4.4\n');
    const once = edited([eth1, eth0, late]);
    const back = { gateway: parseIpv4('203.0.113.1'), interfaceName: 'eth0' } as GatewayTarget;
    const there = edited(once, back);
    expect(networkd.publicInterfaces(there, back)).toEqual([]);
    expect(ours(there, '10-eth0')).toBe(
      '[Network]\nDNS=4.4.4.4\n\n[Route]\nGateway=203.0.113.1\nDestination=0.0.0.0/0\n',
    );
    expect(ours(there, '10-eth1')).toBeUndefined();
    expect(edited(there)).toEqual(expect.arrayContaining(once));
  });

  it('are asked for all names where they were before, though routing domains came along', () => {
    const dns = (...lines: string[]) =>
      ours(edited(lines.length > 0 ? [home1(...lines), eth0] : [eth1, eth0]), '10-eth1');
    expect(dns('DNS=10.0.0.1', 'Domains=~corp')).toContain('\nDNSDefaultRoute=yes\n');
    expect(dns('DNS=10.0.0.1', 'DNSDefaultRoute=no')).toContain('\nDNSDefaultRoute=yes\n');
    expect(dns('DNS=10.0.0.1')).not.toContain('DNSDefaultRoute');
    const corp = public0('DNS=1.1.1.1', 'Domains=~corp');
    expect(ours(edited([home1('DNS=10.0.0.1'), corp]), '10-eth1')).toMatch(
      /DNS=1\.1\.1\.1\nDomains=~corp\nDNSDefaultRoute=yes\n/,
    );
    // Before, no other name was asked there either.
    expect(ours(edited([eth1, corp]), '10-eth1')).not.toContain('DNSDefaultRoute');
  });

  it('are so too where a drop-in after ours says no', () => {
    const late = etc('10-eth1.network.d/99-late.conf', '[Network]\nDNSDefaultRoute=no\n');
    const files = edited([eth1, eth0, late]);
    expect(files[2]?.text).toBe(`[Network]\n${off}DNSDefaultRoute=no\n`);
    expect(ours(files, '10-eth1')).toContain('\nDNSDefaultRoute=yes\n');
  });
});

describe('public interfaces', () => {
  it.each([
    ['a name', '[Match]\nName=ens3\n[Network]\nGateway=1.1.1.1\n', 'ens3'],
    ['the file, for want of a name', '[Match]\nMACAddress=00:00:00:00:00:01\n[Network]\nDHCP=yes\n', '20-x'],
  ])('go by %s', (_, text, name) => {
    const files = [eth1, etc('20-x.network', text)];
    expect(networkd.publicInterfaces(files, target)).toEqual([name]);
    expect(networkd.publicInterfaces(edited(files, disable), target)).toEqual([name]);
  });

  it.each([
    ['DHCP that brings no route', '[Match]\nName=eth2\n[Network]\nDHCP=yes\n[DHCPv4]\nUseRoutes=no\n'],
    ['networkd kept out', '[Match]\nName=eth2\n[Link]\nUnmanaged=yes\n[Network]\nGateway=1.1.1.1\n'],
    ['a file that another hides', '[Match]\nName=eth1\n[Network]\nGateway=1.1.1.1\nDNS=1.1.1.1\n'],
  ])('are none with %s', (_, text) => {
    const files = [eth1, etc('20-x.network', text)];
    expect(networkd.publicInterfaces(files, target)).toEqual([]);
    expect(ours(edited(files, disable), '20-x')).toBeUndefined();
  });

  it('are known by their resolvers alone, where those are still out of use', () => {
    const files = [
      eth1,
      etc('10-eth0.network', '[Match]\nName=eth0\n'),
      etc('10-eth0.network.d/99-late.conf', `[Network]\n${off}DNS=4.4.4.4\n`),
    ];
    expect(networkd.publicInterfaces(files, target)).toEqual(['eth0']);
    expect(ours(edited(files), '10-eth1')).toContain('DNS=4.4.4.4\n');
  });

  it('are told from the files as they are where somebody has put behind our mark what no file may hold', () => {
    const torn = { ...eth0, text: `${publics}${off}[Network\n` };
    expect(networkd.publicInterfaces([eth1, torn], target)).toEqual(['eth0']);
    edited([eth1, torn]);
  });
});

describe('disabling', () => {
  it('is a drop-in, that goes again', () => {
    const files = edited([eth1, eth0], disable);
    expect(ours(files, '10-eth0')).toBe(
      '[Network]\nDNS=\nDomains=\n\n[Link]\nActivationPolicy=always-down\n',
    );
    expect(edited(files)).toEqual(edited([eth1, eth0]));
    const dhcp = etc(
      '20-eth2.network',
      '[Match]\nName=eth2\n[Network]\nDHCP=yes\n[Link]\nActivationPolicy=up\n',
    );
    expect(ours(edited([eth1, dhcp], disable), '20-eth2')).toBe(
      '[DHCPv4]\nUseGateway=false\n\n[Link]\nActivationPolicy=always-down\n',
    );
  });

  it.each([
    [
      'others share its file',
      '[Match]\nName=en*\n[Network]\nDHCP=yes\n',
      '20-x: FILE may be for other interfaces as well',
    ],
    [
      'the interface is a VLAN on it',
      '[Match]\nName=eth0\n[Network]\nGateway=1.1.1.1\nVLAN=eth1\n',
      'eth0: eth1 stands on it, says FILE',
    ],
    [
      'a private network is',
      '[Match]\nName=eth0\n[Network]\nGateway=1.1.1.1\nVLAN=a b\n',
      'eth0: a stands on it, says FILE',
    ],
    [
      'a bond is',
      '[Match]\nName=eth0\n[Network]\nGateway=1.1.1.1\nBond=bond0\n',
      'eth0: bond0 stands on it, says FILE',
    ],
    [
      'it follows another',
      '[Match]\nName=eth0\n[Network]\nGateway=1.1.1.1\nBindCarrier=eth9\n',
      'eth0: FILE lets it follow eth9 (BindCarrier=)',
    ],
  ])('is refused where %s', (_, text, message) => {
    const file = etc('20-x.network', text);
    expect(() => networkd.edit([eth1, file], disable)).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot disable ${message.replace('FILE', file.path)}`,
        hint: expect.any(String),
      }),
    );
    edited([eth1, file]);
  });

  it('is refused where a drop-in after ours would overrule it', () => {
    const late = etc('10-eth0.network.d/99-late.conf', '[Link]\nActivationPolicy=up\n');
    expect(() => networkd.edit([eth1, eth0, late], disable)).toThrowError(
      `cannot disable eth0: ${late.path} sets ActivationPolicy= in a file that is read after rc-wait's`,
    );
    edited([eth1, eth0, late]);
  });

  it('reaches the interface, and so does the way back, even where no trace is left in the files', () => {
    const configFileOf = new Map([
      ['eth0', eth0.path],
      ['eth1', eth1.path],
    ]);
    const before = edited([eth1, eth0], disable);
    const scenes = [
      { files: before, before: [eth1, eth0], configFileOf },
      { files: [eth1, eth0], before, configFileOf },
    ];
    for (const context of scenes) {
      for (const commands of [networkd.reload(disable, context), networkd.restore(disable, context)])
        expect(commands.at(-1)?.argv).toEqual(['networkctl', 'reconfigure', 'eth1', 'eth0']);
    }
  });
});
