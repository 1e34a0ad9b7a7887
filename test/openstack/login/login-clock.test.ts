import { afterEach, describe, expect, it, vi } from 'vitest';
import { credentialsIn } from '../../../src/openstack/login/credentials.ts';
import { createLogin, type Session, type TokenCache } from '../../../src/openstack/login/login.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { cloudStartMs, VirtualCloud } from '../../support/virtual-cloud.ts';

const { signal } = new AbortController();
const v2 = {
  RAX_AUTH_URL: 'http://cloud.test/identity/v2.0',
  RAX_USERNAME: 'demo',
  RAX_API_KEY: 'demo-api-key',
};
const v3 = {
  OS_AUTH_URL: 'http://cloud.test/identity/v3',
  OS_USERNAME: 'demo',
  OS_PASSWORD: 'demo-password',
};
const minute = 60_000;

afterEach(() => {
  vi.restoreAllMocks();
});

interface Case {
  readonly variables: Readonly<Record<string, string>>;
  /** whether answers have the header Date */
  readonly dates: boolean;
  readonly tokenLife: string;
  /** how far the clock of this machine is ahead of identity's */
  readonly aheadMs: number;
  readonly cache?: TokenCache;
}

/** A login, asked for a session every 5 s; it hears of a 401 when its token is over. */
function setUp({ variables, dates, tokenLife, aheadMs, cache }: Case) {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  vi.spyOn(Date, 'now').mockImplementation(() => cloudStartMs + clock.nowMs() - startMs + aheadMs);
  const cloud = new VirtualCloud(clock, `{tokenLife: ${tokenLife}}`);
  cloud.dates = dates;
  const credentials = credentialsIn(variables, { authUrl: undefined, regions: [] });
  if (credentials === undefined) throw new Error('no credentials');
  const login = createLogin({ credentials, http: cloud.http, clock, cache });
  const isTaken = async ({ token }: Session): Promise<boolean> => {
    const headers = { 'x-auth-token': token.reveal() };
    const url = new URL('http://cloud.test/cloud/ord/v2/123456/servers/detail');
    const reply = await cloud.http.send({ method: 'GET', url, headers, timeoutMs: 1_000 });
    return reply.kind === 'answer' && reply.head.status === 200;
  };
  const poll = async (): Promise<void> => {
    const session = await login.session(signal);
    if (await isTaken(session)) return;
    login.reject(session);
    expect(await isTaken(await login.session(signal))).toBe(true);
  };
  const pollFor = async (spanMs: number): Promise<void> => {
    for (let askedMs = 0; askedMs < spanMs; askedMs += 5_000) {
      await clock.run(poll());
      await clock.run(clock.sleep(5_000));
    }
  };
  const logins = () => cloud.seen.filter(({ target }) => target.startsWith('/identity/')).length;
  const refusals = () => cloud.seen.filter(({ status }) => status === 401).length;
  return { clock, cloud, login, pollFor, logins, refusals };
}

const clocks = [
  ['by the header Date', { variables: v2, dates: true }],
  ['by issued_at', { variables: v3, dates: false }],
  ['by both', { variables: v3, dates: true }],
  ['by nothing', { variables: v2, dates: false }],
] as const;
const offsets = [0, 5 * minute, -5 * minute, 30 * 24 * 60 * minute] as const;
const rows = clocks.flatMap(([name, how]) =>
  offsets.map((aheadMs) => ({ name, aheadMs, minutesAhead: aheadMs / minute, how })),
);

describe.each(rows)(
  'where identity tells its time $name, and our clock is $minutesAhead min ahead',
  (row) => {
    it.each([10, 59, 60, 61, 90, 120, 121])(
      'a token of %i s is asked for once in nine tenths of its life at most',
      async (seconds) => {
        const { pollFor, logins } = setUp({ ...row.how, aheadMs: row.aheadMs, tokenLife: `${seconds}s` });
        await pollFor(10 * minute);
        expect(logins()).toBeLessThanOrEqual(Math.ceil(600 / (0.9 * seconds)));
      },
    );

    it('a token of a day is asked for once', async () => {
      const { pollFor, logins, refusals } = setUp({ ...row.how, aheadMs: row.aheadMs, tokenLife: '24h' });
      await pollFor(10 * minute);
      expect([logins(), refusals()]).toEqual([1, 0]);
    });
  },
);

describe.each(rows.filter(({ name }) => name !== 'by nothing'))(
  'where identity tells its time $name, and our clock is $minutesAhead min ahead,',
  ({ how, aheadMs }) => {
    it('a token of ten minutes is renewed before it is refused', async () => {
      const { pollFor, logins, refusals } = setUp({ ...how, aheadMs, tokenLife: '10m' });
      await pollFor(20 * minute);
      expect([logins(), refusals()]).toEqual([3, 0]);
    });

    it('a session knows what time it is there', async () => {
      const { clock, login } = setUp({ ...how, aheadMs, tokenLife: '24h' });
      const startMs = clock.nowMs();
      const session = await clock.run(login.session(signal));
      await clock.run(clock.sleep(minute));
      const off = (session.nowMs() ?? 0) - (cloudStartMs + clock.nowMs() - startMs);
      // It takes up to a second off, and the way of the answer: never ahead of the API.
      expect(off).toBeLessThanOrEqual(0);
      expect(off).toBeGreaterThan(-2_000);
    });
  },
);

describe('a session whose login did not say the time', () => {
  it('does not take the clock of this machine for it', async () => {
    const { clock, login } = setUp({ variables: v2, dates: false, tokenLife: '24h', aheadMs: 5 * minute });
    expect((await clock.run(login.session(signal))).nowMs()).toBeUndefined();
  });
});

describe('a token that was kept', () => {
  it.each(offsets)('is used until it is refused, with a clock %i ms ahead', async (aheadMs) => {
    const first = setUp({ variables: v3, dates: true, tokenLife: '10m', aheadMs });
    let kept: ReturnType<TokenCache['read']>;
    let expiresMs = 0;
    const cache: TokenCache = {
      read: () => kept,
      write: (answer, subjectToken, untilMs) => {
        kept = { answer, subjectToken };
        expiresMs = untilMs;
      },
    };
    const { clock, login } = setUp({ variables: v3, dates: true, tokenLife: '10m', aheadMs, cache });
    const { token } = await clock.run(login.session(signal));
    // By the clock of the machine that keeps it, since that is what it is compared with.
    expect(Math.abs(expiresMs - Date.now() - 10 * minute)).toBeLessThan(2_000);
    const second = setUp({ variables: v3, dates: true, tokenLife: '10m', aheadMs, cache });
    const again = async () => (await second.clock.run(second.login.session(signal))).token.reveal();
    expect(await again()).toBe(token.reveal());
    await second.clock.run(second.clock.sleep(9.5 * minute));
    expect(await again()).toBe(token.reveal());
    expect([first.logins(), second.logins()]).toEqual([0, 0]);
  });
});
