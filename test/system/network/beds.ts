/** The gateway on ServiceNet that the tests set; another one that answers is 10.208.0.9. */
export const gateway = '10.208.0.1';

/** Where the API answers on ServiceNet, and where it can only be reached over the public interface. */
export const apis = { byServiceNet: `http://${gateway}:8080`, byPublic: 'http://198.18.0.1:8080' } as const;

/** A release of Debian. */
export type Suite = 'bullseye' | 'bookworm' | 'trixie';

/** What only these tests need: a DHCP server, the DHCP client that the suite's ifupdown asks for, and NetworkManager. */
export const packages: Readonly<Record<Suite, readonly string[]>> = {
  bullseye: ['dnsmasq-base', 'isc-dhcp-client', 'net-tools'],
  bookworm: ['dnsmasq-base', 'isc-dhcp-client', 'net-tools', 'network-manager'],
  trixie: ['dnsmasq-base', 'dhcpcd-base', 'net-tools', 'network-manager'],
};

/** @param everything how the default route is written: netplan takes `default` from 0.103 on */
const netplanFile = (renderer: string, everything = 'default') => `# written by the provider
network:
    version: 2
    renderer: ${renderer}
    ethernets:
        eth0:
            addresses:
            - 203.0.113.10/24
            routes:
            -   to: ${everything}   # public
                via: 203.0.113.1
        eth1:
            addresses: [10.208.5.7/19]
            routes:
            -   to: 10.176.0.0/12
                via: ${gateway}
            -   to: 10.208.0.0/12
                via: ${gateway}
        eth2: {dhcp4: true, optional: true}
`;

const interfacesFile = `# written by the provider
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
\taddress 203.0.113.10/24
\tgateway 203.0.113.1

auto eth1
iface eth1 inet static
\taddress 10.208.5.7
\tnetmask 255.255.224.0
\tpost-up ip route add 10.176.0.0/12 via ${gateway} || true
\tpost-up ip route add 10.208.0.0/12 via ${gateway} || true

auto eth2
iface eth2 inet dhcp
`;

const networkdFiles = {
  '/etc/systemd/network/10-eth0.network':
    '# public\n[Match]\nName=eth0\n\n[Network]\nAddress=203.0.113.10/24\nGateway=203.0.113.1\n',
  '/etc/systemd/network/10-eth1.network': `[Match]
Name=eth1

[Network]
Address=10.208.5.7/19

[Route]
Destination=10.176.0.0/12
Gateway=${gateway}

[Route]
Destination=10.208.0.0/12
Gateway=${gateway}
`,
  '/etc/systemd/network/20-dhcp.network': '[Match]\nName=eth*\n\n[Network]\nDHCP=ipv4\n',
};

const profiles = {
  '/etc/NetworkManager/system-connections/eth0.nmconnection': `[connection]
id=public
type=ethernet
interface-name=eth0

[ipv4]
method=manual
address1=203.0.113.10/24,203.0.113.1
`,
  '/etc/NetworkManager/system-connections/eth1.nmconnection': `[connection]
id=servicenet
uuid=c64ba8b4-3b2b-4b0b-8a0c-2f6f4f3f7d11
type=ethernet
interface-name=eth1

[ipv4]
method=manual
address1=10.208.5.7/19
route1=10.176.0.0/12,${gateway}
route2=10.208.0.0/12,${gateway}
`,
  '/etc/NetworkManager/system-connections/eth2.nmconnection':
    '[connection]\nid=dhcp\ntype=ethernet\ninterface-name=eth2\n',
};

/** A network stack as a server has it, before rc-wait touches it. */
export interface Setup {
  /** the files that configure the server */
  readonly files: Readonly<Record<string, string>>;
  /** the service that must be enabled for it */
  readonly service?: string;
  /** restarts the network by the stack's own means */
  readonly restart: string;
  /** the command that brings the files into the kernel: its program, a word by which it is told, its limit */
  readonly reload: readonly [tool: string, word: string, limitS: number];
  /** makes files that cannot be used, and what is said of them then */
  readonly bad: readonly [line: string, says: RegExp];
  /** a file of rc-wait by which the other routes that DHCP brings go as well */
  readonly silencing?: string;
  /**
   * a default route that comes with option 121, which no release of networkd leaves out; it has a metric, so the
   * gateway's is taken before it
   */
  readonly leaves?: string;
}

const netplan = {
  reload: ['netplan', 'apply', 120],
  bad: [
    'printf "network:\\n  ethernets:\\n    eth0:\\n      addresses: [nonsense]\\n" >/etc/netplan/60-bad.yaml',
    /60-bad\.yaml: line \d+: /,
  ],
} as const;

/** By option 121 of the DHCP server of the beds. */
const leaves = '192.0.2.1 eth2';

/** Every stack that the tests boot. */
export const setups = {
  netplan: {
    ...netplan,
    files: { '/etc/netplan/50-server.yaml': netplanFile('networkd') },
    leaves,
    restart: 'systemctl restart systemd-networkd',
  },
  // As Debian 11 and early Ubuntu 20.04 and 22.04 have it; so is the file that cloud-init writes for it.
  'netplan-0.101': {
    ...netplan,
    files: { '/etc/netplan/50-server.yaml': netplanFile('networkd', '0.0.0.0/0') },
    leaves,
    restart: 'systemctl restart systemd-networkd',
  },
  'netplan-nm': {
    ...netplan,
    files: { '/etc/netplan/50-server.yaml': netplanFile('NetworkManager') },
    silencing: '/etc/netplan/90-rc-wait.yaml',
    service: 'NetworkManager',
    restart: 'systemctl restart NetworkManager',
  },
  ifupdown: {
    files: { '/etc/network/interfaces': interfacesFile },
    restart: 'systemctl restart networking',
    reload: ['ip', 'replace', 10],
    bad: ['echo "iface eth9 inet nonsense" >>/etc/network/interfaces', /"ifquery eth1" failed/],
  },
  networkd: {
    files: networkdFiles,
    service: 'systemd-networkd',
    restart: 'systemctl restart systemd-networkd',
    reload: ['networkctl', 'reconfigure', 60],
    bad: ['echo "[Network" >/etc/systemd/network/60-bad.network', /60-bad\.network: line 1: /],
    leaves,
  },
  networkmanager: {
    files: profiles,
    service: 'NetworkManager',
    restart: 'systemctl restart NetworkManager',
    reload: ['nmcli', 'reapply', 60],
    bad: [
      'echo nonsense >>/etc/NetworkManager/system-connections/eth2.nmconnection',
      /eth2\.nmconnection: line \d+: /,
    ],
  },
} as const satisfies Record<string, Setup>;

type BedStack = keyof typeof setups;

/** A stack on a release: what a bed is. */
export interface Place {
  readonly stack: BedStack;
  readonly suite: Suite;
}

const modern = (Object.keys(setups) as BedStack[]).filter((stack) => stack !== 'netplan-0.101');

/** Every stack on every release on which servers have it. */
export const matrix: readonly Place[] = [
  ...modern.map((stack) => ({ stack, suite: 'bookworm' as const })),
  ...modern.map((stack) => ({ stack, suite: 'trixie' as const })),
  { stack: 'ifupdown', suite: 'bullseye' },
  { stack: 'netplan-0.101', suite: 'bullseye' },
];

/** Each stack once, and ifupdown with each of its DHCP clients: on the releases in turn. */
const inTurn: readonly Place[] = [
  { stack: 'netplan', suite: 'trixie' },
  { stack: 'netplan-nm', suite: 'bookworm' },
  { stack: 'ifupdown', suite: 'bullseye' },
  { stack: 'ifupdown', suite: 'trixie' },
  { stack: 'networkd', suite: 'bookworm' },
  { stack: 'networkmanager', suite: 'trixie' },
];

/** Whether everything is tried on all of `matrix`. Two cores have no time for it at each change. */
export const isWholeMatrix: boolean = process.env.RCWAIT_BEDS === 'all';

/**
 * Where a change is broken off, undone and repeated. What differs from release to release is setting the gateway, which is
 * always tried on all of `matrix`.
 */
export const places: readonly Place[] = isWholeMatrix ? matrix : inTurn;

/** By dhcpcd, whose default route is there until its hook takes it out again: the end of that is waited for. */
const rebind = `/sbin/ip -4 monitor route >/run/monitor & monitor=$!
dhcpcd --rebind eth2
timeout 20 sh -c 'until grep -q "^Deleted default .* dev eth2" /run/monitor; do sleep 0.2; done'
kill $monitor`;

/** Has the DHCP client get the lease of eth2 once more; undefined where NetworkManager cannot be told to. */
export function renewalOf({ stack, suite }: Place): string | undefined {
  if (stack === 'networkd' || stack === 'netplan' || stack === 'netplan-0.101')
    return 'networkctl renew eth2';
  if (stack !== 'ifupdown') return undefined;
  if (suite === 'trixie') return rebind;
  // It cannot be told to either, but for a moment another one can do the same with the same hooks.
  const again = 'dhclient -4 -1 -pf /run/again.pid -lf /run/again.leases eth2';
  return `${again} && timeout 20 sh -c 'until kill $(cat /run/again.pid); do sleep 0.2; done'`;
}
