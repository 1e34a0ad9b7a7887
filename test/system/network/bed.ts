import { join } from 'node:path';
import { inject } from 'vitest';
import { type Ended, Machine } from '../machine.ts';
import { apis, gateway, type Place, type Setup, setups } from './beds.ts';

const fixture = join(import.meta.dirname, 'fixture');

/** The interfaces of a bed. */
const links = ['eth0', 'eth1', 'eth2'] as const;

/** The tools that the stacks are told by; a bed notes what each is asked. */
const tapped = ['netplan', 'networkctl', 'nmcli', 'ip'];

/** Where the stacks have their files. */
const folders =
  '/etc/netplan /etc/network /etc/dhcp /etc/dhcpcd.conf /etc/systemd/network /etc/NetworkManager';

/** Makes the folders that are there the arguments of the shell: to start a program costs more than all that is printed. */
const present = `set --; for path in ${folders}; do [ ! -e $path ] || set -- "$@" $path; done`;

/** Prints path, mode and owner of every network file and folder, and the digest of every file. */
const listing = `${present}
find "$@" -printf "%p %y %m %U:%G %l\\n" | sort
find "$@" -type f -print0 | sort -z | xargs -0 sha256sum`;

const showDefaults = 'ip -4 route show default';

/** What counts of a network: its files with mode, owner and digest, and the default routes in the kernel. */
export interface State {
  readonly files: string;
  readonly defaults: readonly string[];
}

/** A server with one network stack and rc-wait installed, but not started. Dispose of it with `await using`. */
export class Bed implements AsyncDisposable {
  readonly place: Place;
  readonly setup: Setup;
  readonly #machine: Machine;

  private constructor(machine: Machine, place: Place) {
    this.#machine = machine;
    this.place = place;
    this.setup = setups[place.stack];
  }

  /**
   * Boots a server; resolves when its network is up.
   * @param own files in the place of the stack's, and the interfaces that come up with them
   */
  static async boot(
    place: Place,
    own: { files?: Readonly<Record<string, string>>; up?: readonly string[] } = {},
  ): Promise<Bed> {
    const setup: Setup = setups[place.stack];
    const { files, service } = { ...setup, ...own };
    const tap = { source: join(fixture, 'tap'), mode: 0o755 };
    const machine = await Machine.start({
      image: inject('images')[place.suite],
      network: 'none',
      command: ['sh', '/usr/local/lib/links', ...(service === undefined ? [] : [service])],
      files: [
        { source: join(fixture, 'links'), target: '/usr/local/lib/links' },
        { source: join(fixture, 'simulator.yaml'), target: '/usr/local/lib/simulator.yaml' },
        ...tapped.map((tool) => ({ ...tap, target: `/usr/local/sbin/${tool}` })),
        ...Object.entries(files).map(([target, content]) => ({ target, content })),
      ],
    });
    const bed = new Bed(machine, place);
    try {
      await bed.untilUp(own.up);
    } catch (error) {
      await bed[Symbol.asyncDispose]();
      throw error;
    }
    return bed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine[Symbol.asyncDispose]();
  }

  /** Boots the same server again; its disk stays. `crash`: without shutting it down; `up`: the interfaces that come up. */
  async reboot({
    crash = false,
    up = links,
  }: {
    crash?: boolean;
    up?: readonly string[];
  } = {}): Promise<void> {
    await this.#machine.reboot({ crash });
    await this.untilUp(up);
  }

  /** Restarts the network by the stack's own means. */
  async restartNetwork(): Promise<void> {
    await this.sh(this.setup.restart);
    await this.untilUp();
  }

  /** Runs a command on the server. */
  exec(...argv: string[]): Promise<Ended> {
    return this.#machine.exec(...argv);
  }

  /** Writes files to the server. */
  write(files: Readonly<Record<string, string>>): Promise<void> {
    return this.#machine.write(files);
  }

  /** Runs a line of shell that must succeed; its stdout. */
  sh(line: string): Promise<string> {
    return this.#machine.sh(line);
  }

  /** Has the API answer in one of the namespaces behind the server; its URL. */
  async serveApi(where: keyof typeof apis): Promise<string> {
    const url = apis[where];
    const [namespace, address] = [where === 'byPublic' ? 'public' : 'fabric', new URL(url).host];
    await this.sh(
      `systemd-run --quiet --unit=api-${namespace} --property=NetworkNamespacePath=/run/netns/${namespace} \
      rc-wait simulate --listen ${address} --scenario /usr/local/lib/simulator.yaml`,
    );
    await this.#machine.untilSucceeds('the API answers', `rc-wait status --api-url ${url} --quiet`);
    return url;
  }

  /** `rc-wait network apply` with the gateway of the tests, or with what `flags` say. */
  apply(...flags: string[]): Promise<Ended> {
    const named = flags.length > 0 ? flags : ['--gateway', gateway];
    return this.exec('rc-wait', 'network', 'apply', '--output', 'json', ...named);
  }

  /** The action that `rc-wait network apply` reports. */
  async action(...flags: string[]): Promise<string> {
    const { exitCode, stdout, output } = await this.apply(...flags);
    if (exitCode !== 0) throw new Error(`rc-wait network apply ended with ${exitCode}: ${output}`);
    return (JSON.parse(stdout) as { network: { action: string } }).network.action;
  }

  /** Has the stack's own tool fail, or hang, the next time that it is to bring the files into the kernel. */
  async sabotage(fault: 'fail' | 'hang'): Promise<void> {
    await this.sh(`echo "${fault} ${this.setup.reload[1]}" >/run/tap.fault`);
  }

  /** What the stack's tool was asked to bring into the kernel since the last time that this was asked for. */
  async reloads(): Promise<string[]> {
    const [tool, word] = this.setup.reload;
    const log = await this.sh('cat /run/tap.log; : >/run/tap.log');
    return log.split('\n').filter((line) => line.startsWith(`${tool} `) && line.split(' ').includes(word));
  }

  /**
   * The gateway and the device of every default route in the kernel; without the one that the bed may leave there,
   * where another is taken before it.
   */
  async defaults(): Promise<string[]> {
    return this.#defaultsIn(await this.sh(showDefaults));
  }

  /** Waits until the kernel has these default routes: a lease is away for a moment after a reload. */
  async untilDefaults(wanted: readonly string[]): Promise<void> {
    const wish = wanted.toSorted().join();
    await this.until(`the default routes are ${wish}`, async () => (await this.defaults()).join() === wish);
  }

  /** Mode, owner and digest of every network file, and of the folders. */
  files(): Promise<string> {
    return this.sh(listing);
  }

  /** Runs a line of shell that must succeed, and tells what the network is like then: one command is cheaper than three. */
  async stateAfter(line: string): Promise<State> {
    const [files = '', routes = ''] = (
      await this.sh(`set -e\n{ ${line}; } >/dev/null\n${listing}\necho '= routes'\n${showDefaults}`)
    ).split(/^= routes\n?/m);
    return { files: files.trimEnd(), defaults: this.#defaultsIn(routes) };
  }

  /** What is different after any write at all: inode, time and path of every network file. */
  inodes(): Promise<string> {
    return this.sh(`${present}; find "$@" -printf "%i %T@ %p\\n" | sort`);
  }

  /** Waits until every interface has its address, and the routes that DHCP brings are there, or are not wanted. */
  async untilUp(up: readonly string[] = links): Promise<void> {
    // With --wait systemd itself says when the boot has ended; before it can be asked there is nothing to wait for.
    const settled = 'case "$(systemctl is-system-running --wait)" in running|degraded) ;; *) false ;; esac';
    const addresses = up.map((name) => `case "$addresses" in *" ${name} "*) ;; *) false ;; esac`);
    const line = [settled, 'addresses=$(ip -4 -o address)', ...addresses].join(' && ');
    await this.untilSucceeds('the network is up', line);
    if (!up.includes('eth2')) return;
    // Its routes come a moment after its address.
    const { silencing } = this.setup;
    const isSilenced = silencing === undefined ? '' : ` || [ -f ${silencing} ]`;
    const routed = 'case "$(ip -4 route)" in *198.51.100.0/24*) ;; *) false ;; esac';
    await this.untilSucceeds('the routes are there', `{ ${routed}; }${isSilenced}`);
  }

  #defaultsIn(routes: string): string[] {
    const { leaves } = this.setup;
    const lines = routes.split('\n').filter((line) => line !== '');
    const metricOf = (line: string) => Number(/ metric (\d+)/.exec(line)?.[1] ?? 0);
    const least = Math.min(...lines.map(metricOf));
    const named = lines.map((line) => ({
      name: /via (\S+) dev (\S+)/.exec(line)?.slice(1).join(' ') ?? line,
      isTaken: metricOf(line) === least,
    }));
    return named
      .filter(({ name, isTaken }) => isTaken || name !== leaves)
      .map(({ name }) => name)
      .sort();
  }

  /** Waits until a line of shell succeeds on the server. @throws as `until` does */
  untilSucceeds(what: string, line: string, timeoutMs?: number): Promise<void> {
    return this.#machine.untilSucceeds(what, line, timeoutMs);
  }

  /** Waits until `check` holds. @throws with the state of the network when it does not in time */
  until(what: string, check: () => Promise<boolean>, timeoutMs?: number): Promise<void> {
    return this.#machine.until(what, check, timeoutMs);
  }
}
