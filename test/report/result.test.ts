import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, RcWaitError } from '../../src/base/error.ts';
import { parseIpv4 } from '../../src/base/ipv4.ts';
import type { NetworkResult } from '../../src/network/types.ts';
import { describe as describeError, type End, humanResult, resultOf } from '../../src/report/result.ts';
import type { Deployment, Features } from '../../src/wait/verdict.ts';
import { faultsIn } from './schema.ts';
import { hostileText } from './text.ts';

const faults = faultsIn('result');
const requests = { sent: 12, refused: 1, shared: 3 };
const seen = {
  status: 'DEPLOYING',
  tasks: [{ name: 'Update access', status: 'IN_PROGRESS' }],
  wasAtWork: true,
};
const times = {
  startedAt: '2026-11-28T23:02:24Z',
  endedAt: '2026-11-28T23:02:48Z',
  timesOf: () => [{ firstSeenMs: 120, endedMs: 6_310 }],
};
const circumstances = { requests, waitedMs: 24_310.4, seen, ...times };

const gateway = parseIpv4('10.208.0.1');
const tasks = [
  { name: 'Add "rackconnect" user', status: 'COMPLETED' },
  { name: 'Update access', status: 'FAILED' },
];
const ended = (status: Deployment['status']): Deployment => ({ status, tasks });
const features: Features = {
  networkStack: 'owner',
  features: [
    { name: 'ConfigureNetworkStack', enabled: false, status: 'false' },
    { name: 'Novelty', enabled: undefined, status: 'perhaps' },
  ],
};
const changed: NetworkResult = {
  action: 'changed',
  stack: 'netplan',
  interface: 'eth1',
  files: ['/etc/netplan/90-rc-wait.yaml'],
};
const deployed = (network: NetworkResult): End => ({
  kind: 'deployed',
  deployment: ended('DEPLOYED'),
  features,
  ...(gateway === undefined ? {} : { gateway }),
  network,
});
const remembered = (network: NetworkResult): End => ({
  kind: 'remembered',
  since: '2026-11-21T20:35:42Z',
  deployment: { status: 'DEPLOYED', tasks: [] },
  ...(gateway === undefined ? {} : { gateway }),
  network,
});
const late = { kind: 'deadline', phase: 'automation', why: 'the API is\nodd' } as const;
const networkFailed = (code: ErrorCode, hint?: string): End => ({
  kind: 'network-failed',
  deployment: ended('DEPLOYED'),
  features,
  error: new RcWaitError(
    code,
    'cannot read /etc/netplan/x.yaml: permission denied',
    hint === undefined ? {} : { hint },
  ),
});

/** Every way a wait can end: an interface, so wording included where a person reads it. */
const ends: readonly (readonly [name: string, end: End, exit: number, outcome: string, message: string])[] = [
  [
    'changed',
    deployed(changed),
    0,
    'deployed',
    'DEPLOYED after 24 s: the default route goes through 10.208.0.1 on eth1 (netplan: /etc/netplan/90-rc-wait.yaml)',
  ],
  [
    'unchanged',
    deployed({ ...changed, action: 'unchanged', files: [] }),
    0,
    'deployed',
    'DEPLOYED after 24 s: the default route went through 10.208.0.1 on eth1 already (netplan)',
  ],
  [
    'left alone',
    deployed({ action: 'skipped', reason: 'RackConnect does it' }),
    0,
    'deployed',
    'DEPLOYED after 24 s: network left alone: RackConnect does it',
  ],
  [
    'rolled back',
    deployed({ ...changed, action: 'rolled-back', reason: 'no answer' }),
    73,
    'network-failed',
    'DEPLOYED after 24 s, but cannot bring the gateway into use on eth1: no answer; the old state is restored',
  ],
  [
    'remembered, and the gateway put back',
    remembered(changed),
    0,
    'deployed',
    'DEPLOYED since 2026-11-21T20:35:42Z, as is remembered of this instance: the default route goes through 10.208.0.1 on eth1 (netplan: /etc/netplan/90-rc-wait.yaml)',
  ],
  [
    'remembered, but rolled back',
    remembered({ ...changed, action: 'rolled-back', reason: 'no answer' }),
    73,
    'network-failed',
    'DEPLOYED since 2026-11-21T20:35:42Z, but cannot bring the gateway into use on eth1: no answer; the old state is restored',
  ],
  [
    'FAILED',
    { kind: 'failed', deployment: ended('FAILED') },
    1,
    'failed',
    "FAILED after 24 s: RackConnect's automation did not succeed (Update access: FAILED)",
  ],
  [
    'FAILED without tasks',
    { kind: 'failed', deployment: { status: 'FAILED', tasks: [] } },
    1,
    'failed',
    "FAILED after 24 s: RackConnect's automation did not succeed",
  ],
  [
    'UNPROCESSABLE',
    { kind: 'unprocessable', deployment: ended('UNPROCESSABLE') },
    3,
    'unprocessable',
    'UNPROCESSABLE after 24 s: RackConnect will not automate this server',
  ],
  [
    'DEPLOYED by xenstore',
    {
      kind: 'deployed',
      deployment: { status: 'DEPLOYED', tasks: [], source: 'xenstore' },
      network: { action: 'skipped', reason: 'not to be touched' },
    },
    0,
    'deployed',
    'DEPLOYED (told by xenstore) after 24 s: network left alone: not to be touched',
  ],
  [
    'UNPROCESSABLE with a reason',
    {
      kind: 'unprocessable',
      deployment: { status: 'UNPROCESSABLE', tasks: [], source: 'xenstore', reason: 'wrong\nregion' },
    },
    3,
    'unprocessable',
    'UNPROCESSABLE (told by xenstore) after 24 s: RackConnect will not automate this server (wrong region)',
  ],
  [
    'a second automation that failed',
    { kind: 'failed', deployment: ended('DEPLOYED'), managed: { ok: false, status: 'Build Error' } },
    1,
    'failed',
    'DEPLOYED after 24 s, but the automation of Managed Operations did not succeed ("Build Error")',
  ],
  [
    'both automations',
    { ...deployed(changed), managed: { ok: true, status: 'Complete' } },
    0,
    'deployed',
    'DEPLOYED after 24 s: the default route goes through 10.208.0.1 on eth1 (netplan: /etc/netplan/90-rc-wait.yaml)',
  ],
  [
    'the deadline, with the second automation at work',
    { ...late, phase: 'managed', answered: false, refused: false, deployment: ended('DEPLOYED') },
    124,
    'timeout',
    'DEPLOYED, but the deadline passed after 24 s: the API is odd',
  ],
  [
    'the deadline, without a region',
    { ...late, phase: 'region', answered: false, refused: false },
    69,
    'unavailable',
    'the API gave no usable answer within 24 s: the API is odd',
  ],
  [
    'the deadline, DEPLOYING',
    { ...late, answered: true, refused: false },
    124,
    'timeout',
    'the deadline passed after 24 s: the API is odd',
  ],
  [
    'the deadline, without a gateway',
    { ...late, phase: 'gateway', answered: true, refused: false, deployment: ended('DEPLOYED'), features },
    124,
    'timeout',
    'DEPLOYED, but the deadline passed after 24 s: the API is odd',
  ],
  [
    'no usable answer',
    { ...late, answered: false, refused: false },
    69,
    'unavailable',
    'the API gave no usable answer within 24 s: the API is odd',
  ],
  [
    'refused all along',
    { ...late, answered: false, refused: true },
    77,
    'refused',
    'the API refused this server all along (403), for 24 s: either more than 30 requests a minute come from this server, those of other programs counted, or they do not leave by its ServiceNet address; rc-wait doctor tells which',
  ],
  [
    'SIGINT',
    { kind: 'interrupted', signal: 'SIGINT' },
    130,
    'interrupted',
    'interrupted by SIGINT after 24 s; nothing was left half done',
  ],
  [
    'SIGTERM',
    { kind: 'interrupted', signal: 'SIGTERM' },
    143,
    'interrupted',
    'interrupted by SIGTERM after 24 s; nothing was left half done',
  ],
  [
    'a file that cannot be read',
    networkFailed('NETWORK_FILE'),
    73,
    'network-failed',
    'DEPLOYED after 24 s, but cannot read /etc/netplan/x.yaml: permission denied',
  ],
  [
    'a network that is lost',
    networkFailed('NETWORK_LOST', 'use the console'),
    74,
    'network-failed',
    'DEPLOYED after 24 s, but cannot read /etc/netplan/x.yaml: permission denied',
  ],
  [
    'root is needed',
    networkFailed('PERMISSION'),
    77,
    'network-failed',
    'DEPLOYED after 24 s, but cannot read /etc/netplan/x.yaml: permission denied',
  ],
];

describe.each(ends)('%s', (_, end, exit, outcome, message) => {
  const result = resultOf(end, circumstances);

  it(`exits with ${exit} and says ${outcome}`, () => {
    expect(result.exit).toBe(exit);
    expect(result.document).toMatchObject({ outcome, message, waited_ms: 24_310, requests });
  });

  it('has a document as it is published', () => {
    expect(faults(JSON.parse(JSON.stringify(result.document)))).toEqual([]);
  });

  it('has the document that programs rely on', () => {
    expect(result.document).toMatchSnapshot();
  });

  it('has every member that the schema asks for, and would not be valid without it', () => {
    const added = ['source', 'managed_automation', 'remembered_since'];
    for (const name of Object.keys(result.document).filter((one) => !added.includes(one))) {
      const { [name as 'message']: _left, ...rest } = JSON.parse(JSON.stringify(result.document));
      expect(faults(rest), name).not.toEqual([]);
    }
  });
});

it('is valid whatever words the API used', () => {
  const details = fc.record({
    status: hostileText.map((text) => `X${text}`),
    tasks: fc.array(fc.record({ name: hostileText, status: hostileText }), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(
      details,
      hostileText,
      fc.nat(1e9),
      fc.boolean(),
      fc.boolean(),
      (known, why, waitedMs, answered, refused) => {
        const end: End = { kind: 'deadline', phase: 'automation', answered, refused, why };
        const result = resultOf(end, {
          requests,
          waitedMs,
          seen: { ...known, wasAtWork: true },
          ...times,
        });
        const { document } = result;
        expect(faults(JSON.parse(JSON.stringify(document)))).toEqual([]);
        expect(JSON.stringify(document)).not.toContain('\n');
        expect(humanResult(result).split('\n')).toHaveLength(3);
      },
    ),
  );
});

describe('an end that had come before the wait looked', () => {
  it.each<[string, End, RegExp]>([
    ['FAILED', { kind: 'failed', deployment: ended('FAILED') }, /^FAILED already at the first look: /],
    [
      'UNPROCESSABLE',
      { kind: 'unprocessable', deployment: ended('UNPROCESSABLE') },
      /^UNPROCESSABLE already at the first look: /,
    ],
    ['DEPLOYED', deployed(changed), /^DEPLOYED already at the first look: the default route goes /],
    ['a network that failed', networkFailed('NETWORK_FILE'), /^DEPLOYED already at the first look, but /],
  ])('is not said to have come after as long as the wait took: %s', (_, end, words) => {
    const { document } = resultOf(end, { ...circumstances, seen: { ...seen, wasAtWork: false } });
    expect(document.message).toMatch(words);
  });
});

describe('for a person', () => {
  it('has the message, the requests and the way out', () => {
    const result = resultOf(networkFailed('NETWORK_LOST', 'use the console'), circumstances);
    expect(humanResult(result)).toBe(
      'DEPLOYED after 24 s, but cannot read /etc/netplan/x.yaml: permission denied\n12 requests, 1 of them refused (403), 3 answers from another rc-wait process\nuse the console\n',
    );
  });

  it('has the section that explains it where the page is installed, and none after DEPLOYED', () => {
    const lastLine = (end: End) =>
      humanResult(resultOf(end, circumstances), '/doc/t.md').trimEnd().split('\n').at(-1);
    expect(lastLine(networkFailed('NETWORK_LOST', 'use the console'))).toBe('see /doc/t.md#network_lost');
    expect(lastLine({ kind: 'failed', deployment: ended('FAILED') })).toBe('see /doc/t.md#exit-status-1');
    expect(lastLine(deployed(changed))).toMatch(/^12 requests/);
  });

  it('has no hint where there is none', () => {
    expect(describeError(new RcWaitError('STATE', 'cannot'))).toEqual({ code: 'STATE', message: 'cannot' });
  });
});

it('knows neither status nor gateway of a wait that saw none', () => {
  const { document } = resultOf(
    { ...late, answered: false, refused: false },
    { ...circumstances, seen: { status: undefined, tasks: [], wasAtWork: false } },
  );
  expect(document).toMatchObject({
    automation_status: null,
    gateway_ip: null,
    network: null,
    tasks: [],
    features: [],
  });
});
