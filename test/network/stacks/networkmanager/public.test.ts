import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { networkmanager } from '../../../../src/network/stacks/networkmanager/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const disable = { ...target, publicInterface: 'disable' } as const;
const folder = '/etc/NetworkManager/system-connections';
const mark = '# rc-wait added the next line\n';
const off = '# rc-wait off: ';

function etc(
  name: string,
  lines: string,
  head = `[connection]\ntype=ethernet\nid=${name}\ninterface-name=${name}\n`,
): NetworkFile {
  return { path: `${folder}/${name}.nmconnection`, text: `${head}${lines}` };
}

const ipv4 = '[ipv4]\nmethod=manual\naddress1=10.208.5.7/19\ngateway=10.208.0.1\n';
const publicIpv4 = '[ipv4]\nmethod=manual\naddress1=203.0.113.7/24,203.0.113.1\n';
const never = `${mark}never-default=true\n`;
const eth1 = etc('eth1', ipv4);

/** The files after the edit, which is made a second time, and undone, on the way. */
function edited(files: readonly NetworkFile[], asked: GatewayTarget = target): NetworkFile[] {
  const changed = made(files, networkmanager.edit(files, asked));
  expect(networkmanager.edit(changed, asked)).toEqual([]);
  for (const { path, text } of files) {
    const now = changed.find((file) => file.path === path)?.text ?? '';
    if (!text.includes('# rc-wait')) expect(undo(now)).toBe(text);
  }
  return changed;
}

/** What stands below [connection] in the profile of an interface. */
function below(files: readonly NetworkFile[], name: string): string {
  const text = files.find(({ path }) => path.endsWith(`/${name}.nmconnection`))?.text ?? '';
  return text.replace(/^[\s\S]*?interface-name=.*\n/, '');
}

describe('resolvers of the public profile', () => {
  const dns = 'dns=72.3.128.241;72.3.128.240;\ndns-search=a.example;\n';

  it('go with the gateway, and their lines stay behind a mark', () => {
    const files = edited([eth1, etc('eth0', publicIpv4 + dns)]);
    expect(below(files, 'eth0')).toBe(
      `${publicIpv4}${never}${off}dns=72.3.128.241;72.3.128.240;\n${off}dns-search=a.example;\n`,
    );
    expect(below(files, 'eth1')).toBe(
      `${ipv4}${mark}dns=72.3.128.241;72.3.128.240;\n${mark}dns-search=a.example;\n`,
    );
  });

  it('come after those that the gateway has, by a line that counts in place of its own, and none twice', () => {
    const own = `${ipv4}dns=10.0.0.1;72.3.128.240\ndns-search=A.example;\nmay-fail=false\n`;
    const files = edited([etc('eth1', own), etc('eth0', publicIpv4 + dns)]);
    expect(below(files, 'eth1')).toBe(`${own}${mark}dns=10.0.0.1;72.3.128.240;72.3.128.241;\n`);
  });

  it('of IPv6 go to its [ipv6], which it gets where it has none', () => {
    const ipv6 = '[ipv6]\nmethod=auto\ndns=2001:db8::53;\n';
    const other = etc('eth0', `${publicIpv4}\n${ipv6}`);
    const files = edited([eth1, other]);
    expect(below(files, 'eth0')).toBe(
      `${publicIpv4}${never}\n[ipv6]\nmethod=auto\n${off}dns=2001:db8::53;\n`,
    );
    expect(below(files, 'eth1')).toBe(`${ipv4}${mark}[ipv6]\n${mark}method=auto\n${mark}dns=2001:db8::53;\n`);
    const has = etc('eth1', `[ipv6]\nmethod=auto\n\n${ipv4}`);
    expect(below(edited([has, other]), 'eth1')).toBe(
      `[ipv6]\nmethod=auto\n${mark}dns=2001:db8::53;\n\n${ipv4}`,
    );
  });

  it.each(['ignore', 'disabled', 'link-local'])(
    'of IPv6 stay where the gateway has method=%s: NetworkManager would refuse its profile',
    (method) => {
      const ipv6 = '[ipv6]\nmethod=auto\ndns=2001:db8::53;\n';
      const home = etc('eth1', `${ipv4}[ipv6]\nmethod=${method}\n`);
      const other = etc('eth0', `${publicIpv4}${dns}${ipv6}`);
      const files = edited([home, other]);
      expect(below(files, 'eth1')).toContain(`${mark}dns=72.3.128.241;`);
      expect(below(files, 'eth0')).toContain(ipv6);
      // And they come back where they had moved before it was set so.
      const once = edited([eth1, other]);
      const turned = edited([home, ...once.slice(1)]);
      expect(below(turned, 'eth0')).toContain(`${mark}dns=2001:db8::53;\n${off}dns=2001:db8::53;\n`);
    },
  );

  it('stay on a private network, and where NetworkManager brings them itself', () => {
    const files = [eth1, etc('eth2', '[ipv4]\nmethod=manual\naddress1=192.168.3.7/24\ndns=192.168.3.1;\n')];
    expect(networkmanager.edit(files, disable)).toEqual([]);
    expect(networkmanager.publicInterfaces(files, target)).toEqual([]);
    const dhcp = edited([eth1, etc('eth0', '[ipv4]\nmethod=auto\ndns=1.1.1.1;\n')]);
    expect(below(dhcp, 'eth0')).toBe(`[ipv4]\nmethod=auto\n${never}${off}dns=1.1.1.1;\n`);
    expect(below(dhcp, 'eth1')).toBe(`${ipv4}${mark}dns=1.1.1.1;\n`);
  });

  it.each([
    ['goes along', 'dns-priority=-5\n', '', 'dns-priority=-5\n'],
    ['stays away where the gateway has its own', 'dns-priority=-5\n', 'dns-priority=10\n', ''],
    ['is none where it is zero', 'dns-priority=0\n', '', ''],
  ])('have a priority that %s', (_, withoutOwn, own, expected) => {
    const files = edited([etc('eth1', ipv4 + own), etc('eth0', `${publicIpv4}${dns}${withoutOwn}`)]);
    expect(below(files, 'eth0')).toContain(`${off}${withoutOwn}`);
    expect(below(files, 'eth1').includes(`${mark}dns-priority`)).toBe(expected !== '');
    expect(below(files, 'eth1')).toContain(expected);
  });

  it('whose priority belongs to what DHCP brings keep it', () => {
    const files = edited([eth1, etc('eth0', '[ipv4]\nmethod=auto\ndns-priority=-5\n')]);
    expect(below(files, 'eth0')).toBe(`[ipv4]\nmethod=auto\ndns-priority=-5\n${never}`);
    expect(files[0]).toEqual(eth1);
  });

  it('move anew when the guest agent writes the profile anew, and only what it names then', () => {
    const once = edited([eth1, etc('eth0', publicIpv4 + dns)]);
    const anew = etc('eth0', `${publicIpv4}dns=173.203.4.8;\n`);
    const twice = edited(once.map((file) => (file.path === anew.path ? anew : file)));
    expect(below(twice, 'eth1')).toBe(`${ipv4}${mark}dns=173.203.4.8;\n`);
  });

  it('that somebody adds beside those out of use move as well', () => {
    const once = edited([eth1, etc('eth0', publicIpv4 + dns)]);
    const more = once.map((file) =>
      file.path.includes('eth0') ? { ...file, text: `${file.text}dns=9.9.9.9;\n` } : file,
    );
    expect(below(edited(more), 'eth1')).toContain(`${mark}dns=72.3.128.241;72.3.128.240;9.9.9.9;\n`);
  });

  it('come back when the first interface gets the gateway', () => {
    const start = [etc('eth1', ipv4.replace('gateway=10.208.0.1\n', '')), etc('eth0', publicIpv4 + dns)];
    const once = edited(start, disable);
    const back = { gateway: parseIpv4('203.0.113.1'), interfaceName: 'eth0' } as GatewayTarget;
    expect(networkmanager.configures(once, back)).toBe(true);
    const there = edited(once, back);
    expect(below(there, 'eth1')).toBe(below(start, 'eth1'));
    expect(below(there, 'eth0')).toContain(`${mark}dns=72.3.128.241;72.3.128.240;\n`);
    expect(there[1]?.text).not.toMatch(/^(never-default|autoconnect)/m);
    expect(edited(there, disable)).toEqual(once);
  });

  it('stand after a line that somebody has added to the section since', () => {
    const once = edited([eth1, etc('eth0', `${publicIpv4}dns=1.1.1.1;\n`)]);
    const more = once.map((file) =>
      file.path.includes('eth1') ? { ...file, text: `${file.text}dns=10.0.0.1;\n` } : file,
    );
    expect(below(edited(more), 'eth1')).toBe(`${ipv4}dns=10.0.0.1;\n${mark}dns=10.0.0.1;1.1.1.1;\n`);
    // Even where it says just what ours says: then it is the last that counts.
    const same = more.map((file) => ({
      ...file,
      text: file.text.replace(/dns=10.0.0.1;\n$/, 'dns=1.1.1.1;\n'),
    }));
    expect(below(edited(same), 'eth1')).toBe(`${ipv4}dns=1.1.1.1;\n`);
  });

  it('count again where somebody has put the line that they took the place of below them', () => {
    const eth0 = etc('eth0', `${publicIpv4}dns=1.1.1.1;\n`);
    const [home, other] = edited([etc('eth1', `${ipv4}dns=10.0.0.1;\n`), eth0]);
    const own = `${mark}dns=10.0.0.1;1.1.1.1;\n`;
    expect(
      below(
        [home, other].flatMap((file) => file ?? []),
        'eth1',
      ),
    ).toBe(`${ipv4}dns=10.0.0.1;\n${own}`);
    const moved = etc('eth1', `${ipv4}${own}dns=10.0.0.1;\n`);
    expect(below(edited([moved, other ?? eth0]), 'eth1')).toBe(`${ipv4}dns=10.0.0.1;\n${own}`);
  });

  it('are in the right section where somebody has given the profile one that it lacked', () => {
    const other = etc('eth0', `${publicIpv4}[ipv6]\nmethod=auto\ndns=2001:db8::53;\n`);
    const once = edited([eth1, other]);
    const more = once.map((file) =>
      file.path.includes('eth1') ? { ...file, text: `${file.text}[ipv6]\nmethod=manual\n` } : file,
    );
    expect(below(edited(more), 'eth1')).toBe(`${ipv4}[ipv6]\nmethod=manual\n${mark}dns=2001:db8::53;\n`);
  });
});

describe('public interfaces', () => {
  it.each([
    ['their name', '[connection]\ntype=ethernet\ninterface-name=ens3\n', 'ens3'],
    ['the file, for want of a name', '[ethernet]\nmac-address=00:00:00:00:00:01\n', 'x.nmconnection'],
  ])('go by %s', (_, head, name) => {
    const files = [eth1, etc('x', publicIpv4, head)];
    expect(networkmanager.publicInterfaces(files, target)).toEqual([name]);
    expect(networkmanager.publicInterfaces(edited(files, disable), target)).toEqual([name]);
  });

  it.each([
    ['never-default of their own', '[ipv4]\nmethod=auto\nnever-default=true\n'],
    ['no gateway', '[ipv4]\nmethod=manual\naddress1=192.168.3.7/24\n'],
    ['no IPv4', '[ipv4]\nmethod=disabled\n'],
    ['a table of their own', '[ipv4]\nmethod=auto\nroute-table=100\n'],
  ])('are none with %s', (_, lines) => {
    const files = [eth1, etc('eth2', lines)];
    expect(networkmanager.publicInterfaces(files, target)).toEqual([]);
    expect(networkmanager.edit(files, disable)).toEqual([]);
  });

  it('are none for a second profile of the interface itself', () => {
    const spare = etc('spare', publicIpv4, '[connection]\ntype=ethernet\ninterface-name=eth1\n');
    const told = { ...disable, file: eth1.path };
    expect(networkmanager.publicInterfaces([eth1, spare], told)).toEqual([]);
    expect(edited([eth1, spare], told)[1]?.text).not.toContain('autoconnect');
  });

  it('are those whose default route is written as a route, whatever else they say', () => {
    const lines = '[ipv4]\nmethod=manual\nnever-default=true\nroute1=0.0.0.0/0,203.0.113.1\n';
    expect(networkmanager.publicInterfaces([eth1, etc('eth0', lines)], target)).toEqual(['eth0']);
  });

  it('are known by their resolvers alone, where those are still out of use', () => {
    const files = [eth1, etc('eth0', `[ipv4]\nmethod=manual\naddress1=203.0.113.7/24\n${off}dns=1.1.1.1;\n`)];
    expect(networkmanager.publicInterfaces(files, target)).toEqual(['eth0']);
    expect(below(edited(files), 'eth1')).toBe(`${ipv4}${mark}dns=1.1.1.1;\n`);
  });

  it('are told all the same where somebody has put behind our mark what no profile may hold', () => {
    const torn = etc(
      'eth0',
      `${publicIpv4.replace(',203.0.113.1', '')}${off}gateway=203.0.113.1\n${off}nonsense\n`,
    );
    expect(networkmanager.publicInterfaces([eth1, torn], target)).toEqual(['eth0']);
  });
});

describe('disabling', () => {
  const eth0 = etc('eth0', publicIpv4);

  it('is a line in [connection], that goes again', () => {
    const files = edited([eth1, eth0], disable);
    expect(files[1]?.text).toBe(
      `[connection]\ntype=ethernet\nid=eth0\ninterface-name=eth0\n${mark}autoconnect=false\n${publicIpv4}${never}`,
    );
    expect(edited(files)).toEqual(edited([eth1, eth0]));
  });

  it('wins over autoconnect=true, and needs no line where it is false', () => {
    const head = '[connection]\ntype=ethernet\ninterface-name=eth0\nautoconnect=';
    const on = edited([eth1, etc('eth0', publicIpv4, `${head}true\n`)], disable);
    expect(on[1]?.text).toContain(`autoconnect=true\n${mark}autoconnect=false\n`);
    const [, late] = edited([eth1, etc('eth0', publicIpv4, `${head.replace('autoconnect=', '')}`)], disable);
    const text = (late?.text ?? '').replace('autoconnect=false\n', 'autoconnect=false\nautoconnect=true\n');
    expect(edited([eth1, { ...eth0, text }], disable)[1]?.text).toContain(
      `\nautoconnect=true\n${mark}autoconnect=false\n`,
    );
    const no = edited([eth1, etc('eth0', publicIpv4, `${head}false\n`)], disable);
    expect(no[1]?.text.match(/autoconnect/g)).toHaveLength(1);
  });

  it('gives a profile that is for a MAC address a [connection]', () => {
    const mac = etc('x', publicIpv4, '[ethernet]\nmac-address=00:00:00:00:00:01\n');
    expect(edited([eth1, mac], disable)[1]?.text).toMatch(
      new RegExp(`${never}${mark}\\[connection\\]\n${mark}autoconnect=false\n$`),
    );
  });

  const uuid = 'uuid=b1c2d3e4-0000-4000-8000-000000000001\n';
  it.each([
    [
      'any interface may go by its profile',
      [etc('any', publicIpv4, '[connection]\ntype=ethernet\n')],
      'any.nmconnection: FILE may be for other interfaces as well',
    ],
    [
      'the gateway is a VLAN on it',
      [eth0, etc('eth1', `${ipv4}[vlan]\nparent=eth0\nid=5\n`)],
      'eth0: eth1 stands on it, says FILE',
    ],
    [
      'a private network is a VLAN on it, by its UUID',
      [
        etc('eth0', publicIpv4, `[connection]\ntype=ethernet\ninterface-name=eth0\n${uuid}`),
        eth1,
        etc('v5', `[ipv4]\nmethod=manual\n[vlan]\n${uuid.replace('uuid', 'parent')}`),
      ],
      'eth0: v5 stands on it, says FILE',
    ],
    [
      'a port would bring it up again',
      [
        etc('bond0', publicIpv4),
        eth1,
        etc('eth5', '', '[connection]\ntype=ethernet\ninterface-name=eth5\nmaster=bond0\n'),
      ],
      'bond0: its port eth5 would bring it up again, says FILE',
    ],
  ])('is refused where %s', (_, files, message) => {
    const all = files.some(({ path }) => path === eth1.path) ? files : [...files, eth1];
    const file = files.at(-1)?.path ?? '';
    expect(() => networkmanager.edit(all, disable)).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot disable ${message.replace('FILE', file)}`,
        hint: expect.any(String),
      }),
    );
    edited(all);
  });
});

describe('on a running system', () => {
  const start = [eth1, etc('eth0', publicIpv4), etc('eth2', '[ipv4]\nmethod=auto\nnever-default=true\n')];
  const kept = edited(start);
  const down = edited(start, disable);
  const configFileOf = new Map(
    ['eth0', 'eth1', 'eth2'].map((name) => [name, `${folder}/${name}.nmconnection`]),
  );
  const without0 = new Map([...configFileOf].filter(([name]) => name !== 'eth0'));
  const words = (commands: readonly { argv: readonly string[]; timeoutMs: number }[]) => {
    expect(commands.every(({ argv, timeoutMs }) => argv[1] === '--wait' && timeoutMs <= 60_000)).toBe(true);
    return commands.map(({ argv }) => argv.slice(3).join(' '));
  };

  it('the public interface is disconnected last, and on the way back it comes first', () => {
    const context = { files: down, before: start, configFileOf };
    expect(words(networkmanager.reload(disable, context))).toEqual([
      'connection reload',
      'device reapply eth1',
      'device disconnect eth0',
    ]);
    expect(words(networkmanager.restore(disable, context))).toEqual([
      'connection reload',
      'device connect eth0',
      'device reapply eth1',
    ]);
  });

  it('it is left alone where it is not connected: to disconnect it then is an error', () => {
    const context = { files: down, before: down, configFileOf: without0 };
    const commands = ['connection reload', 'device reapply eth1'];
    expect(words(networkmanager.reload(disable, context))).toEqual(commands);
    expect(words(networkmanager.restore(disable, context))).toEqual(commands);
  });

  it('it is connected again when it is to be kept', () => {
    const context = { files: kept, before: down, configFileOf: without0 };
    expect(words(networkmanager.reload(target, context))).toEqual([
      'connection reload',
      'device reapply eth1',
      'device connect eth0',
    ]);
    expect(words(networkmanager.restore(target, context))).toEqual([
      'connection reload',
      'device reapply eth1',
      'device disconnect eth0',
    ]);
  });

  it('it is found by the old path of a profile that one in /etc hides from now on', () => {
    const path = '/usr/lib/NetworkManager/system-connections/eth0.nmconnection';
    const vendor = { path, text: `[connection]\ntype=ethernet\nuuid=u\ninterface-name=eth0\n${publicIpv4}` };
    const files = edited([eth1, vendor], disable);
    const context = {
      files,
      before: [eth1, vendor],
      configFileOf: new Map([...configFileOf, ['eth0', path]]),
    };
    expect(words(networkmanager.reload(disable, context))).toContain('device disconnect eth0');
  });
});
