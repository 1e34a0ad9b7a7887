import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { GenericContainer, type StartedTestContainer } from 'testcontainers';

// The image of its reaper cannot be had without a registry; `await using` cleans up.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';

const root = join(import.meta.dirname, '../../..');
const execute = promisify(execFile);

/** The gateway on ServiceNet that the tests set. */
export const gateway = '10.208.0.1';

const netplanFile = `# written by the provider
network:
    version: 2
    renderer: networkd
    ethernets:
        eth0:
            addresses:
            - @PUBLIC@
            routes:
            -   to: default   # public
                via: @ROUTER@
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
\taddress @PUBLIC@
\tgateway @ROUTER@

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
    '# public\n[Match]\nName=eth0\n\n[Network]\nAddress=@PUBLIC@\nGateway=@ROUTER@\n',
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
address1=@PUBLIC@,@ROUTER@
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
interface Setup {
  /** the files that configure the server */
  readonly files: Readonly<Record<string, string>>;
  /** the service that must be enabled for it */
  readonly service?: string;
  /** restarts the network by the stack's own means */
  readonly restart: string;
  /** the program that brings the files into the kernel, and a word by which that command is told */
  readonly reload: readonly [tool: string, word: string];
  /** makes files that cannot be used, and what is said of them then */
  readonly bad: readonly [line: string, says: RegExp];
  /** a file of rc-wait by which the other routes that DHCP brings go as well */
  readonly silencing?: string;
}

/** Every stack that the tests boot. */
export const beds = {
  netplan: {
    files: { '/etc/netplan/50-server.yaml': netplanFile },
    restart: 'systemctl restart systemd-networkd',
    reload: ['netplan', 'apply'],
    bad: [
      'printf "network:\\n  ethernets:\\n    eth0:\\n      addresses: [nonsense]\\n" >/etc/netplan/60-bad.yaml',
      /"netplan generate" failed/,
    ],
    silencing: '/etc/netplan/90-rc-wait.yaml',
  },
  ifupdown: {
    files: { '/etc/network/interfaces': interfacesFile },
    restart: 'ifdown -a >/dev/null 2>&1; ifup -a >/dev/null 2>&1; true',
    reload: ['ip', 'replace'],
    bad: [
      'sed -i "s/^iface eth2 inet dhcp/iface eth2 inet nonsense/" /etc/network/interfaces',
      /"ifquery eth1" failed/,
    ],
  },
  networkd: {
    files: networkdFiles,
    service: 'systemd-networkd',
    restart: 'systemctl restart systemd-networkd',
    reload: ['networkctl', 'reconfigure'],
    bad: ['echo "[Network" >/etc/systemd/network/60-bad.network', /60-bad\.network: line 1: /],
    silencing: '/etc/systemd/network/20-dhcp.network.d/90-rc-wait.conf',
  },
  networkmanager: {
    files: profiles,
    service: 'NetworkManager',
    restart: 'systemctl restart NetworkManager',
    reload: ['nmcli', 'reapply'],
    bad: ['echo nonsense >/etc/NetworkManager/system-connections/bad', /connections\/bad: line 1: /],
  },
} as const satisfies Record<string, Setup>;

/** Where the stacks have their files. */
const folders = '/etc/netplan /etc/network /etc/dhcp /etc/systemd/network /etc/NetworkManager';

/** How a command on the server ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly output: string;
}

/** A container with two settings that systemd needs and for which GenericContainer has no words. */
class SystemdContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    Object.assign(this.hostConfig, {
      CgroupnsMode: 'private',
      Sysctls: { 'net.ipv6.conf.all.disable_ipv6': '0' },
    });
  }
}

let image: Promise<string> | undefined;

/** What only these tests need: a DHCP server, dhclient, and a stack that a server has alone or not at all. */
const packages = ['dnsmasq-base', 'isc-dhcp-client', 'network-manager'];

/** The server's image with those packages. */
function bedImage(): Promise<string> {
  image ??= makeImage();
  return image;
}

async function makeImage(): Promise<string> {
  const { stdout } = await execute(join(root, 'scripts/image'), { timeout: 900_000 });
  const base = await docker('image', 'inspect', '--format', '{{.Id}}', stdout.trim());
  const name = `rcwait-network:${base.slice('sha256:'.length, 19)}-${packages.length}`;
  const older = (await docker('images', '--format', '{{.Repository}}:{{.Tag}}', 'rcwait-network')).split(
    '\n',
  );
  if (older.includes(name)) return name;
  const container = await new GenericContainer(stdout.trim()).withCommand(['sleep', 'infinity']).start();
  try {
    const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
    const disable = 'systemctl disable NetworkManager';
    const argv = ['sh', '-c', `apt-get update && DEBIAN_FRONTEND=noninteractive ${install} && ${disable}`];
    const { exitCode, output } = await container.exec(argv);
    if (exitCode !== 0) throw new Error(`cannot install ${packages.join(', ')}: ${output}`);
    await docker('commit', container.getId(), name);
  } finally {
    await container.stop({ timeout: 0 });
  }
  // Each build of the server's image would leave one of these behind.
  for (const tag of older.filter((one) => one !== '')) await docker('image', 'rm', tag).catch(() => '');
  return name;
}

async function docker(...argv: string[]): Promise<string> {
  return (await execute('docker', argv, { timeout: 120_000 })).stdout.trim();
}

/** A server with one network stack and rc-wait installed, but not started. Dispose of it with `await using`. */
export class Bed implements AsyncDisposable {
  readonly #container: StartedTestContainer;
  readonly stack: keyof typeof beds;

  readonly setup: Setup;

  private constructor(container: StartedTestContainer, stack: keyof typeof beds) {
    this.#container = container;
    this.stack = stack;
    this.setup = beds[stack];
  }

  /** Boots a server; resolves when its network is up. */
  static async boot(stack: keyof typeof beds): Promise<Bed> {
    const { files, service }: Setup = beds[stack];
    const enable = service === undefined ? '' : `systemctl enable ${service}; `;
    const container = await new SystemdContainer(await bedImage())
      .withName(`rcwait-network-${randomUUID()}`)
      .withLabels({ 'rc-wait.run': process.env.RCWAIT_RUN ?? 'by-hand' })
      .withAddedCapabilities('SYS_ADMIN', 'NET_ADMIN')
      .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined')
      .withTmpFs({ '/run': 'exec', '/run/lock': '', '/tmp': '' })
      .withEnvironment({ container: 'docker' })
      .withCommand([
        'sh',
        '-c',
        `systemctl mask --now rc-wait.service; ${enable}exec sh /usr/local/lib/links`,
      ])
      .withCopyFilesToContainer([
        { source: join(import.meta.dirname, 'fixture/links'), target: '/usr/local/lib/links' },
      ])
      .withCopyContentToContainer(
        Object.entries(files).map(([path, content]) => ({ target: `/usr/local/lib/server${path}`, content })),
      )
      .start();
    const bed = new Bed(container, stack);
    try {
      await bed.untilUp();
    } catch (error) {
      await bed[Symbol.asyncDispose]();
      throw error;
    }
    return bed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.stop({ timeout: 0 });
  }

  /** Boots the same server again; its disk stays. */
  async reboot(): Promise<void> {
    await this.#container.restart({ timeout: 5_000 });
    await this.untilUp();
  }

  /** Runs a command on the server. */
  async exec(...argv: string[]): Promise<Ended> {
    const { exitCode, stdout, output } = await this.#container.exec(argv);
    return { exitCode, stdout: stdout.trimEnd(), output };
  }

  /** Writes files to the server. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    const contents = Object.entries(files).map(([target, content]) => ({ target, content }));
    await this.#container.copyContentToContainer(contents);
  }

  /** Runs a line of shell that must succeed; its stdout. */
  async sh(line: string): Promise<string> {
    const { exitCode, stdout, output } = await this.exec('sh', '-c', line);
    if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}: ${output}`);
    return stdout;
  }

  /** `rc-wait network apply` with the gateway of the tests. */
  apply(to: string = gateway): Promise<Ended> {
    return this.exec('rc-wait', 'network', 'apply', '--gateway', to, '--output', 'json');
  }

  /** The action that `rc-wait network apply` reports. */
  async action(to?: string): Promise<string> {
    const { exitCode, stdout, output } = await this.apply(to);
    if (exitCode !== 0) throw new Error(`rc-wait network apply ended with ${exitCode}: ${output}`);
    return (JSON.parse(stdout) as { network: { action: string } }).network.action;
  }

  /** The gateway and the device of every default route in the kernel. */
  async defaults(): Promise<string[]> {
    const lines = (await this.sh('ip -4 route show default')).split('\n').filter((line) => line !== '');
    return lines.map((line) => /via (\S+) dev (\S+)/.exec(line)?.slice(1).join(' ') ?? line);
  }

  /** A digest of every network file, with names and modes. */
  files(): Promise<string> {
    return this.sh(
      `find ${folders} -type f -printf "%m %p\\n" | sort; find ${folders} -type f -print0 | sort -z | xargs -0 sha256sum`,
    );
  }

  /** What is different after any write at all: inode, time and path of every network file. */
  inodes(): Promise<string> {
    return this.sh(`find ${folders} -type f -printf "%i %T@ %p\\n" | sort`);
  }

  /** Waits until every interface has its address, and the public default route is there or has gone. */
  async untilUp(): Promise<void> {
    await this.until('the network is up', async () => {
      const addresses = await this.sh('ip -4 -o address show');
      const settled = /running|degraded/.test((await this.exec('systemctl', 'is-system-running')).stdout);
      return settled && ['eth0', 'eth1', 'eth2'].every((name) => addresses.includes(` ${name} `));
    });
    // eth2's routes come a moment after its address.
    await this.until(
      'the routes are there',
      async () => (await this.sh('ip -4 route')).includes('198.51.100.0/24') || (await this.isSilenced()),
    );
  }

  async isSilenced(): Promise<boolean> {
    const { silencing } = this.setup;
    return silencing !== undefined && (await this.exec('test', '-f', silencing)).exitCode === 0;
  }

  /** Waits until `check` holds. @throws with the state of the network when it does not within 60 s */
  async until(what: string, check: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await check().catch(() => false))) {
      if (performance.now() > deadline) {
        const { output } = await this.exec(
          'sh',
          '-c',
          'ip -4 address; ip -4 route; journalctl -b -n 40 --no-pager',
        );
        throw new Error(`${what}: not within 60 s\n${output}`);
      }
      await delay(200);
    }
  }
}
