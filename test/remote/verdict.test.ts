import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOne } from '../../src/openstack/servers.ts';
import { advanceServer, beginServer, differs, vanished } from '../../src/remote/verdict.ts';

const rules = { managed: false, noRackconnectAfterMs: 600_000 };

/** A server as the API tells it, with this status and these keys. */
function seen(status: string, metadata: Record<string, string> = {}) {
  const server = readOne(JSON.stringify({ server: { id: 'a', name: 'web', status, metadata } }));
  if (server === undefined) throw new Error('unreadable');
  return server;
}

const automation = (word: string) => ({ rackconnect_automation_status: word });
const verdictOf = (...args: Parameters<typeof seen>) => beginServer(seen(...args), 'ORD', 0, rules).verdict;

describe('a server', () => {
  it.each<[string, string, Record<string, string>, string | undefined]>([
    ['that is being built', 'BUILD', {}, undefined],
    ['of which RackConnect has said nothing', 'ACTIVE', {}, undefined],
    ['at which it works', 'ACTIVE', automation('DEPLOYING'), undefined],
    ['of which it says what nobody has seen', 'ACTIVE', automation('PAUSED'), undefined],
    ['that is DEPLOYED', 'ACTIVE', automation('DEPLOYED'), 'deployed'],
    ['… in any case, and in quotes', 'ACTIVE', automation(' "deployed" '), 'deployed'],
    ['… though it is shut off', 'SHUTOFF', automation('DEPLOYED'), 'deployed'],
    ['that FAILED', 'ACTIVE', automation('FAILED'), 'failed'],
    ['that is UNPROCESSABLE', 'ACTIVE', automation('UNPROCESSABLE'), 'unprocessable'],
    ['that was not built', 'ERROR', {}, 'failed'],
    ['that broke while it was deployed', 'ERROR', automation('DEPLOYING'), 'failed'],
    ['that was deleted', 'DELETED', automation('DEPLOYED'), 'gone'],
    ['that is about to be', 'SOFT_DELETED', {}, 'gone'],
  ])('%s (%s)', (_, status, metadata, verdict) => {
    expect(verdictOf(status, metadata)).toBe(verdict);
  });

  it('has its reason, the undocumented one of RackConnect included', () => {
    const metadata = { ...automation('UNPROCESSABLE'), rackconnect_unprocessable_reason: 'no device' };
    expect(beginServer(seen('ACTIVE', metadata), 'ORD', 0, rules).why).toBe('no device');
    expect(beginServer(seen('ACTIVE', automation('UNPROCESSABLE')), 'ORD', 0, rules).why).toMatch(
      /will not automate/,
    );
    expect(beginServer(seen('BUILD'), 'ORD', 0, rules).why).toBe('the server is BUILD');
    expect(beginServer(seen(''), 'ORD', 0, rules).why).toBe('the server is in no known status');
  });

  it('has been deploying since it was created, by the clock of the API, and at the latest since it was found', () => {
    const createdMs = Date.UTC(2026, 0, 1);
    const one = { ...seen('ACTIVE', automation('DEPLOYING')), createdMs };
    const since = (aheadMs?: number, nowMs = 5_000) => beginServer(one, 'ORD', nowMs, rules, aheadMs).sinceMs;
    // Five minutes old: the API's clock reads 00:05:00 when the wait's reads 5 s.
    expect(since(createdMs + 295_000)).toBe(-295_000);
    expect(since(undefined)).toBe(5_000);
    // A clock that is wrong: nobody creates a server in the future.
    expect(since(createdMs - 60_000)).toBe(5_000);
    expect(beginServer({ ...one, createdMs: undefined }, 'ORD', 5_000, rules, 0).sinceMs).toBe(5_000);
  });

  it('without a word of RackConnect counts as a server without RackConnect after a while, which begins when it is ACTIVE', () => {
    let watched = beginServer(seen('BUILD'), 'ORD', 0, rules);
    watched = advanceServer(watched, seen('ACTIVE'), 300_000, rules);
    watched = advanceServer(watched, seen('ACTIVE'), 899_999, rules);
    expect(watched.verdict).toBeUndefined();
    watched = advanceServer(watched, seen('ACTIVE'), 900_000, rules);
    expect(watched).toMatchObject({
      verdict: 'no-rackconnect',
      why: expect.stringMatching(/ACTIVE for 10 min, and RackConnect has said nothing/),
    });
  });

  it('of which RackConnect speaks at last has not been without it', () => {
    let watched = beginServer(seen('ACTIVE'), 'ORD', 0, rules);
    watched = advanceServer(watched, seen('ACTIVE', automation('DEPLOYING')), 599_000, rules);
    watched = advanceServer(watched, seen('ACTIVE'), 700_000, rules);
    expect(watched).toMatchObject({ verdict: undefined, bareSinceMs: 700_000 });
  });

  it('that the API does not know any more is gone', () => {
    expect(vanished(beginServer(seen('ACTIVE'), 'ORD', 0, rules), 5)).toMatchObject({
      verdict: 'gone',
      endedMs: 5,
    });
    const deployed = beginServer(seen('ACTIVE', automation('DEPLOYED')), 'ORD', 0, rules);
    expect(vanished(deployed, 5)).toBe(deployed);
  });

  it('keeps its end, whatever is said afterwards', () => {
    const words = fc.constantFrom('DEPLOYING', 'DEPLOYED', 'FAILED', 'UNPROCESSABLE', 'odd');
    fc.assert(
      fc.property(words, words, fc.constantFrom('ACTIVE', 'ERROR', 'DELETED'), (first, second, status) => {
        const one = beginServer(seen('ACTIVE', automation(first)), 'ORD', 0, rules);
        const two = advanceServer(one, seen(status, automation(second)), 1, rules);
        if (one.verdict !== undefined) expect(two).toBe(one);
        expect(two.endedMs === undefined).toBe(two.verdict === undefined);
        expect(differs(one, two)).toBe(
          one.verdict !== two.verdict ||
            one.automation !== two.automation ||
            one.serverStatus !== two.serverStatus,
        );
      }),
    );
  });
});

describe('of a Managed Operations account', () => {
  const managed = { ...rules, managed: true };
  it.each([
    [undefined, undefined, /the second automation has said nothing yet/],
    ['Pending', undefined, /the second automation is Pending/],
    ['In Progress', undefined, /the second automation is In Progress/],
    ['Complete', 'deployed', undefined],
    ['Build Error', 'failed', /DEPLOYED, but the second automation says Build Error/],
    ['Authentication Error', 'failed', /says Authentication Error/],
  ])('a DEPLOYED server with %s', (word, verdict, why) => {
    const metadata = {
      ...automation('DEPLOYED'),
      ...(word === undefined ? {} : { rax_service_level_automation: word }),
    };
    const watched = beginServer(seen('ACTIVE', metadata), 'ORD', 0, managed);
    expect(watched.verdict).toBe(verdict);
    expect(watched.why).toEqual(why === undefined ? undefined : expect.stringMatching(why));
    expect(beginServer(seen('ACTIVE', metadata), 'ORD', 0, rules).verdict).toBe('deployed');
  });
});
