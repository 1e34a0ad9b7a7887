import { systemClock } from '../base/clock.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { readRegularText } from '../base/files.ts';
import type { LogEntry } from '../simulator/log.ts';
import { createCloudHttp } from '../simulator/openstack/http.ts';
import { parseCloudScenario } from '../simulator/openstack/scenario.ts';
import { defaultScenario, parseScenario } from '../simulator/scenario.ts';
import { startSimulator } from '../simulator/server.ts';
import type { Io } from './io.ts';
import { largestNamedBytes } from './named-file.ts';

interface SimulateOptions {
  /** address and port */
  readonly listen: string;
  /** a YAML file */
  readonly scenario: string | undefined;
  readonly openstack: boolean;
  readonly quiet: boolean;
}

/** `rc-wait simulate`: serves until it is interrupted; resolves to the exit status. */
export async function simulate(args: SimulateOptions, io: Io): Promise<number> {
  const file = args.scenario;
  const text = file === undefined ? undefined : readScenario(file);
  const scenario = text === undefined || file === undefined ? defaultScenario : parseScenario(text, file);
  const cloud = args.openstack ? cloudOf(text ?? '', file ?? 'the scenario', args.quiet, io) : undefined;
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
  await new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }));
  stopShowing();
  await simulator.close();
  return 0;
}

/** The cloud of a scenario, and the lines that a shell needs to log in to it. */
function cloudOf(text: string, name: string, quiet: boolean, io: Io) {
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
