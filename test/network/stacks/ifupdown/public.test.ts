import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifupdown } from '../../../../src/network/stacks/ifupdown/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const disable: GatewayTarget = { ...target, publicInterface: 'disable' };
const path = '/etc/network/interfaces';
const off = '# rc-wait off: ';
const added = '# rc-wait added the next line';
const eth1 = 'iface eth1 inet static\n\taddress 10.208.5.7/19\n\tgateway 10.208.0.1\n';
const eth0 = `iface eth0 inet static\n\taddress 203.0.113.7/24\n${off}\tgateway 203.0.113.1\n`;

function main(text: string): NetworkFile {
  return { path, text };
}

/** The text after the edit; the edit is undone, and made a second time, on the way. */
function edited(text: string, gatewayInterface = target): string {
  const after = ifupdown.edit([main(text)], gatewayInterface)[0]?.after ?? text;
  expect(ifupdown.edit([main(after)], gatewayInterface)).toEqual([]);
  expect(undo(after)).toBe(undo(text));
  return after;
}

function publics(text: string): readonly string[] | undefined {
  return ifupdown.publicInterfaces?.([main(text)], target);
}

describe('public interfaces', () => {
  it.each([
    ['has a gateway', 'iface eth0 inet static\n gateway 203.0.113.1\n', ['eth0']],
    ['had one before us', eth0, ['eth0']],
    ['has DHCP', 'iface eth0 inet dhcp\n', ['eth0']],
    ['inherits one', 'iface eth9 inet static\n gateway 203.0.113.1\niface eth0 inherits eth9\n', ['eth0']],
    [
      'is inherited from, and comes up itself',
      'auto eth9\niface eth9 inet dhcp\niface eth0 inherits eth9\n',
      ['eth9', 'eth0'],
    ],
    [
      'is inherited from, and comes up by a bare word',
      'iface eth9 inet dhcp\n auto\niface eth0 inherits eth9\n',
      ['eth9', 'eth0'],
    ],
    ['has a command for one', 'iface eth0 inet manual\n up ip route add default via 192.0.2.1\n', ['eth0']],
    [
      'had a command for one before us',
      `iface eth0 inet manual\n${off} up ip route add default \\\n${off}  via 192.0.2.1\n`,
      ['eth0'],
    ],
    [
      'is named by a command elsewhere',
      'iface eth0 inet manual\niface eth2 inet manual\n up ip route add default via 192.0.2.1 dev eth0\n',
      ['eth0'],
    ],
    [
      'reaches the gateway that a command elsewhere names',
      'iface eth0 inet static\n address 192.0.2.7/24\niface eth2 inet manual\n up route add default gw 192.0.2.1\n',
      ['eth0'],
    ],
    [
      'has a label with one',
      'iface eth0 inet manual\niface eth0:1 inet static\n gateway 192.0.2.1\n',
      ['eth0'],
    ],
    ['is brought up under another name', 'auto eth0=home\niface home inet dhcp\n', ['eth0']],
  ])('are those of which one %s', (_, text, expected) => {
    expect(publics(eth1 + text)).toEqual(expected);
    expect(publics(edited(eth1 + text))).toEqual(expected);
    expect(publics(edited(eth1 + text, disable))).toEqual(expected);
  });

  it.each([
    ['has no default route', 'iface eth2 inet static\n address 192.168.3.4/24\n'],
    ['has one of IPv6', 'iface eth2 inet6 static\n gateway 2001:db8::1\n'],
    ['only takes one away', 'iface eth2 inet manual\n up ip route del default dev eth2\n'],
    ['is loopback', 'iface lo inet loopback\n up ip route add default via 192.0.2.1\n'],
    ['is nowhere defined', 'iface eth2 inet manual\n up ip route add default dev tun0\n'],
    ['is the one with our gateway', 'iface eth1:1 inet static\n gateway 192.0.2.1\n'],
  ])('are none where an interface %s', (_, text) => {
    expect(publics(eth1 + text)).toEqual([]);
  });
});

describe('resolvers of public interfaces', () => {
  it('go below the gateway, one line of each option, and their lines stay behind a mark', () => {
    const text = `${eth0}\tdns-nameservers 192.0.2.53 2001:db8::53\n\tdns-search a.example b.example\niface eth0 inet6 static\n\tdns-nameserver 192.0.2.54\n\tdns-domain c.example\n\tdns-options ndots:2\n\tdns-sortlist 10.0.0.0\n${eth1}`;
    expect(edited(text)).toBe(
      `${eth0}${off}\tdns-nameservers 192.0.2.53 2001:db8::53\n${off}\tdns-search a.example b.example\niface eth0 inet6 static\n${off}\tdns-nameserver 192.0.2.54\n${off}\tdns-domain c.example\n${off}\tdns-options ndots:2\n${off}\tdns-sortlist 10.0.0.0\n${eth1}\t${added}\n\tdns-nameservers 192.0.2.53 2001:db8::53 192.0.2.54\n\t${added}\n\tdns-search a.example b.example c.example\n\t${added}\n\tdns-sortlist 10.0.0.0\n\t${added}\n\tdns-options ndots:2\n`,
    );
  });

  it('follow those that the interface has, and none is there twice', () => {
    const own = '\tdns-nameservers 192.0.2.1 192.0.2.2\n\tdns-nameserver 192.0.2.3\n\tdns-search a.example\n';
    const text = `${eth1}${own}\tdns-domain b.example\n\tdns-options ndots:1\n${eth0}\tdns-nameservers 192.0.2.2 192.0.2.4\n\tdns-search b.example c.example\n\tdns-options ndots:5 rotate\n`;
    expect(edited(text)).toBe(
      `${eth1}${off}\tdns-nameservers 192.0.2.1 192.0.2.2\n${off}\tdns-nameserver 192.0.2.3\n${off}\tdns-search a.example\n\tdns-domain b.example\n\t${added}\n\tdns-nameservers 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4\n\t${added}\n\tdns-search a.example c.example\n\t${added}\n\tdns-options ndots:1 rotate\n${off}\tdns-options ndots:1\n${eth0}${off}\tdns-nameservers 192.0.2.2 192.0.2.4\n${off}\tdns-search b.example c.example\n${off}\tdns-options ndots:5 rotate\n`,
    );
  });

  it('need no line where the interface has them all, be it in another stanza', () => {
    const text = `${eth1}iface eth1 inet6 auto\n\tdns-nameservers 192.0.2.53\n${eth0}`;
    expect(edited(`${text}\tdns-nameservers 192.0.2.53\n`)).toBe(
      `${text}${off}\tdns-nameservers 192.0.2.53\n`,
    );
  });

  it('that are no addresses are left behind', () => {
    expect(edited(`${eth1}${eth0}\tdns-nameservers fe80::1%eth0 # old\n`)).toContain(
      '\tdns-nameservers fe80::1%eth0\n',
    );
  });

  it('that somebody writes anew move anew', () => {
    const once = edited(`${eth1}${eth0}\tdns-nameservers 192.0.2.53\n`);
    const anew = `${once}\tdns-nameservers 192.0.2.54 192.0.2.53\n`;
    expect(edited(anew)).toBe(
      `${once.replace('dns-nameservers 192.0.2.53\niface', 'dns-nameservers 192.0.2.53 192.0.2.54\niface')}${off}\tdns-nameservers 192.0.2.54 192.0.2.53\n`,
    );
  });

  it('come back where the interface is no public one any more, and ours go', () => {
    const once = edited(`${eth1}\tdns-nameservers 192.0.2.1\n${eth0}\tdns-nameservers 192.0.2.53\n`);
    const changed = once.replace(`${off}\tgateway 203.0.113.1\n`, '');
    expect(edited(changed)).toBe(
      `${eth1}\tdns-nameservers 192.0.2.1\n${eth0.replace(`${off}\tgateway 203.0.113.1\n`, '')}\tdns-nameservers 192.0.2.53\n`,
    );
  });

  it('stay with the interface when the gateway goes there', () => {
    const once = edited(`${eth1}${eth0}\tdns-nameservers 192.0.2.53\n`);
    const back = { ...target, gateway: parseIpv4('203.0.113.1'), interfaceName: 'eth0' } as GatewayTarget;
    const after = ifupdown.edit([main(once)], back)[0]?.after ?? '';
    expect(after).toContain('\n\tdns-nameservers 192.0.2.53\n');
    expect(after.match(/^\s*dns-/gm)).toHaveLength(1);
  });

  it('move from a template that public interfaces alone inherit', () => {
    const text = `${eth1}iface pub inet static\n dns-nameservers 192.0.2.53\niface eth0 inherits pub\n gateway 192.0.2.1\n`;
    expect(edited(text)).toContain(`iface pub inet static\n${off} dns-nameservers 192.0.2.53\n`);
  });

  it('are refused where an interface that keeps them shares their lines', () => {
    const text = `iface base inet static\n dns-nameservers 192.0.2.53\niface eth0 inherits base\n gateway 192.0.2.1\niface eth1 inet static inherits base\n address 10.208.5.7/19\n`;
    expect(() => edited(text)).toThrowError(
      `cannot edit ${path}: line 1: eth0, whose resolvers are to move, shares those of "base" with eth1`,
    );
  });

  it('may join inherited ones, but not in a line of which ifupdown would make two', () => {
    const base = 'iface base inet static\n dns-nameservers 192.0.2.1\n';
    const home = 'iface eth1 inet static inherits base\n address 10.208.5.7/19\n';
    expect(edited(`${base}${home}${eth0}\tdns-nameservers 192.0.2.53\n`)).toContain(
      ' dns-nameservers 192.0.2.53\niface eth0',
    );
    const search = base.replace('nameservers 192.0.2.1', 'search a.example');
    expect(() => edited(`${search}${home}${eth0}\tdns-search b.example\n`)).toThrowError(
      `cannot edit ${path}: line 3: "eth1" inherits dns-search, and rc-wait cannot add to it`,
    );
  });

  it('stay where they are on an interface that never had a default route', () => {
    const text = `${eth1}iface eth2 inet static\n\tdns-nameservers 192.0.2.53\n`;
    expect(ifupdown.edit([main(text)], disable)).toEqual([]);
  });

  it('that were moved are not taken back where their stanza has gone', () => {
    const text = `auto lo\n${off}\tdns-nameservers 192.0.2.53\n${eth1}`;
    expect(ifupdown.edit([main(text)], target)).toEqual([]);
  });
});

describe('a public interface that is to be disabled', () => {
  it.each([
    ['alone', 'auto eth0\n', `${off}auto eth0\n`],
    ['when it appears', 'allow-hotplug eth0\n', `${off}allow-hotplug eth0\n`],
    ['by the longer word', 'allow-auto eth0\n', `${off}allow-auto eth0\n`],
    ['by a label', 'auto eth0:1\n', `${off}auto eth0:1\n`],
    ['under another name', 'auto eth0=eth0\n', `${off}auto eth0=eth0\n`],
    ['with others', ' auto lo eth0 eth1\n', '# rc-wait was:  auto lo eth0 eth1\n auto lo eth1\n'],
    ['over two lines', 'auto lo \\\n  eth0\n', `${off}auto lo \\\n# rc-wait was:   eth0\nauto lo\n`],
    [
      'not at all',
      'auto lo eth1\nno-auto-down eth0\nallow-ovs eth0\n',
      'auto lo eth1\nno-auto-down eth0\nallow-ovs eth0\n',
    ],
  ])('does not come up at boot: %s', (_, lines, expected) => {
    const text = `${lines}${eth0}${eth1}`;
    const after = edited(text, disable);
    expect(after).toBe(`${expected}${eth0}${eth1}`);
    expect(edited(after, { ...target, publicInterface: 'keep' })).toBe(text);
    expect(edited(after)).toBe(text);
  });

  it('does not come up by a bare word in its stanza', () => {
    const text = `${eth1}  auto\niface eth0 inet dhcp\n  auto\n`;
    const after = edited(text, disable);
    expect(after.endsWith(`$IFACE || true\n${off}  auto\n`)).toBe(true);
    expect(after).toContain(`${eth1}  auto\n`);
    expect(edited(after)).toBe(edited(text));
  });

  it('comes back with what somebody has added to our line meanwhile', () => {
    const after = edited(`auto lo eth0\n${eth0}${eth1}`, disable).replace('auto lo\n', 'auto lo eth3\n');
    expect(ifupdown.edit([main(after)], target)[0]?.after).toBe(`auto lo eth0\nauto lo eth3\n${eth0}${eth1}`);
  });

  it.each([
    ['/eth*', 'brings eth0 up'],
    ['/eth*=x', 'brings eth0 up'],
    ['mac/00:11:22:33:44:55', 'may bring eth0 up'],
  ])('is refused where a pattern decides: auto %s', (pattern, what) => {
    expect(() => edited(`auto ${pattern}\n${eth0}${eth1}`, disable)).toThrowError(
      `cannot edit ${path}: line 1: the pattern "${pattern}" ${what}`,
    );
    expect(edited(`auto /ens*\n${eth0}${eth1}`, disable)).toContain('auto /ens*\n');
    expect(edited(`auto ${pattern}\n${eth0}${eth1}`)).toContain(`auto ${pattern}\n`);
  });

  it('is refused where a mapping script decides', () => {
    expect(() => edited(`mapping eth0\n script /bin/x\n${eth0}${eth1}`, disable)).toThrowError(
      `cannot read ${path}: line 1: a mapping script decides which stanza eth0 gets`,
    );
  });

  it('is refused where the line keeps a bare word from the stanza before it', () => {
    expect(() => edited(`${eth1}auto eth0\nauto\n${eth0}`, disable)).toThrowError(
      `cannot edit ${path}: line 5: "auto" names no interface`,
    );
    expect(edited(`auto eth0\nauto\n${eth0}${eth1}`, disable)).toContain(`${off}auto eth0\nauto\n`);
  });

  it.each([
    ['a VLAN by its name', 'iface eth0.5 inet manual\n', 'eth0: eth0.5 stands on it'],
    ['a VLAN by its option', 'iface vlan5 inet manual\n vlan-raw-device eth0\n', 'eth0: vlan5 stands on it'],
    ['a bond', 'iface bond0 inet manual\n bond-slaves eth0 eth3\n', 'eth0: bond0 stands on it'],
    ['a bridge', 'iface br0 inet manual\n bridge_ports none eth0\n', 'eth0: br0 stands on it'],
    ['a bridge with a VLAN', 'iface br0 inet manual\n bridge_ports eth0.5\n', 'eth0: eth0.5 stands on it'],
    ['a port', 'iface eth3 inet manual\n bond-master eth0\n', 'eth0: its port eth3 would bring it up again'],
  ])('is refused where it has %s', (_, text, what) => {
    expect(() => edited(`${eth0}${eth1}${text}`, disable)).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot disable ${what}, says ${path}`,
        hint: expect.stringContaining('keep'),
      }),
    );
    expect(edited(`${eth0}${eth1}${text}`)).toBe(`${eth0}${eth1}${text}`);
  });

  it('may be a VLAN of a link that stays', () => {
    const text = `auto bond0.5\niface bond0 inet manual\niface bond0.5 inet dhcp\niface bond0.6 inet manual\n${eth1}`;
    expect(edited(text, disable)).toMatch(/^# rc-wait off: auto bond0\.5\n/);
  });
});

describe('on a running system', () => {
  const before = [main(`auto eth0 eth1\n${eth0}${eth1}`)];
  const downFiles = made(before, ifupdown.edit(before, disable));
  const lines = (commands: readonly { argv: readonly string[] }[] | undefined) =>
    commands?.map(({ argv }) => argv.join(' ')).filter((line) => line.startsWith('ip link'));
  const [up, down] = ['ip link set dev eth0 up', 'ip link set dev eth0 down'];
  const configFileOf = new Map<string, string>();

  it('a disabled interface goes down once the gateway is there, and comes up again first when that fails', () => {
    const context = { before, files: downFiles, configFileOf };
    expect(ifupdown.reload(disable, context).at(-1)?.argv.join(' ')).toBe(down);
    expect(ifupdown.restore(disable, context)[0]?.argv.join(' ')).toBe(up);
    expect(ifupdown.restore(disable, context).slice(1)).toMatchObject([
      { argv: ['ifup', '--ignore-errors', 'eth0'], unlessAddressed: 'eth0' },
      { argv: ['ifup', 'eth0'], unlessAddressed: 'eth0' },
    ]);
  });

  it('one that is kept again comes up, and goes down again when that fails', () => {
    const context = {
      before: downFiles,
      files: made(downFiles, ifupdown.edit(downFiles, target)),
      configFileOf,
    };
    expect(lines(ifupdown.reload(target, context))).toEqual([up]);
    expect(lines(ifupdown.restore(target, context))).toEqual([down]);
  });

  it('one that was disabled before stays down when another change fails', () => {
    const context = { before: downFiles, files: downFiles, configFileOf };
    expect(lines(ifupdown.reload(disable, context))).toEqual([down]);
    expect(lines(ifupdown.restore(disable, context))).toEqual([]);
  });

  it('one that is kept all along is left alone', () => {
    const context = { before, files: before, configFileOf };
    expect(lines(ifupdown.reload(target, context))).toEqual([]);
    expect(lines(ifupdown.restore(target, context))).toEqual([]);
  });
});
