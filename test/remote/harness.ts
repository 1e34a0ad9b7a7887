import { createServers } from '../../src/openstack/compute.ts';
import { credentialsIn } from '../../src/openstack/login/credentials.ts';
import { createLogin } from '../../src/openstack/login/login.ts';
import { type RemoteEnd, waitForServers } from '../../src/remote/remote.ts';
import type { Selection } from '../../src/remote/select.ts';
import type { RemoteEvent, RemoteTally, Rules } from '../../src/remote/types.ts';
import { seeded } from '../support/random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { VirtualCloud } from '../support/virtual-cloud.ts';

/** What a wait is told; all of it optional. */
export interface RunOptions {
  readonly selection?: Partial<Selection>;
  readonly rules?: Partial<Rules>;
  readonly regions?: readonly string[];
  readonly deadlineMs?: number;
  readonly key?: string;
  /** a bare token in the place of a key */
  readonly token?: boolean;
  readonly signal?: AbortSignal;
  /** log in at v3, whose tokens say when they were issued */
  readonly v3?: boolean;
  /** whether the answers have the header Date; they have, where nothing is said */
  readonly dates?: boolean;
  readonly breaks?: VirtualCloud['breaks'];
  readonly onEvent?: (event: RemoteEvent, cloud: VirtualCloud) => void;
}

/** A wait of `rc-wait remote` at a simulated cloud, on a virtual clock. */
export async function runRemote(scenario: string, options: RunOptions = {}) {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const random = seeded(1);
  const cloud = new VirtualCloud(clock, scenario, () => 10 + random() * 40);
  cloud.breaks = options.breaks;
  const base = {
    RAX_AUTH_URL: 'http://cloud.test/identity/v2.0',
    OS_AUTH_URL: 'http://cloud.test/identity/v2.0',
  };
  const login = (variables: Record<string, string>) => {
    const credentials = credentialsIn({ ...base, ...variables }, { authUrl: undefined, regions: [] });
    if (credentials === undefined) throw new Error('no credentials');
    return createLogin({ credentials, http: cloud.http, clock });
  };
  const signal = options.signal ?? new AbortController().signal;
  cloud.dates = options.dates ?? true;
  const v3 = {
    OS_AUTH_URL: 'http://cloud.test/identity/v3',
    OS_USERNAME: 'demo',
    OS_PASSWORD: 'demo-password',
  };
  let own = login(options.v3 ? v3 : { RAX_USERNAME: 'demo', RAX_API_KEY: options.key ?? 'demo-api-key' });
  if (options.token) {
    const { token } = await clock.run(own.session(signal));
    own = login({ OS_TOKEN: token.reveal(), OS_TENANT_ID: '123456' });
  }
  const tally: RemoteTally = { sent: 0, limited: 0, failed: 0 };
  const events: RemoteEvent[] = [];
  const onRequest = (): void => {
    tally.sent += 1;
  };
  const work = waitForServers({
    regions: (options.regions ?? ['ORD']).map((code) => ({
      code,
      api: createServers({
        endpoint: `http://cloud.test/cloud/${code.toLowerCase()}/v2/123456/`,
        login: own,
        http: cloud.http,
        onRequest,
      }),
    })),
    selection: { named: [], all: true, globs: [], metadata: [], ...options.selection },
    rules: { managed: false, noRackconnectAfterMs: 600_000, ...options.rules },
    clock,
    random,
    intervalMs: 5_000,
    deadlineMs: startMs + (options.deadlineMs ?? 2 * 3_600_000),
    signal,
    tally,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event, cloud);
    },
  });
  const end: RemoteEnd = await clock.run(work);
  const endedMs = clock.nowMs() - startMs;
  return { end, events, tally, cloud, startMs, endedMs, verdicts: verdictsOf(end) };
}

/** How many servers ended in which way. */
function verdictsOf({ regions }: RemoteEnd): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict } of regions.flatMap(({ servers }) => servers))
    counts[verdict ?? 'waiting'] = (counts[verdict ?? 'waiting'] ?? 0) + 1;
  return counts;
}

export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
