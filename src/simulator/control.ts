import type { IncomingMessage, ServerResponse } from 'node:http';
import { reasonOf } from '../base/error.ts';
import { textOf } from './body.ts';
import type { LogEntry, Summary } from './log.ts';
import type { Scenario, ServerScenario } from './types.ts';

/** A moment on both clocks: the wall's (ms since 1970) and the simulator's, which is monotonic. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** The parts of the simulator behind the control paths. */
export interface Controlled {
  readonly scenario: Scenario;
  readonly startMs: number;
  readonly log: readonly LogEntry[];
  moment(): Moment;
  summaries(): Readonly<Record<string, Summary>>;
  /** the current scenario of one server */
  server(address: string): ServerScenario;
  /** @throws RcWaitError SCENARIO */
  setServer(address: string, patch: unknown): Moment;
}

const prefix = '/_simulator/';
const largestPatchBytes = 1_000_000;

/** Whether a request is for the simulator itself, not for the API: such requests use no quota. */
export function isControl(target: string): boolean {
  return target.startsWith(prefix);
}

/** Answers a request under `/_simulator/`, in JSON. */
export async function control(
  request: IncomingMessage,
  response: ServerResponse,
  it: Controlled,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator.invalid');
  const name = pathname.slice(prefix.length);
  if (request.method === 'POST' && name.startsWith('servers/')) {
    await patch(request, response, it, name.slice('servers/'.length));
    return;
  }
  if (request.method !== 'GET') {
    send(response, 405, { error: 'only GET, and POST to /_simulator/servers/ADDRESS' });
    return;
  }
  const now = it.moment();
  if (name === 'log') {
    const source = searchParams.get('source');
    const requests = source === null ? it.log : it.log.filter((entry) => entry.source === source);
    send(response, 200, { now, startMs: it.startMs, requests });
  } else if (name === 'summary') send(response, 200, { now, startMs: it.startMs, servers: it.summaries() });
  else if (name === 'scenario') send(response, 200, it.scenario);
  else if (name.startsWith('servers/')) send(response, 200, it.server(name.slice('servers/'.length)));
  else send(response, 404, { error: `there is no ${pathname}` });
}

async function patch(
  request: IncomingMessage,
  response: ServerResponse,
  it: Controlled,
  address: string,
): Promise<void> {
  try {
    send(response, 200, it.setServer(address, JSON.parse(await textOf(request, 'patch', largestPatchBytes))));
  } catch (error) {
    send(response, 400, { error: reasonOf(error) });
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  // JSON has no infinity; the scenario writes it as "never".
  response.end(
    `${JSON.stringify(value, (_, member) => (member === Number.POSITIVE_INFINITY ? 'never' : member), 2)}\n`,
  );
}
