import { documentedFormats, render } from './formats.ts';
import { createQuotaState, type QuotaState, takeRequest } from './quota.ts';
import { gatewayAt, statusAt, tasksAt } from './timeline.ts';
import type { Answer, Fault, FaultAction, Format, Operation, ServerScenario } from './types.ts';

/** One server as the API sees it: everything that its next answer depends on. Changed in place. */
export interface ServerState {
  scenario: ServerScenario;
  /** the simulator's start, on the caller's clock */
  readonly startMs: number;
  firstRequestMs: number | undefined;
  /** when the deployment and its tasks have ended, whatever the timeline says */
  endedMs: number | undefined;
  /** when the gateway is assigned, whatever the timeline says */
  gatewayAssignedMs: number | undefined;
  readonly quota: QuotaState;
  /** the number of matching requests so far, for each fault */
  faultMatches: number[];
}

/** A request as the rules see it. */
export interface SimulatedRequest {
  /** GET when left out */
  readonly method?: string;
  /** path and query, such as `/v1/gateway_ip?format=JSON` */
  readonly target: string;
  /** on the same clock as `startMs` */
  readonly nowMs: number;
  /** 0 ≤ random() < 1; only called if the scenario leaves something to chance */
  readonly random: () => number;
}

/** A request that has arrived, and how long `delay` faults hold it back. */
export interface Arrival {
  readonly method: string;
  readonly target: string;
  readonly operation: Operation | undefined;
  /** the requested format, in lower case; undefined: none was named */
  readonly formatWord: string | undefined;
  /** to wait before `answer` is called */
  readonly delayBeforeMs: number;
  /** to wait after `answer` was called */
  readonly delayAfterMs: number;
}

/** A server without requests. `startMs`: the simulator's start, on any clock that only goes forward. */
export function createServerState(scenario: ServerScenario, startMs: number): ServerState {
  return {
    scenario,
    startMs,
    firstRequestMs: undefined,
    endedMs: undefined,
    gatewayAssignedMs: undefined,
    quota: createQuotaState(),
    faultMatches: [],
  };
}

/**
 * The whole decision in one call, for callers on a virtual clock: the answer, and how many ms after `nowMs` it
 * is sent. No I/O, no timers.
 */
export function decide(state: ServerState, request: SimulatedRequest): { answer: Answer; delayMs: number } {
  const arrival = arrive(state, request);
  const decidedMs = request.nowMs + arrival.delayBeforeMs;
  return {
    answer: answer(state, arrival, decidedMs, request.random),
    delayMs: arrival.delayBeforeMs + arrival.delayAfterMs,
  };
}

/** First half of `decide`, once a request's headers are read. Starts the server's clock. */
export function arrive(state: ServerState, { method, target, nowMs, random }: SimulatedRequest): Arrival {
  state.firstRequestMs ??= nowMs;
  const question = target.indexOf('?');
  const path = question === -1 ? target : target.slice(0, question);
  const operation = operationOf(path);
  const delayMs = pickDelayMs(state, operation, nowMs, random);
  const isBefore = state.scenario.quota.countAt === 'answer';
  return {
    method: method ?? 'GET',
    target,
    operation,
    formatWord: question === -1 ? undefined : formatIn(target.slice(question + 1)),
    delayBeforeMs: isBefore ? delayMs : 0,
    delayAfterMs: isBefore ? 0 : delayMs,
  };
}

/** Second half: counts the request at `nowMs` and answers it. */
export function answer(state: ServerState, arrival: Arrival, nowMs: number, random: () => number): Answer {
  const { scenario } = state;
  if (scenario.unknownStatus !== undefined) return plain(scenario.unknownStatus, 'Forbidden\n');
  if (!takeRequest(scenario.quota, state.quota, nowMs - state.startMs)) {
    const { retryAfterMs } = scenario.quota;
    return { ...plain(403, 'Forbidden\n', retryAfter(retryAfterMs)), refused: true };
  }
  const fault = pickFault(state, arrival.operation, nowMs, random);
  if (fault === undefined) return soundAnswer(state, arrival, nowMs);
  return { ...spoil(() => soundAnswer(state, arrival, nowMs), fault, random), fault: fault.kind };
}

/** The answer without any fault. */
function soundAnswer(state: ServerState, { method, operation, formatWord }: Arrival, nowMs: number): Answer {
  if (operation === undefined) return plain(404, 'Not Found\n');
  if (method !== 'GET') return plain(405, 'Method Not Allowed\n', { allow: 'GET' });
  const formats = documentedFormats[operation];
  const format = formatWord === undefined ? formats[0] : formats.find((known) => known === formatWord);
  if (format === undefined) return plain(400, 'Bad Request: this format is not documented\n');
  return operationAnswer(state, operation, format, nowMs);
}

function operationAnswer(state: ServerState, operation: Operation, format: Format, nowMs: number): Answer {
  const { scenario } = state;
  const elapsedMs = hasCome(state.endedMs, nowMs) ? Number.POSITIVE_INFINITY : elapsed(state, nowMs);
  const gateway = hasCome(state.gatewayAssignedMs, nowMs)
    ? scenario.gateway?.address
    : gatewayAt(scenario, elapsed(state, nowMs));
  if (operation === 'gateway_ip' && gateway === undefined) return plain(404, 'Not Found\n');
  const view = {
    status: statusAt(scenario, elapsedMs),
    tasks: operation === 'automation_status/details' ? tasksAt(scenario, elapsedMs) : [],
    gateway,
    features: scenario.features,
  };
  const { contentType, body } = render(operation, format, view, scenario.dialect);
  return sound(200, { 'content-type': contentType }, body);
}

function hasCome(momentMs: number | undefined, nowMs: number): boolean {
  return momentMs !== undefined && nowMs >= momentMs;
}

/** Time on the server's own clock. */
function elapsed(state: ServerState, nowMs: number): number {
  const originMs = state.scenario.clockFrom === 'start' ? state.startMs : state.firstRequestMs;
  return nowMs - (originMs ?? nowMs);
}

const prefix = '/v1/';

function operationOf(path: string): Operation | undefined {
  const name = path.slice(prefix.length);
  return path.startsWith(prefix) && Object.hasOwn(documentedFormats, name) ? (name as Operation) : undefined;
}

/** The first `format` of a query, in lower case: real clients write `text`, `TEXT`, `JSON`, `json`, `XML`. */
function formatIn(query: string): string | undefined {
  return new URLSearchParams(query).get('format')?.toLowerCase();
}

/** The sum of all matching `delay` faults, in ms. */
function pickDelayMs(
  state: ServerState,
  operation: Operation | undefined,
  nowMs: number,
  random: () => number,
): number {
  let delayMs = 0;
  for (const [index, fault] of state.scenario.faults.entries()) {
    const { action } = fault;
    if (action.kind !== 'delay' || !hits(state, fault, index, operation, nowMs, random)) continue;
    const spanMs = action.maxMs - action.minMs;
    delayMs += action.minMs + (spanMs > 0 ? spanMs * random() : 0);
  }
  return delayMs;
}

/** Faults that change the answer; a delay only holds it back. */
type SpoilingAction = Exclude<FaultAction, { kind: 'delay' }>;

/** The first other fault that hits this request: the order of the list is the order of events. */
function pickFault(
  state: ServerState,
  operation: Operation | undefined,
  nowMs: number,
  random: () => number,
): SpoilingAction | undefined {
  for (const [index, fault] of state.scenario.faults.entries()) {
    const { action } = fault;
    if (action.kind !== 'delay' && hits(state, fault, index, operation, nowMs, random)) return action;
  }
  return undefined;
}

/** Whether a fault hits a request; counts the matches for `skip` and `first`. */
function hits(
  state: ServerState,
  fault: Fault,
  index: number,
  operation: Operation | undefined,
  nowMs: number,
  random: () => number,
): boolean {
  if (fault.operation !== undefined && fault.operation !== operation) return false;
  const elapsedMs = elapsed(state, nowMs);
  if (elapsedMs < fault.fromMs || elapsedMs >= fault.toMs) return false;
  const match = state.faultMatches[index] ?? 0;
  state.faultMatches[index] = match + 1;
  if (match < fault.skip || match >= fault.skip + fault.first) return false;
  return fault.probability >= 1 || random() < fault.probability;
}

const garbageBytes = 64;
const portalPage =
  '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n';

/** The answer as changed by a fault. */
function spoil(good: () => Answer, action: SpoilingAction, random: () => number): Answer {
  switch (action.kind) {
    case 'status':
      return plain(action.status, action.body, retryAfter(action.retryAfterMs));
    case 'redirect':
      return plain(action.status, '', { location: action.location });
    case 'body':
      return { ...good(), body: action.text };
    case 'html':
      return sound(200, { 'content-type': 'text/html; charset=utf-8' }, portalPage);
    case 'garbage': {
      const bytes = Array.from({ length: garbageBytes }, () =>
        String.fromCharCode(Math.floor(random() * 256)),
      );
      return { ...good(), body: bytes.join(''), encoding: 'latin1' };
    }
    case 'content-type': {
      const answer = good();
      return { ...answer, headers: { ...answer.headers, 'content-type': action.value } };
    }
    case 'oversize': {
      const answer = good();
      return { ...answer, body: answer.body.padEnd(action.bytes, ' '), delivery: { kind: 'chunked' } };
    }
    case 'truncate':
      return { ...good(), delivery: { kind: 'truncate' } };
    case 'reset':
    case 'hang':
      return { ...good(), delivery: { kind: action.kind, when: action.when } };
    case 'slow-body':
      return { ...good(), delivery: { kind: 'slow', bytesPerSecond: action.bytesPerSecond } };
  }
}

function retryAfter(retryAfterMs: number | undefined): Readonly<Record<string, string>> {
  // RFC 9110, 10.2.3: whole seconds.
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}

function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return sound(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }, body);
}

function sound(status: number, headers: Readonly<Record<string, string>>, body: string): Answer {
  return {
    status,
    headers,
    body,
    encoding: 'utf8',
    delivery: { kind: 'whole' },
    refused: false,
    fault: undefined,
  };
}
