import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { dhclientHook } from '../../../../src/network/stacks/ifupdown/dhclient-hook.ts';
import { dhcpcdHook } from '../../../../src/network/stacks/ifupdown/dhcpcd-hook.ts';
import { ifupdown } from '../../../../src/network/stacks/ifupdown/index.ts';
import type { FileChange, GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const context = { files: [], configFileOf: new Map() };
const path = '/etc/network/interfaces';
const hookPath = '/etc/dhcp/dhclient-enter-hooks.d/rc-wait';
const eth1 = 'iface eth1 inet static\n\taddress 10.208.5.7\n\tnetmask 255.255.224.0\n';

function at(name: string, text: string): NetworkFile {
  return { path: name, text };
}

function main(text: string): NetworkFile {
  return at(path, text);
}

function made(files: readonly NetworkFile[], changes: readonly FileChange[]): NetworkFile[] {
  const changed = new Set(changes.map((change) => change.path));
  const kept = files.filter((file) => !changed.has(file.path));
  return [
    ...kept,
    ...changes.flatMap(({ path: name, after }) => (after === undefined ? [] : [at(name, after)])),
  ];
}

/** The text after the edit; the edit is undone, and made a second time, on the way. */
function edited(text: string): string {
  const changes = ifupdown.edit([main(text)], target);
  const after = changes.find((change) => change.path === path)?.after ?? text;
  expect(undo(after)).toBe(text);
  expect(ifupdown.edit(made([main(text)], changes), target)).toEqual([]);
  return after;
}

describe('the gateway', () => {
  it('goes into the static stanza of the interface, indented as its lines are', () => {
    expect(edited(`auto eth1\n${eth1}\nauto eth2\niface eth2 inet manual\n`)).toBe(
      `auto eth1\n${eth1}\t# rc-wait added the next line\n\tgateway 10.208.0.1\n\nauto eth2\niface eth2 inet manual\n`,
    );
  });

  it('goes into a stanza that has no lines yet, and inherits its address', () => {
    expect(edited('iface snet inet static\n  address 10.208.5.7/19\niface eth1 inherits snet\n')).toBe(
      'iface snet inet static\n  address 10.208.5.7/19\niface eth1 inherits snet\n    # rc-wait added the next line\n    gateway 10.208.0.1\n',
    );
  });

  it('keeps CRLF, and a last line without a line break', () => {
    expect(edited('iface eth1 inet static\r\n  address 10.208.5.7/19')).toBe(
      'iface eth1 inet static\r\n  address 10.208.5.7/19\r\n  # rc-wait added the next line\r\n  gateway 10.208.0.1',
    );
  });

  it('goes into the stanza whose prefix it is in, where there are several', () => {
    const text =
      'iface eth1 inet static\n  address 192.0.2.7/24\niface eth1 inet static\n  address 10.208.5.7/19\niface eth1 inet6 auto\n';
    expect(edited(text)).toBe(
      text.replace('/19\n', '/19\n  # rc-wait added the next line\n  gateway 10.208.0.1\n'),
    );
  });

  it('goes into the first one where no address can be read', () => {
    const text = 'iface eth1 inet static\n  mtu 1500\niface eth1 inet static\n  mtu 1500\n';
    expect(edited(text)).toBe(
      text.replace('1500\n', '1500\n  # rc-wait added the next line\n  gateway 10.208.0.1\n'),
    );
  });

  it('is left as it is where it stands there already', () => {
    const text = `${eth1}\tgateway 10.208.0.1\n`;
    expect(ifupdown.edit([main(text)], target)).toEqual([]);
  });

  it('takes the place of another, whose line is kept behind a mark', () => {
    expect(edited(`${eth1}\tgateway 10.208.0.2\n\tmtu 1400\n`)).toBe(
      `${eth1}# rc-wait off: \tgateway 10.208.0.2\n\tmtu 1400\n\t# rc-wait added the next line\n\tgateway 10.208.0.1\n`,
    );
  });

  it('that rc-wait wrote itself is replaced without a trace', () => {
    const once = edited(eth1);
    const other = { ...target, gateway: parseIpv4('10.208.0.2') } as GatewayTarget;
    expect(ifupdown.edit([main(once)], other)[0]?.after).toBe(once.replace('10.208.0.1', '10.208.0.2'));
  });

  it('whose line was deleted by hand is written anew, and the line below the mark is not taken for ours', () => {
    const text = `${eth1}\t# rc-wait added the next line\n\tmtu 1400\n`;
    expect(ifupdown.edit([main(text)], target)[0]?.after).toBe(
      `${eth1}\tmtu 1400\n\t# rc-wait added the next line\n\tgateway 10.208.0.1\n`,
    );
  });

  it.each(['dhcp', 'manual'])('comes by a command where the method is %s and knows no gateway', (method) => {
    expect(edited(`iface eth1 inet ${method}\n`)).toBe(
      `iface eth1 inet ${method}\n    # rc-wait added the next line\n    post-up ip -4 route replace 0.0.0.0/0 via 10.208.0.1 dev $IFACE\n`,
    );
  });
});

describe('other default routes', () => {
  it('are put out of use wherever an inet stanza has one, and nothing else is', () => {
    const text = `# eth0
iface eth0 inet static
    address 203.0.113.7/24
    gateway   203.0.113.1
    up ip route add default via 203.0.113.1 \\
        dev eth0 || true
    post-up route add default gw 203.0.113.1
    down ip route del default
    post-up route add -net 10.208.0.0 netmask 255.240.0.0 gw 10.208.0.1 || true
    up ip route add default via 203.0.113.1 table 100
iface eth0 inet6 static
    address 2001:db8::7/64
    gateway 2001:db8::1
    up ip -6 route add default via 2001:db8::1
    up ip route add default via 203.0.113.1
${eth1}`;
    const off = '# rc-wait off: ';
    expect(edited(text)).toBe(
      `# eth0
iface eth0 inet static
    address 203.0.113.7/24
${off}    gateway   203.0.113.1
${off}    up ip route add default via 203.0.113.1 \\
${off}        dev eth0 || true
${off}    post-up route add default gw 203.0.113.1
${off}    down ip route del default
    post-up route add -net 10.208.0.0 netmask 255.240.0.0 gw 10.208.0.1 || true
    up ip route add default via 203.0.113.1 table 100
iface eth0 inet6 static
    address 2001:db8::7/64
    gateway 2001:db8::1
    up ip -6 route add default via 2001:db8::1
${off}    up ip route add default via 203.0.113.1
${eth1}\t# rc-wait added the next line\n\tgateway 10.208.0.1\n`,
    );
  });

  it('in the files that are sourced go as well', () => {
    const files = [
      main(`source /etc/network/interfaces.d/*\nsource-directory more.d\n${eth1}`),
      at('/etc/network/interfaces.d/50-cloud-init', 'iface eth0 inet static\n  gateway 203.0.113.1\n'),
      at('/etc/network/more.d/eth2', 'iface eth2 inet static\n  gateway 192.0.2.1\n'),
      at('/etc/network/more.d/eth3.bak', 'not read, its name has a dot\n'),
    ];
    const changes = ifupdown.edit(files, target);
    expect(changes.map((change) => change.path)).toEqual([
      path,
      '/etc/network/interfaces.d/50-cloud-init',
      '/etc/network/more.d/eth2',
    ]);
    expect(changes[1]?.after).toBe('iface eth0 inet static\n# rc-wait off:   gateway 203.0.113.1\n');
  });

  it('together with something else in one command are refused, with the line', () => {
    const text = `${eth1}iface eth0 inet manual\n  up ip route add default via 203.0.113.1; iptables-restore < /etc/rules\n`;
    expect(() => ifupdown.edit([main(text)], target)).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot edit ${path}: line 5 changes the default route together with something else`,
      }),
    );
  });

  it('that DHCP would bring are dropped by the stanza, and by a hook where dhclient is installed', () => {
    const files = [main(`iface eth0 inet dhcp\n${eth1}`), at('/etc/dhcp/dhclient.conf', '')];
    const changes = ifupdown.edit(files, target);
    expect(changes[0]?.after).toBe(
      `iface eth0 inet dhcp\n    # rc-wait added the next line\n    post-up ip -4 route del 0.0.0.0/0 dev $IFACE || true\n${eth1}\t# rc-wait added the next line\n\tgateway 10.208.0.1\n`,
    );
    expect(changes[1]).toMatchObject({ path: hookPath, before: undefined, mode: 0o644 });
    expect(changes[1]?.after).toContain('\neth0)\n  unset new_routers\n');
    expect(ifupdown.edit(made(files, changes), target)).toEqual([]);
  });

  it('need no hook any more when the last DHCP stanza has gone', () => {
    const files = [
      main(`${eth1}\tgateway 10.208.0.1\n`),
      at('/etc/dhcp/dhclient.conf', ''),
      at(hookPath, 'old'),
    ];
    expect(ifupdown.edit(files, target)).toEqual([
      { path: hookPath, before: 'old', after: undefined, mode: 0o644 },
    ]);
  });
});

describe('the hook for dhclient', () => {
  it('names each interface once, and no name that a shell would read otherwise', () => {
    expect(dhclientHook(['eth0', 'eth2', 'eth0', '$(x)'])).toContain('\neth0 | eth2)\n');
    expect(dhclientHook(['*', '$(x)'])).toBeUndefined();
  });
});

describe('the hook for dhcpcd, which brings its default route with each lease that it renews', () => {
  const hook = '/etc/dhcpcd.exit-hook';
  const text = `iface eth0 inet dhcp\n${eth1}`;
  const ours = dhcpcdHook(undefined, ['eth0']) ?? '';

  it('is made where dhcpcd is installed, and not anew', () => {
    const files = [main(text), at('/etc/dhcpcd.conf', 'hostname\n')];
    const changes = ifupdown.edit(files, target);
    expect(changes.slice(1)).toEqual([{ path: hook, before: undefined, after: ours, mode: 0o644 }]);
    expect(ours).toContain('\neth0)\n  ip -4 route del 0.0.0.0/0 dev "$interface"');
    expect(ifupdown.edit(made(files, changes), target)).toEqual([]);
  });

  it('joins what the owner has in the file, and goes with the last DHCP stanza', () => {
    const owners = 'echo "$reason"';
    const joined = dhcpcdHook(owners, ['eth0', 'eth2', 'eth0']) ?? '';
    expect(joined).toBe(`${owners}\n${dhcpcdHook(undefined, ['eth0', 'eth2'])}`);
    expect(dhcpcdHook(joined, ['eth0', 'eth2'])).toBe(joined);
    expect(dhcpcdHook(joined, [])).toBe(`${owners}\n`);
    expect(dhcpcdHook(ours, [])).toBeUndefined();
    expect(dhcpcdHook(undefined, ['$(x)'])).toBeUndefined();
  });

  it('goes where dhcpcd has gone', () => {
    const changes = ifupdown.edit([main(text), at(hook, ours)], target);
    expect(changes[1]).toEqual({ path: hook, before: ours, after: undefined, mode: 0o644 });
  });
});

describe('whether ifupdown configures an interface', () => {
  it.each([
    [eth1, true],
    ['iface eth1 inet dhcp\n', true],
    ['iface eth1 inet6 auto\n', false],
    ['iface eth1:0 inet static\n', false],
    ['auto eth1\n', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(ifupdown.configures([main(text)], target)).toBe(expected);
  });

  it('and without the file, or a stanza, it does not', () => {
    expect(ifupdown.configures([], target)).toBe(false);
    expect(() => ifupdown.edit([main('auto lo\n')], target)).toThrowError(
      expect.objectContaining({
        code: 'STACK_UNKNOWN',
        message: `cannot configure eth1: ${path} has no "iface eth1 inet"`,
      }),
    );
  });

  it('cannot be told where a mapping script decides', () => {
    expect(() => ifupdown.edit([main(`mapping eth*\n  script /bin/x\n${eth1}`)], target)).toThrowError(
      `cannot read ${path}: line 1: a mapping script decides which stanza eth1 gets`,
    );
    expect(ifupdown.edit([main(`mapping wlan*\n  script /bin/x\n${eth1}`)], target)).toHaveLength(1);
  });
});

describe('what is sourced', () => {
  it('is told as globs, relative ones below the folder of the file', () => {
    const text = 'source interfaces.d/* /etc/extra/?\nsource-directory /etc/d\nsource-dir e\nauto lo\n';
    expect(ifupdown.includes?.(main(text))).toEqual([
      '/etc/network/interfaces.d/*',
      '/etc/extra/?',
      '/etc/d/*',
      '/etc/network/e/*',
    ]);
    expect(ifupdown.includes?.(at('/etc/dhcp/dhclient.conf', 'source x'))).toEqual([]);
    expect(ifupdown.includes?.(at('/etc/dhcpcd.conf', 'source x'))).toEqual([]);
  });

  it('is refused where only a shell could tell what it means', () => {
    expect(() => ifupdown.includes?.(main('\nsource $HOME/x\n'))).toThrowError(
      `cannot read ${path}: line 2: cannot follow "$HOME/x": it needs a shell to expand it`,
    );
  });

  it('is read once, even where a file names itself', () => {
    expect(ifupdown.edit([main(`source /etc/network/*\n${eth1}`)], target)).toHaveLength(1);
  });

  it('must come before what inherits from it', () => {
    expect(() =>
      ifupdown.edit([main(`iface eth1 inet static inherits a\niface a inet static\n  mtu 1\n`)], target),
    ).toThrowError(`cannot read ${path}: line 1: no stanza "a" is defined before it to inherit from`);
  });
});

describe('static addresses', () => {
  it.each([
    ['address 10.208.5.7/19', '10.208.5.7', 19],
    ['address 10.208.5.7\n  netmask 255.255.224.0', '10.208.5.7', 19],
    ['address 10.208.5.7\n  netmask 19', '10.208.5.7', 19],
    ['address 10.208.5.7/255.255.224.0', '10.208.5.7', 19],
    ['address 10.208.5.7/24\n  netmask 19', '10.208.5.7', 19],
    ['address 10.208.5.7\n  netmask 0.0.0.0', '10.208.5.7', 0],
    ['address 10.208.5.7', '10.208.5.7', 8],
    ['address 172.16.0.7', '172.16.0.7', 16],
    ['address 192.0.2.7', '192.0.2.7', 24],
    ['address 192.0.2.7\n  netmask 255.0.255.0', '192.0.2.7', 24],
    ['address 192.0.2.7\n  netmask nonsense', '192.0.2.7', 24],
  ])('%j', (lines, address, prefixLength) => {
    const text = `auto lo\niface lo inet loopback\niface eth1 inet static\n  ${lines}\niface eth1 inet6 auto\n`;
    expect(ifupdown.addresses([main(text)])).toEqual([
      { name: 'eth1', addresses: [{ address, prefixLength }] },
    ]);
  });

  it('are none where there is none', () => {
    expect(ifupdown.addresses([main('iface eth1 inet dhcp\n')])).toEqual([{ name: 'eth1', addresses: [] }]);
  });
});

it('no interface is ever taken down: the files are checked, and the route is replaced', () => {
  expect(ifupdown.reload(target, context).map(({ argv }) => argv.join(' '))).toEqual([
    'ifquery eth1',
    'ip -4 route replace 0.0.0.0/0 via 10.208.0.1 dev eth1 onlink',
  ]);
  expect(ifupdown.restore(target, context)).toEqual([]);
});
