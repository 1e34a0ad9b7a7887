import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, isIP, isIPv6 } from 'node:net';
import { type Clock, systemClock } from '../base/clock.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { type Controlled, control, isControl, type Moment } from './control.ts';
import { deliver } from './deliver.ts';
import { createRequestLog, type LogEntry, type RequestLog, type Summary } from './log.ts';
import { seededRandom } from './random.ts';
import { answer, arrive, createServerState, type ServerState } from './rules.ts';
import { defaultScenario, parsePatch, patchServer } from './scenario.ts';
import type { Scenario, ServerScenario } from './types.ts';

/** How to run a simulator; every key has a default. */
export interface SimulatorOptions {
  /** `defaultScenario` when left out */
  readonly scenario?: Scenario;
  /** 127.0.0.1 when left out */
  readonly host?: string;
  /** 0, the default, picks any free port */
  readonly port?: number;
  readonly clock?: Clock;
  /** for faults with a probability; by default seeded from the scenario */
  readonly random?: () => number;
  /** another API on the same port, asked first; it returns undefined for requests that are not its own */
  readonly also?: (request: IncomingMessage, response: ServerResponse) => Promise<void> | undefined;
  /** serve https with this certificate and key, in PEM */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

/** A running simulator. */
export interface Simulator {
  readonly url: string;
  readonly port: number;
  /** every request except those to `/_simulator/`, oldest first; it keeps growing */
  readonly log: readonly LogEntry[];
  /**
   * Changes one server at once: `{outcome: 'DEPLOYED', now: true}` ends its deployment at the returned moment.
   * @throws RcWaitError SCENARIO when the patch or the address is invalid
   */
  setServer(address: string, patch: unknown): Moment;
  /** the totals of one source address */
  summary(address: string): Summary;
  /** Ends every connection at once, including hanging ones. */
  close(): Promise<void>;
}

/**
 * Serves the RackConnect v2.0 API with its rules enforced.
 * @throws RcWaitError CONFIGURATION when it cannot listen there
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { scenario = defaultScenario, host = '127.0.0.1', port = 0, clock = systemClock } = options;
  const random = options.random ?? seededRandom(scenario.seed);
  const log = createRequestLog();
  const servers = createServers(scenario, clock, log);
  const closing = new AbortController();
  const server = createHttpServer(options.tls);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const work =
      options.also?.(request, response) ??
      (isControl(request.url ?? '')
        ? control(request, response, servers)
        : serve(request, response, { servers, clock, random, log, closing: closing.signal }));
    work.catch((error: unknown) => giveUp(response, error));
  });
  await listen(server, host, port);
  const bound = server.address() as AddressInfo;
  return {
    url: `${options.tls ? 'https' : 'http'}://${isIPv6(bound.address) ? `[${bound.address}]` : bound.address}:${bound.port}`,
    port: bound.port,
    log: log.entries,
    setServer: (address, patch) => servers.setServer(address, patch),
    summary: (address) => log.summary(address),
    close() {
      closing.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface Serving {
  readonly servers: Servers;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: RequestLog;
  readonly closing: AbortSignal;
}

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { servers, clock, random, log, closing } = serving;
  // The body is not used, but unread it would block the connection.
  request.resume();
  const source = plainAddress(request.socket.remoteAddress ?? 'unknown');
  const state = servers.state(source);
  const { method = 'GET', url: target = '/' } = request;
  const atMs = clock.nowMs();
  const arrival = arrive(state, { method, target, nowMs: atMs, random });
  const { operation, formatWord: format } = arrival;
  const entry = log.add({ atMs, source, method, path: target, operation, format });

  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // A request delayed in the network still reaches the API and counts, even if its sender has given up.
  if (arrival.delayBeforeMs > 0) await clock.sleep(arrival.delayBeforeMs, closing);
  const countedMs = clock.nowMs();
  const decided = answer(state, arrival, countedMs, random);
  entry.decided({ countedMs, status: decided.status, refused: decided.refused, fault: decided.fault });
  const signal = AbortSignal.any([closing, gone.signal]);
  if (arrival.delayAfterMs > 0) await clock.sleep(arrival.delayAfterMs, signal);
  if (await deliver(response, decided, clock, signal)) entry.answered(clock.nowMs());
}

/** The client has gone, or the simulator has a bug, which must not look like a fault of the scenario. */
function giveUp(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`the simulator failed: ${reasonOf(error)}\n`);
}

interface Servers extends Controlled {
  state(address: string): ServerState;
}

/** All servers by their source address. Each gets its own state with its first request. */
function createServers(scenario: Scenario, clock: Clock, log: RequestLog): Servers {
  const startMs = clock.nowMs();
  const states = new Map<string, ServerState>();
  const scenarioOf = (address: string): ServerScenario =>
    scenario.servers.find((server) => server.address === address) ?? scenario.otherServers;
  const moment = () => ({ wallMs: Date.now(), monotonicMs: clock.nowMs() });
  const state = (address: string): ServerState => {
    const known = states.get(address) ?? createServerState(scenarioOf(address), startMs);
    states.set(address, known);
    return known;
  };
  return {
    scenario,
    startMs,
    log: log.entries,
    moment,
    state,
    summaries: () => Object.fromEntries([...log.sources].map((source) => [source, log.summary(source)])),
    server: (address) => states.get(address)?.scenario ?? scenarioOf(address),
    setServer(address, value) {
      if (isIP(address) === 0)
        throw new RcWaitError('SCENARIO', `cannot change server ${address}: not an IP address`);
      const { server, now } = parsePatch(value);
      const changed = state(plainAddress(address));
      const at = moment();
      changed.scenario = patchServer(changed.scenario, server);
      if (server.faults !== undefined) changed.faultMatches = [];
      // An older "now" must not override a new timeline.
      if (server.deployedAfter !== undefined) changed.endedMs = undefined;
      if (server.gateway !== undefined) changed.gatewayAssignedMs = undefined;
      if (now) {
        changed.endedMs = at.monotonicMs;
        // A patch with a gateway says itself when that is assigned.
        if (server.gateway === undefined) changed.gatewayAssignedMs = at.monotonicMs;
      }
      return at;
    },
  };
}

/** An IPv4 client of a server on `::` appears as `::ffff:127.0.0.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function createHttpServer(tls: SimulatorOptions['tls']): Server {
  // Longer than the longest backoff of a client that keeps its connection between two polls.
  const options = { keepAliveTimeout: 75_000 };
  if (tls === undefined) return createServer(options);
  return createSecureServer({ ...options, ...tls });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new RcWaitError('CONFIGURATION', `cannot listen on ${host} port ${port}: ${reasonOf(error)}`, {
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}
