import * as v from 'valibot';
import { parse } from 'yaml';
import { RcWaitError } from '../../base/error.ts';
import { depthFault } from '../../base/yaml/depth.ts';
import { count, duration, flag, longDuration, moment, numberField, oneOf, status, word } from '../fields.ts';
import { defaultQuota } from '../schema.ts';
import type { CloudScenario, Span } from './types.ts';

/** One moment for all servers, or a span from which each gets its own. */
const span = v.pipe(
  v.union([moment, v.strictObject({ from: moment, to: moment })], 'expected a duration, or {from: …, to: …}'),
  v.transform(
    (value): Span =>
      typeof value === 'object' ? { fromMs: value.from, toMs: value.to } : { fromMs: value, toMs: value },
  ),
);

const region = v.pipe(
  word,
  v.transform((code) => code.toUpperCase()),
);
const share = numberField('a share from 0 to 1', (number) => number >= 0 && number <= 1);
const metadata = v.record(word, v.string('expected text'));

const fleet = v.pipe(
  v.strictObject({
    count: v.optional(count, 1),
    region: v.optional(region, 'ORD'),
    name: v.optional(word, 'server-{}'),
    activeAfter: v.optional(span, '0s'),
    keyAfter: v.optional(duration, '0s'),
    endsAfter: v.optional(span, '20s'),
    bursts: v.optional(count, 0),
    outcomes: v.optional(v.record(word, share), {}),
    vanish: v.optional(v.strictObject({ share: v.optional(share, 1), after: span })),
    managed: v.optional(v.strictObject({ after: moment, outcome: v.optional(word, 'Complete') })),
    metadata: v.optional(metadata, {}),
  }),
  v.transform(({ keyAfter, managed, vanish, ...rest }) => ({
    ...rest,
    keyAfterMs: keyAfter,
    vanish,
    managed: managed === undefined ? undefined : { afterMs: managed.after, outcome: managed.outcome },
  })),
);

const fault = v.pipe(
  v.strictObject({
    kind: oneOf('status', 'html', 'revoke'),
    api: v.optional(oneOf('identity', 'servers'), 'servers'),
    from: v.optional(duration, 0),
    to: v.optional(moment, 'never'),
    status: v.optional(status, 503),
    retryAfter: v.optional(duration),
  }),
  v.transform(({ from, to, retryAfter, ...rest }) => ({
    ...rest,
    fromMs: from,
    toMs: to,
    retryAfterMs: retryAfter,
  })),
);

const limit = v.pipe(
  v.strictObject({
    requests: count,
    window: v.optional(longDuration, '60s'),
    status: v.optional(v.picklist([413, 429] as const, 'expected 413 or 429'), 413),
    retryAfter: v.optional(duration),
  }),
  v.transform(({ requests, window, status, retryAfter }) => ({
    ...defaultQuota,
    limit: requests,
    windowMs: window,
    retryAfterMs: retryAfter,
    status,
  })),
);

const cloud = v.pipe(
  v.strictObject({
    seed: v.optional(count, 1),
    tenant: v.optional(word, '123456'),
    username: v.optional(word, 'demo'),
    apiKey: v.optional(word, 'demo-api-key'),
    password: v.optional(word, 'demo-password'),
    tokenLife: v.optional(longDuration, '24h'),
    regions: v.optional(v.array(region, 'expected a list of regions'), ['ORD', 'DFW']),
    without: v.optional(v.array(word, 'expected a list of services'), []),
    metadataCounts: v.optional(flag, true),
    deletedMarkers: v.optional(flag, true),
    limit: v.optional(limit),
    pageSize: v.optional(
      numberField('a whole number from 1 to 1000', (n) => Number.isInteger(n) && n >= 1 && n <= 1000),
      1000,
    ),
    fleets: v.optional(v.array(fleet, 'expected a list of fleets'), [
      { count: 10, endsAfter: { from: '10s', to: '60s' } },
    ]),
    faults: v.optional(v.array(fault, 'expected a list of faults'), []),
  }),
  v.transform(
    ({ tenant, tokenLife, ...rest }): CloudScenario => ({
      ...rest,
      tenantId: tenant,
      tokenLifeMs: tokenLife,
      limit: rest.limit,
    }),
  ),
);

/**
 * Reads the key `openstack` of a scenario. Without one, ten servers are deployed within a minute.
 * @throws RcWaitError SCENARIO with the path in the YAML and what was expected there
 */
export function parseCloudScenario(yamlText: string, fileName: string): CloudScenario {
  const tooDeep = depthFault(yamlText);
  if (tooDeep !== undefined) throw unusable(fileName, tooDeep, undefined);
  let document: unknown;
  try {
    document = parse(yamlText, { logLevel: 'error' });
  } catch (cause) {
    throw unusable(fileName, 'it is not YAML', cause);
  }
  const written =
    typeof document === 'object' && document !== null && 'openstack' in document ? document.openstack : {};
  const result = v.safeParse(cloud, written ?? {});
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = ['openstack', ...(issue.path ?? []).map(({ key }) => String(key))].join('.');
  const expected = issue.expected === 'never' ? 'there is no such key' : issue.message;
  throw unusable(fileName, `${path}: ${expected}`, undefined);
}

function unusable(name: string, reason: string, cause: unknown): RcWaitError {
  return new RcWaitError('SCENARIO', `cannot use ${name}: ${reason}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'every key of a scenario is in /usr/share/doc/rc-wait/simulator.md',
  });
}
