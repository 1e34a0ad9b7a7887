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

/** Each stack with the file that configures the server, before rc-wait touches it. */
export const beds = {
  netplan: { path: '/etc/netplan/50-server.yaml', text: netplanFile },
  ifupdown: { path: '/etc/network/interfaces', text: interfacesFile },
} as const;

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

/** The server's image with what only these tests need: a DHCP server, and dhclient. */
function bedImage(): Promise<string> {
  image ??= makeImage();
  return image;
}

async function makeImage(): Promise<string> {
  const { stdout } = await execute(join(root, 'scripts/image'), { timeout: 900_000 });
  const base = await docker('image', 'inspect', '--format', '{{.Id}}', stdout.trim());
  const name = `rcwait-network:${base.slice('sha256:'.length, 19)}`;
  const older = (await docker('images', '--format', '{{.Repository}}:{{.Tag}}', 'rcwait-network')).split(
    '\n',
  );
  if (older.includes(name)) return name;
  const container = await new GenericContainer(stdout.trim()).withCommand(['sleep', 'infinity']).start();
  try {
    const install = 'apt-get install -y --no-install-recommends dnsmasq-base isc-dhcp-client';
    const argv = ['sh', '-c', `apt-get update && DEBIAN_FRONTEND=noninteractive ${install}`];
    const { exitCode, output } = await container.exec(argv);
    if (exitCode !== 0) throw new Error(`cannot install dnsmasq and dhclient: ${output}`);
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

  private constructor(container: StartedTestContainer, stack: keyof typeof beds) {
    this.#container = container;
    this.stack = stack;
  }

  /** Boots a server; resolves when its network is up. */
  static async boot(stack: keyof typeof beds): Promise<Bed> {
    const { path, text } = beds[stack];
    const container = await new SystemdContainer(await bedImage())
      .withName(`rcwait-network-${randomUUID()}`)
      .withLabels({ 'rc-wait.run': process.env.RCWAIT_RUN ?? 'by-hand' })
      .withAddedCapabilities('SYS_ADMIN', 'NET_ADMIN')
      .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined')
      .withTmpFs({ '/run': 'exec', '/run/lock': '', '/tmp': '' })
      .withEnvironment({ container: 'docker' })
      .withCommand(['sh', '-c', 'systemctl mask --now rc-wait.service; exec sh /usr/local/lib/links'])
      .withCopyFilesToContainer([
        { source: join(import.meta.dirname, 'fixture/links'), target: '/usr/local/lib/links' },
      ])
      .withCopyContentToContainer([{ target: `${path}.template`, content: text }])
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
      'find /etc/netplan /etc/network /etc/dhcp -type f -printf "%m %p\\n" | sort; find /etc/netplan /etc/network /etc/dhcp -type f | sort | xargs sha256sum',
    );
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
    return (await this.exec('test', '-f', '/etc/netplan/90-rc-wait.yaml')).exitCode === 0;
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
