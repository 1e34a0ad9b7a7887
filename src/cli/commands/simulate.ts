import type { Options } from 'yargs';
import type { Io } from '../../app/io.ts';
import { largestNamedBytes } from '../../app/named-file.ts';
import { systemClock } from '../../base/clock.ts';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import { readRegularText } from '../../base/files.ts';
import type { LogEntry } from '../../simulator/log.ts';
import { type CliCommand, command } from '../command.ts';

const simulateFlags = {
  listen: {
    string: true,
    requiresArg: true,
    default: '127.0.0.1:8080',
    describe: 'Address and port; port 0 takes any free one',
  },
  scenario: {
    string: true,
    requiresArg: true,
    describe: 'YAML file that says what happens to the servers (default: DEPLOYED after about 20 s)',
  },
  openstack: {
    boolean: true,
    default: false,
    describe: 'Serve identity, a catalog and Cloud Servers too: for rc-wait endpoints and rc-wait remote',
  },
  quiet: { boolean: true, default: false, describe: 'Do not show the requests' },
} as const satisfies Record<string, Options>;

/** `rc-wait simulate` */
export const simulateCommand: CliCommand = command({
  name: 'simulate',
  summary: 'The RackConnect API on loopback, with its rules, for trying things out',
  flags: simulateFlags,
  examples: [
    ['$0 simulate', 'a server that is DEPLOYED after about 20 s, on http://127.0.0.1:8080'],
    ['$0 simulate --listen 127.0.0.1:0 --scenario FILE', 'what FILE says, on any free port'],
    ['$0 simulate --openstack', 'ten servers of the Cloud Servers API besides; the way to log in is printed'],
  ],
  notes:
    'Each source address is a server of its own: 127.0.0.1, 127.0.0.2 and so on. Ends with Ctrl-C. The keys of a scenario: docs/simulator.md.',
  async run(args, io) {
    const { defaultScenario, parseScenario } = await import('../../simulator/scenario.ts');
    const { startSimulator } = await import('../../simulator/server.ts');
    const file = args.scenario;
    const text = file === undefined ? undefined : readScenario(file);
    const scenario = text === undefined || file === undefined ? defaultScenario : parseScenario(text, file);
    const cloud = args.openstack
      ? await cloudOf(text ?? '', file ?? 'the scenario', args.quiet, io)
      : undefined;
    const { host, port } = parseListen(args.listen);
    const simulator = await startSimulator({
      scenario,
      host,
      port,
      ...(cloud === undefined ? {} : { also: cloud.http.serve }),
    });
    if (!isLoopback(host))
      io.err(
        `rc-wait: warning: ${host} is open to the network: whoever reaches it can change what is simulated\n`,
      );
    io.out(`${simulator.url}\n`);
    if (cloud !== undefined) io.out(cloud.login(simulator.url));
    const stopShowing = args.quiet ? () => {} : showRequests(simulator.log, io);
    await new Promise<void>((resolve) =>
      io.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    stopShowing();
    await simulator.close();
    return 0;
  },
});

/** The cloud of a scenario, and the lines that a shell needs to log in to it. */
async function cloudOf(text: string, name: string, quiet: boolean, io: Io) {
  const { parseCloudScenario } = await import('../../simulator/openstack/scenario.ts');
  const { createCloudHttp } = await import('../../simulator/openstack/http.ts');
  const scenario = parseCloudScenario(text, name);
  const show = quiet ? undefined : (line: string) => io.err(`${line}\n`);
  return {
    http: createCloudHttp(scenario, systemClock, show),
    login: (url: string) =>
      `export RAX_AUTH_URL=${url}/identity/v2.0 RAX_USERNAME=${scenario.username} RAX_API_KEY=${scenario.apiKey}\n`,
  };
}

function readScenario(path: string): string {
  try {
    return readRegularText(path, largestNamedBytes);
  } catch (cause) {
    throw new RcWaitError('SCENARIO', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function parseListen(text: string): { host: string; port: number } {
  const [, host, port] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host !== undefined && port !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new RcWaitError(
    'USAGE',
    `cannot listen on ${text}: an address and a port are expected, such as 127.0.0.1:8080`,
  );
}

/** Whether only this machine can reach an address (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
function isLoopback(host: string): boolean {
  return /^127\.[\d.]+$/.test(host) || host === '::1' || host === 'localhost';
}

/** Shows each request once its answer is decided; returns a function that stops this. */
function showRequests(log: readonly LogEntry[], io: Io): () => void {
  // By entry and not by index: the log drops its oldest entries, and a delayed answer comes after later ones.
  const shown = new WeakSet<LogEntry>();
  const show = (): void => {
    for (const entry of log.filter((one) => one.status !== undefined && !shown.has(one))) {
      shown.add(entry);
      const { source, operation, format, status, fault, refused } = entry;
      const note = refused ? ' (quota)' : fault === undefined ? '' : ` (${fault})`;
      io.err(`${source} ${operation ?? '?'} ${format ?? ''} ${status}${note}\n`);
    }
  };
  const timer = setInterval(show, 250);
  return () => {
    clearInterval(timer);
    show();
  };
}
