import fc from 'fast-check';

/** A file of a tree, and whether it brings a default route that is not the gateway's. */
interface Piece {
  readonly path: string;
  readonly text: string;
  readonly brings: boolean;
  readonly mode?: number;
}

/** A tree of two stacks and hooks: the one that has eth1, and what else there is. */
export interface MixedTree {
  readonly home: readonly Piece[];
  readonly others: readonly Piece[];
}

/** The gateway of every tree. */
export const mixedGateway = '10.208.233.7';

const old = 'via 203.0.113.1';

/** Commands for a shell, and whether they add an IPv4 default route to the main table. */
const adding = fc.constantFrom(
  `ip route add default ${old} dev eth0  # ticket: 4711`,
  `ip route add default ${old} # not in table 100, not -6`,
  `ip route add "default" ${old}`,
  `ip -4 -o r a 'default' ${old} || true`,
  `ip ro replace metric 5 0/0 ${old} >/dev/null 2>&1`,
  `/sbin/ip route add to 0.0.0.0/0 ${old}; true`,
  `ip route append def\\ault ${old}`,
  `ip route add ${old} dev eth0`,
  'route add default gw 203.0.113.1',
  'route add -net 0.0.0.0 netmask 0 gw 203.0.113.1 # eth0:1',
  'route add -net "0.0.0.0" netmask 0.0.0.0 gw 203.0.113.1 dev eth0',
  `sh -c 'ip route add default ${old}'`,
  `if true; then ip route add default ${old}; fi`,
  `for to in default; do ip route add $to ${old}; done`,
  `( ip route add default ${old} )`,
  `eval "ip route add default ${old}"`,
  `env LC_ALL=C ip route replace default ${old} dev eth0 onlink`,
  `true && ip route add default nexthop ${old} dev eth0`,
);
const idle = fc.constantFrom(
  `echo "ip route add default ${old}"`,
  `ip route add default ${old} table 100`,
  'ip -6 route add default via fe80::1 # default',
  'ip route add 10.176.0.0/12 via 10.208.224.1 # default via 203.0.113.1',
  'route add -net 10.176.0.0 netmask 255.240.0.0 gw 10.208.224.1',
  `ip route add unreachable default metric 4000000000`,
  `: ip route add default ${old}`,
  `ip netns exec blue ip route add default ${old}`,
  'ip link set dev eth0 mtu 1400 # default',
  `ip route add 0.0.0.0/1 ${old}`,
  `ip route add blackhole default metric 9999`,
  'ip route show default',
  `# ip route add default ${old}`,
  `ip route add default ${old} dev eth0 table 7 || true`,
);
const command = fc.oneof(
  adding.map((line) => ({ line, brings: true })),
  idle.map((line) => ({ line, brings: false })),
);

const address = '10.208.227.239';
const homes: fc.Arbitrary<readonly Piece[]> = fc.oneof(
  fc
    .tuple(
      fc.array(command, { maxLength: 3 }),
      fc.constantFrom('', '  gateway 203.0.113.1\n', '  gateway 10.208.233.7\n'),
      fc.constantFrom(
        '',
        'auto eth0\niface eth0 inet dhcp\n',
        'auto eth0\niface eth0 inet static\n  address 203.0.113.72/24\n  gateway 203.0.113.1\n',
      ),
    )
    .map(([commands, more, eth0]) => [
      {
        path: '/etc/network/interfaces',
        text: `${eth0}auto eth1\niface eth1 inet static\n  address ${address}/19\n${more}${commands.map(({ line }) => `  up ${line}\n`).join('')}`,
        brings: false,
      },
    ]),
  fc.constant([
    {
      path: '/etc/systemd/network/10-eth1.network',
      text: `[Match]\nName=eth1\n[Network]\nAddress=${address}/19\n`,
      brings: false,
    },
  ]),
  fc.constant([
    {
      path: '/etc/NetworkManager/system-connections/eth1.nmconnection',
      text: `[connection]\ntype=ethernet\ninterface-name=eth1\n[ipv4]\nmethod=manual\naddress1=${address}/19\n`,
      brings: false,
    },
  ]),
  fc.constant([
    {
      path: '/etc/netplan/10.yaml',
      text: `network:\n  ethernets:\n    eth1: {addresses: [${address}/19]}\n`,
      brings: false,
    },
  ]),
  fc.constant([
    {
      path: '/etc/sysconfig/network-scripts/ifcfg-eth1',
      text: `DEVICE=eth1\nIPADDR=${address}\nPREFIX=19\n`,
      brings: false,
    },
  ]),
);

function piece(path: string, ...texts: (readonly [text: string, brings: boolean])[]): fc.Arbitrary<Piece> {
  return fc.constantFrom(...texts).map(([text, brings]) => ({ path, text, brings }));
}

const keyfile = '[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=';
const unit = '[Match]\nName=eth0\n[Network]\n';
/** Files of every stack for eth0, of which those of the stack at home are put out of use and the others are in the way. */
const others: fc.Arbitrary<Piece> = fc.oneof(
  command.map(({ line, brings }) => ({
    path: '/etc/network/interfaces',
    text: `auto eth0\niface eth0 inet manual\n  up ${line}\n`,
    brings,
  })),
  piece(
    '/etc/network/interfaces',
    ['auto eth0\niface eth0 inet dhcp\n', true],
    ['iface eth0 inet static\n  address 203.0.113.72/24\n  gateway 203.0.113.1\n', false],
    ['auto eth0\niface eth0 inet static\n  address 203.0.113.72/24\n', false],
    ['allow-hotplug eth0\niface eth0 inet static\n  address 203.0.113.72/24\n  gateway 203.0.113.1\n', true],
    ['auto /eth0\niface eth0 inet static\n  address 203.0.113.72/24\n  gateway 203.0.113.1\n', true],
    [
      'auto eth0\niface wan inet static\n  gateway 203.0.113.1\niface eth0 inet static inherits wan\n  address 203.0.113.72/24\n',
      true,
    ],
  ),
  piece(
    '/etc/systemd/network/20-eth0.network',
    [`${unit}Gateway=203.0.113.1\n`, true],
    [`${unit}DHCP=ipv4\n`, true],
    [`${unit}DHCP=ipv4\n[DHCPv4]\nUseRoutes=no\n`, false],
    [`${unit}[Route]\nGateway=203.0.113.1\nTable=7\n`, false],
    [`${unit}Gateway=fe80::1\n[Route]\nDestination=10.0.0.0/8\nGateway=203.0.113.1\n`, false],
    [`${unit}[Route]\nDestination=0.0.0.0/0\nGateway=203.0.113.1\nMetric=9\n`, true],
    [`${unit}[Route]\nDestination=0.0.0.0/0\nType=blackhole\n`, false],
    [`${unit}Gateway=203.0.113.1\n[Link]\nUnmanaged=yes\n`, false],
    ['[Match]\nName=eth[02-9]\n[Network]\nDHCP=yes\n', true],
    ['[Match]\nName=ens3 eth0\n[Network]\nAddress=203.0.113.72/24\nGateway=203.0.113.1\n', true],
    ['[Match]\nName=*0\nType=!loopback\n[Network]\nAddress=203.0.113.72/24\n', false],
  ),
  piece(
    '/etc/NetworkManager/system-connections/eth0.nmconnection',
    [`${keyfile}auto\n`, true],
    [`${keyfile}auto\nnever-default=true\n`, false],
    [`${keyfile}manual\naddress1=203.0.113.72/24,203.0.113.1\n`, true],
    [`${keyfile}manual\naddress1=203.0.113.72/24\nroute1=0.0.0.0/0,203.0.113.1\n`, true],
    [`${keyfile}manual\naddress1=203.0.113.72/24\nroute1=10.0.0.0/8,203.0.113.1\n`, false],
    [`${keyfile}disabled\n`, false],
    [`${keyfile}link-local\n`, false],
    [`${keyfile}auto\n[connection]\nautoconnect=false\n`, false],
    [`${keyfile}manual\naddress1=203.0.113.72/24\ngateway=203.0.113.1\n`, true],
    [
      `${keyfile}manual\naddress1=203.0.113.72/24\nroute1=0.0.0.0/0,203.0.113.1\nroute1_options=table=7\n`,
      false,
    ],
  ),
  piece(
    '/etc/netplan/20.yaml',
    ['network:\n  ethernets:\n    eth0: {dhcp4: true}\n', true],
    ['network:\n  ethernets:\n    eth0: {dhcp4: yes, dhcp4-overrides: {use-routes: no}}\n', false],
    ['network:\n  ethernets:\n    eth0:\n      routes:\n      - {to: default, via: 203.0.113.1}\n', true],
    [
      'network:\n  ethernets:\n    eth0:\n      routes:\n      - {to: default, via: 203.0.113.1, table: 7}\n',
      false,
    ],
    ['network:\n  ethernets:\n    eth0: {gateway4: 203.0.113.1, addresses: [203.0.113.72/24]}\n', true],
    ['network:\n  ethernets:\n    eth0: {dhcp4: on, dhcp4-overrides: {route-metric: 500}}\n', true],
    ['network:\n  ethernets:\n    wan: {match: {name: "eth0*"}, dhcp4: true}\n', true],
    ['network:\n  ethernets:\n    wan: {match: {name: eth0}, dhcp4: false}\n', false],
    ['network:\n  ethernets:\n    eth0: {dhcp4: true, dhcp4: false}\n', false],
    ['network:\n  renderer: NetworkManager\n  ethernets:\n    eth0: {dhcp4: true}\n', true],
    [
      'network:\n  renderer: NetworkManager\n  ethernets:\n    eth0: {dhcp4: true, dhcp4-overrides: {use-routes: false}}\n',
      false,
    ],
    [
      'network:\n  ethernets:\n    eth0:\n      addresses: [203.0.113.72/24]\n      routes:\n      - {to: 0.0.0.0/0, via: 203.0.113.1, metric: 90}\n',
      true,
    ],
  ),
  piece(
    '/etc/sysconfig/network-scripts/ifcfg-eth0',
    ['DEVICE=eth0\nBOOTPROTO=dhcp\n', true],
    ['DEVICE=eth0\nBOOTPROTO=dhcp\nDEFROUTE=no\n', false],
    ['DEVICE=eth0\nIPADDR=203.0.113.72\nPREFIX=24\nGATEWAY=203.0.113.1\n', true],
    ['DEVICE=eth0\nGATEWAY=203.0.113.1\nONBOOT=no\n', false],
    ['DEVICE=eth0\nIPADDR=203.0.113.72\nPREFIX=24\n', false],
  ),
  piece(
    '/etc/sysconfig/static-routes',
    ['any net default gw 203.0.113.1\n', true],
    ['any net 0.0.0.0 netmask 0 gw 203.0.113.1\n', true],
    ['any host 198.51.100.7 gw 203.0.113.1\n# any net default gw 203.0.113.1\n', false],
  ),
  command.map(({ line, brings }) => ({
    path: '/etc/rc.local',
    text: `#!/bin/sh -e\n${line}\nexit 0\n`,
    brings,
    mode: 0o755,
  })),
  fc
    .tuple(command, fc.constantFrom('add', 'add.sh'), fc.constantFrom(0o755, 0o644))
    .map(([one, name, mode]) => ({
      path: `/etc/network/if-up.d/${name}`,
      text: `#!/bin/sh\n[ "$IFACE" = eth0 ] || exit 0\n${one.line}\n`,
      brings: one.brings && name === 'add' && mode === 0o755,
      mode,
    })),
);

/** Trees of which the stack at home is told by its files; of two pieces for one path the first is taken. */
export const mixedTrees: fc.Arbitrary<MixedTree> = fc
  .tuple(homes, fc.array(others, { maxLength: 3 }))
  .map(([home, pieces]) => {
    const paths = new Set(home.map(({ path }) => path));
    return { home, others: pieces.filter(({ path }) => !paths.has(path) && paths.add(path)) };
  });

const folders: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/network\/interfaces$/, 'ifupdown'],
  [/^\/etc\/systemd\/network\//, 'networkd'],
  [/^\/etc\/NetworkManager\/system-/, 'networkmanager'],
  [/^\/etc\/netplan\//, 'netplan'],
  [/^\/etc\/sysconfig\/(network-scripts\/|static-routes)/, 'ifcfg'],
];

/** The stack that reads a file; undefined for a hook. */
export function stackOf(path: string): string | undefined {
  return folders.find(([pattern]) => pattern.test(path))?.[1];
}
