import { join } from 'node:path';
import { inject } from 'vitest';
import { Machine } from './machine.ts';

const fixture = join(import.meta.dirname, 'fixture');
const systemUnits = '/etc/systemd/system';

/** The simulator, as it is reached from the server and from within the fabric. */
const simulatorUrl = 'http://10.208.0.1:8080';
/** The server's address on ServiceNet, by which the simulator knows it. */
const serverAddress = '10.208.5.7';

export type Stack = 'netplan' | 'ifupdown';

export interface ServerOptions {
  /** a release of Debian; bookworm when left out */
  readonly suite?: 'bullseye' | 'trixie' | undefined;
  /** an image in the place of that of the suite, with curl and, where the API is there at the first boot, rc-wait */
  readonly image?: string;
  /** further files, by path */
  readonly files?: Readonly<Record<string, string>>;
  /** further files that are copied from this machine: their paths here, each with that there */
  readonly copies?: Readonly<Record<string, string>>;
  /** a line of shell that is run before systemd begins */
  readonly first?: string;
  /** what is waited for: the API was asked, the API is there, or there is none (yet); `asked` when left out */
  readonly api?: 'asked' | 'there' | 'none';
  readonly stack: Stack;
  /** whether the boot wants dependent.service; else nothing depends on the automation */
  readonly dependent?: boolean;
  /** a drop-in for rc-wait.service */
  readonly dropIn?: string;
  /** how long `netplan apply` takes longer than it would, in seconds; it says when by /run/netplan.applying */
  readonly netplanSleepsS?: number;
}

/** One request in the simulator's log, as far as the tests look at it. Times in ms of CLOCK_MONOTONIC. */
export interface LoggedRequest {
  readonly atMs: number;
  readonly operation?: string;
  readonly status?: number;
  readonly answeredMs?: number;
}

interface Summary {
  readonly requests: number;
  readonly refused: number;
  readonly maxIn60s: number;
}

/** A script can be run. */
function modeOf(content: string): number {
  return content.startsWith('#!') ? 0o755 : 0o644;
}

function slowNetplan(sleepsS: number): string {
  return `#!/bin/sh
if [ "$1" = apply ]; then
  touch /run/netplan.applying
  sleep ${sleepsS}
fi
exec /usr/sbin/netplan "$@"
`;
}

/**
 * A server with systemd as PID 1: eth0 with the default route, eth1 on ServiceNet
 * and the simulator behind it. Dispose of it with `await using`.
 */
export class Server implements AsyncDisposable {
  readonly #machine: Machine;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Boots a server; resolves when the simulator answers and rc-wait.service is at work. */
  static async boot(options: ServerOptions): Promise<Server> {
    const { stack, suite, dependent = true, dropIn, netplanSleepsS = 0, api = 'asked' } = options;
    const { files = {}, copies = {} } = options;
    const units = ['simulator.service', 'route-watch.service', 'dependent.service'];
    const left = [
      ...(dependent ? [] : ['dependent.service']),
      ...(api === 'none' ? ['simulator.service'] : []),
    ];
    const enabled = units.filter((unit) => !left.includes(unit));
    const machine = await Machine.start({
      image: options.image ?? inject('images')[suite ?? 'server'],
      command: ['sh', '/usr/local/lib/prepare', stack, ...enabled],
      files: [
        { source: join(fixture, 'prepare'), target: '/usr/local/lib/prepare' },
        { source: join(fixture, 'route-watch'), target: '/usr/local/lib/route-watch' },
        { source: join(fixture, 'simulator.yaml'), target: '/etc/simulator.yaml' },
        ...units.map((unit) => ({ source: join(fixture, unit), target: `${systemUnits}/${unit}` })),
        ...(api === 'none'
          ? []
          : [
              {
                target: '/etc/default/rc-wait',
                content: `RC_WAIT_API_URL=${simulatorUrl}\nRC_WAIT_INTERFACE=eth1\n`,
              },
            ]),
        // Ahead of the real one on the PATH of a unit.
        { target: '/usr/local/sbin/netplan', content: slowNetplan(netplanSleepsS), mode: 0o755 },
        { target: '/usr/local/lib/first', content: options.first ?? '' },
        ...Object.entries(files).map(([target, content]) => ({ target, content, mode: modeOf(content) })),
        ...Object.entries(copies).map(([source, target]) => ({ source, target })),
        ...(dropIn === undefined
          ? []
          : [{ target: `${systemUnits}/rc-wait.service.d/test.conf`, content: dropIn }]),
      ],
    });
    const server = new Server(machine);
    try {
      if (api === 'none') return server;
      const log = `curl -fsS --max-time 10 '${simulatorUrl}/_simulator/log?source=${serverAddress}'`;
      if (api === 'there') await server.untilSucceeds('the simulator answers', log);
      else await server.untilSucceeds('the simulator has been asked', `${log} | grep -q operation`);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine[Symbol.asyncDispose]();
  }

  /** Writes files to the server, for everybody to read. */
  write(files: Readonly<Record<string, string>>): Promise<void> {
    return this.#machine.write(files);
  }

  /** Boots the same server again; its disk stays. */
  reboot(): Promise<void> {
    return this.#machine.reboot();
  }

  /** Runs a command on the server; its stdout, whatever its exit status. */
  async ask(...argv: string[]): Promise<string> {
    return (await this.#machine.exec(...argv)).stdout;
  }

  /** Runs a command on the server that must succeed; its stdout. */
  run(...argv: string[]): Promise<string> {
    return this.#machine.run(...argv);
  }

  /** Properties of a unit, as `systemctl show` names them. */
  async unit(name: string): Promise<Readonly<Record<string, string>>> {
    const lines = (await this.run('systemctl', 'show', name)).split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    );
  }

  /** The main process of rc-wait.service; `0`: it has none. */
  mainPid(): Promise<string> {
    return this.ask('systemctl', 'show', '-P', 'MainPID', 'rc-wait.service');
  }

  /** Waits until rc-wait.service waits by another process than `pid`, and says that the automation is DEPLOYING. */
  async untilAnotherWaits(pid: string): Promise<void> {
    const goesOn = async () => {
      const { MainPID, StatusText, ActiveState } = await this.unit('rc-wait.service');
      const isAnother = MainPID !== pid && MainPID !== '0';
      return isAnother && ActiveState === 'activating' && /DEPLOYING/.test(StatusText ?? '');
    };
    await this.until('it waits again', goesOn);
  }

  /** A …TimestampMonotonic property of a unit, in ms of CLOCK_MONOTONIC, which all of this machine share. */
  async moment(unit: string, property: string): Promise<number> {
    return Number((await this.unit(unit))[property]) / 1000;
  }

  /** Waits until `check` holds. @throws with the journal when it does not within `timeoutMs` */
  until(what: string, check: () => Promise<boolean>, timeoutMs?: number): Promise<void> {
    return this.#machine.until(what, check, timeoutMs);
  }

  /** Waits until a line of shell succeeds on the server. @throws as `until` does */
  untilSucceeds(what: string, line: string, timeoutMs?: number): Promise<void> {
    return this.#machine.untilSucceeds(what, line, timeoutMs);
  }

  /** Waits until a unit's ActiveState is one of `states`. */
  async untilUnit(unit: string, states: readonly string[]): Promise<void> {
    const line = `case "$(systemctl show -P ActiveState ${unit})" in ${states.join('|')}) ;; *) false ;; esac`;
    await this.untilSucceeds(`${unit} is ${states.join(' or ')}`, line);
  }

  /** Ends the deployment at the simulator at once; the moment at which it did, in ms of CLOCK_MONOTONIC. */
  async deploymentEnds(outcome: 'DEPLOYED' | 'FAILED'): Promise<number> {
    const { monotonicMs } = (await this.#simulator(`servers/${serverAddress}`, { outcome, now: true })) as {
      monotonicMs: number;
    };
    return monotonicMs;
  }

  /** The requests that the simulator has seen from this server. */
  async requests(): Promise<readonly LoggedRequest[]> {
    const { requests } = (await this.#simulator(`log?source=${serverAddress}`)) as {
      requests: LoggedRequest[];
    };
    return requests;
  }

  /** The requests of this server, added up. */
  async summary(): Promise<Summary> {
    const { servers } = (await this.#simulator('summary')) as { servers: Record<string, Summary> };
    return servers[serverAddress] ?? { requests: 0, refused: 0, maxIn60s: 0 };
  }

  /** Asks a control path of the simulator, with a POST where there is a body. */
  async #simulator(path: string, body?: unknown): Promise<unknown> {
    const sent = body === undefined ? [] : ['--data', JSON.stringify(body)];
    const url = `${simulatorUrl}/_simulator/${path}`;
    return JSON.parse(await this.run('curl', '-fsS', '--max-time', '10', ...sent, url));
  }
}
