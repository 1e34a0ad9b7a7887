import { describe, expect, it } from 'vitest';
import { credentialsIn } from '../../src/openstack/login/credentials.ts';
import { createLogin } from '../../src/openstack/login/login.ts';
import { firstSession } from '../../src/remote/first-login.ts';
import { seeded } from '../support/random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { VirtualCloud } from '../support/virtual-cloud.ts';

const minute = 60_000;

/** The first login of a wait of an hour, at a cloud of its own. */
function logIn(scenario: string, { signal = new AbortController().signal, apiKey = 'demo-api-key' } = {}) {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const cloud = new VirtualCloud(clock, scenario);
  const credentials = credentialsIn(
    { RAX_AUTH_URL: 'http://cloud.test/identity/v2.0', RAX_USERNAME: 'demo', RAX_API_KEY: apiKey },
    { authUrl: undefined, regions: [] },
  );
  if (credentials === undefined) throw new Error('no credentials');
  const troubles: { readonly reason: string; readonly inMs: number }[] = [];
  const work = firstSession({
    login: createLogin({ credentials, http: cloud.http, clock }),
    clock,
    random: seeded(1),
    deadlineMs: startMs + 60 * minute,
    signal,
    onTrouble: (reason, inMs) => {
      troubles.push({ reason, inMs });
      if (troubles.length === 3) cloud.unreachable = undefined;
    },
  });
  return { run: () => clock.run(work), cloud, troubles, endedMs: () => clock.nowMs() - startMs };
}

const fault = (text: string): string => `{faults: [{kind: status, api: identity, ${text}}]}`;

describe('the first login', () => {
  it.each([413, 429, 500, 503])(
    'that is answered with %i is made again until it succeeds',
    async (status) => {
      const { run, troubles, endedMs } = logIn(fault(`status: ${status}, to: 10m`));
      expect((await run()).token.reveal()).toMatch(/^simulated-token/);
      expect(endedMs()).toBeGreaterThan(10 * minute);
      expect(endedMs()).toBeLessThan(11 * minute);
      expect(troubles[0]?.reason).toBe(`cannot log in at cloud.test: it answers with status ${status}`);
    },
  );

  it('waits as long as identity asks for', async () => {
    const { run, cloud, troubles } = logIn(fault('status: 429, retryAfter: 90s, to: 1m'));
    await run();
    expect(troubles.map(({ inMs }) => inMs)).toEqual([90_000]);
    expect(cloud.seen).toHaveLength(2);
  });

  it('that cannot be reached is made again too', async () => {
    const { run, cloud, troubles } = logIn('{}');
    cloud.unreachable = 'connection reset';
    await run();
    expect(troubles.map(({ reason }) => reason)).toEqual(
      Array(3).fill('cannot log in at cloud.test: connection reset'),
    );
  });

  it('that has not succeeded at the deadline is an error that says why', async () => {
    const { run, endedMs } = logIn(fault('status: 503'));
    await expect(run()).rejects.toMatchObject({
      code: 'API_UNAVAILABLE',
      message: 'cannot log in at cloud.test: it answers with status 503',
    });
    expect(endedMs()).toBe(60 * minute);
  });

  it.each<[string, string, object, string]>([
    ['no identity API there', fault('status: 404'), {}, 'API_UNAVAILABLE'],
    ['a portal', '{faults: [{kind: html, api: identity}]}', {}, 'API_UNAVAILABLE'],
    ['a wrong key', '{}', { apiKey: 's3cret' }, 'API_REFUSED'],
  ])('is not made again where that is of no use: %s', async (_, scenario, options, code) => {
    const { run, cloud } = logIn(scenario, options);
    await expect(run()).rejects.toMatchObject({ code });
    expect(cloud.seen).toHaveLength(1);
  });

  it('is given up at once by an interrupt', async () => {
    const controller = new AbortController();
    const { run, cloud } = logIn(fault('status: 503, retryAfter: 10m'), { signal: controller.signal });
    cloud.breaks = () => {
      controller.abort(new Error('Ctrl-C'));
      return 503;
    };
    await expect(run()).rejects.toThrow('Ctrl-C');
  });
});
