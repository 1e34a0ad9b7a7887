import * as v from 'valibot';
import { parseIpv4 } from '../base/ipv4.ts';
import {
  count,
  duration,
  flag,
  headerValue,
  key,
  longDuration,
  moment,
  numberField,
  oneOf,
  operation,
  status,
  text,
  word,
} from './fields.ts';
import type {
  Dialect,
  Fault,
  FaultAction,
  GatewayScenario,
  OtherLoad,
  QuotaRules,
  TaskScenario,
} from './types.ts';

/** The keys of a scenario, and how they become the types of `types.ts`. Each error says what was expected. */

const task = v.pipe(
  v.strictObject({
    name: word,
    startsAfter: v.optional(moment, 0),
    endsAfter: v.optional(moment),
    outcome: v.optional(word),
  }),
  v.transform(
    ({ name, startsAfter, endsAfter, outcome }): TaskScenario => ({
      name,
      startsAfterMs: startsAfter,
      endsAfterMs: endsAfter,
      outcome,
    }),
  ),
);

const gateway = v.pipe(
  v.strictObject({
    address: v.custom<string>(
      (value) => typeof value === 'string' && parseIpv4(value) !== undefined,
      'expected an IPv4 address',
    ),
    assignedAfter: v.optional(moment),
  }),
  v.transform(({ address, assignedAfter }): GatewayScenario => ({ address, assignedAfterMs: assignedAfter })),
);

const otherLoad = v.pipe(
  v.strictObject({
    perMinute: count,
    pattern: v.optional(oneOf('even', 'burst'), 'even'),
    from: v.optional(duration, 0),
    to: v.optional(moment, 'never'),
  }),
  v.transform(
    ({ perMinute, pattern, from, to }): OtherLoad => ({ perMinute, pattern, fromMs: from, toMs: to }),
  ),
);

const quota = v.pipe(
  v.strictObject({
    limit: v.optional(count, 30),
    window: v.optional(longDuration, '60s'),
    mode: v.optional(oneOf('fixed', 'sliding'), 'fixed'),
    phase: v.optional(duration, 0),
    countRefused: v.optional(flag, false),
    countAt: v.optional(oneOf('arrival', 'answer'), 'arrival'),
    retryAfter: v.optional(duration),
    otherLoad: v.optional(otherLoad),
  }),
  v.transform(
    ({ limit, window, mode, phase, countRefused, countAt, retryAfter, otherLoad }): QuotaRules => ({
      limit,
      windowMs: window,
      mode,
      phaseMs: phase,
      countRefused,
      countAt,
      retryAfterMs: retryAfter,
      otherLoad,
    }),
  ),
);

const enabledWord = v.union([word, v.boolean()], 'expected text, true or false');
const dialect = v.strictObject({
  keys: v.optional(oneOf('snake_case', 'camelCase', 'PascalCase'), 'snake_case'),
  xml: v.optional(oneOf('elements', 'attributes'), 'elements'),
  jsonFeatures: v.optional(oneOf('array', 'object'), 'array'),
  tasksKey: v.optional(key, 'tasks'),
  taskNameKey: v.optional(key, 'name'),
  taskStatusKey: v.optional(key, 'status'),
  featuresKey: v.optional(key, 'automation_features'),
  featureNameKey: v.optional(key, 'name'),
  featureEnabledKey: v.optional(key, 'is_enabled'),
  featureNames: v.optional(oneOf('PascalCase', 'camelCase', 'snake_case', 'human'), 'PascalCase'),
  enabledWord: v.optional(enabledWord, true),
  disabledWord: v.optional(enabledWord, false),
  waitingWord: v.optional(word, 'PENDING'),
  runningWord: v.optional(word, 'IN_PROGRESS'),
  statusText: v.optional(text, '{}'),
  // The real service sends stray white space around the gateway's address.
  gatewayText: v.optional(text, ' {} \r\n'),
}) satisfies v.GenericSchema<unknown, Dialect>;

const which = {
  from: v.optional(duration, 0),
  to: v.optional(moment, 'never'),
  skip: v.optional(count, 0),
  first: v.optional(count),
  probability: v.optional(
    numberField('a number from 0 to 1', (number) => number >= 0 && number <= 1),
    1,
  ),
  operation: v.optional(operation),
};
const kind = <const Kind extends FaultAction['kind'], const Entries extends v.ObjectEntries>(
  name: Kind,
  entries: Entries,
) => v.strictObject({ kind: v.literal(name), ...which, ...entries });
const when = v.optional(oneOf('start', 'body'), 'start');
/** Large enough to test any limit, small enough to fit in memory many times. */
const largestBodyBytes = 100_000_000;

const fault = v.pipe(
  v.variant(
    'kind',
    [
      kind('status', { status, retryAfter: v.optional(duration), body: v.optional(text, '') }),
      kind('redirect', { status: v.optional(status, 302), location: headerValue }),
      kind('body', { text }),
      kind('html', {}),
      kind('garbage', {}),
      kind('content-type', { value: headerValue }),
      kind('oversize', {
        bytes: v.optional(
          numberField(
            `a whole number from 1 to ${largestBodyBytes}`,
            (number) => Number.isSafeInteger(number) && number >= 1 && number <= largestBodyBytes,
          ),
          2_000_000,
        ),
      }),
      kind('truncate', {}),
      kind('reset', { when }),
      kind('hang', { when }),
      kind('slow-body', {
        bytesPerSecond: v.optional(
          numberField('a number above zero', (number) => number > 0 && Number.isFinite(number)),
          10,
        ),
      }),
      kind('delay', { min: v.optional(duration, 0), max: v.optional(duration) }),
    ],
    (issue) =>
      `expected one of ${issue.expected
        .replaceAll('"', '')
        .replaceAll(' | ', ', ')
        .replace(/^\(|\)$/g, '')}`,
  ),
  v.transform(
    ({ from, to, skip, first, probability, operation, ...written }): Fault => ({
      action: actionOf(written),
      fromMs: from,
      toMs: to,
      skip,
      first: first ?? Number.POSITIVE_INFINITY,
      probability,
      operation,
    }),
  ),
);

type WrittenAction =
  | Exclude<FaultAction, { kind: 'status' | 'delay' }>
  | { kind: 'status'; status: number; retryAfter?: number | undefined; body: string }
  | { kind: 'delay'; min: number; max?: number | undefined };

function actionOf(written: WrittenAction): FaultAction {
  switch (written.kind) {
    case 'status': {
      const { kind, status, body, retryAfter } = written;
      return { kind, status, body, ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }) };
    }
    case 'delay': {
      // `{kind: delay, min: 3s}` is a delay of three seconds, `{kind: delay, max: 5s}` one of up to five.
      const { kind, min, max } = written;
      return { kind, minMs: min, maxMs: Math.max(min, max ?? min) };
    }
    default:
      return written;
  }
}

/**
 * The keys of one server except its address, all optional because a patch has the same keys. Missing keys stay
 * missing, so that a patch changes nothing else.
 */
export const serverEntries = {
  unknown: v.exactOptional(
    v.lazy((input) => (typeof input === 'object' ? v.strictObject({ status }) : flag)),
  ),
  clockFrom: v.exactOptional(oneOf('first-request', 'start')),
  deployedAfter: v.exactOptional(moment),
  initialStatus: v.exactOptional(word),
  outcome: v.exactOptional(word),
  tasks: v.exactOptional(v.array(task, 'expected a list of tasks')),
  gateway: v.exactOptional(
    v.lazy((input) =>
      typeof input === 'string' ? v.literal('none', 'expected none, or a mapping of keys') : gateway,
    ),
  ),
  features: v.exactOptional(v.record(word, flag, 'expected features, each true or false')),
  quota: v.exactOptional(quota),
  dialect: v.exactOptional(dialect),
  faults: v.exactOptional(v.array(fault, 'expected a list of faults')),
};

const server = v.strictObject(serverEntries);

/** One server as written, with only the keys that are present. */
export type WrittenServer = v.InferOutput<typeof server>;

/** The quota of a scenario without one: as Rackspace documents it, with the simplest reading of the rest. */
export const defaultQuota: QuotaRules = v.parse(quota, {});
/** The dialect of a scenario without one. */
export const defaultDialect: Dialect = v.parse(dialect, {});
