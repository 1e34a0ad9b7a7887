import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createServerState, decide, type ServerState } from '../../src/simulator/rules.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';

const never = () => {
  throw new Error('nothing here is left to chance');
};
const serverOf = (yaml: string, startMs = 0): ServerState =>
  createServerState(parseScenario(yaml, 'test.yaml').otherServers, startMs);
const ask = (
  state: ServerState,
  nowMs: number,
  target = '/v1/automation_status',
  random: () => number = never,
) => decide(state, { target, nowMs, random });
const statusOf = (state: ServerState, nowMs: number, target?: string) =>
  ask(state, nowMs, target).answer.status;

describe('the API', () => {
  test('tells DEPLOYING, then DEPLOYED, on a clock that starts with the first request', () => {
    const state = serverOf('deployedAfter: 10s');
    expect(ask(state, 5_000).answer.body).toBe('DEPLOYING');
    expect(ask(state, 14_999).answer.body).toBe('DEPLOYING');
    expect(ask(state, 15_000).answer.body).toBe('DEPLOYED');
  });

  test('or on a clock that starts with the simulator', () => {
    const state = serverOf('{deployedAfter: 10s, clockFrom: start}', 1_000);
    expect([ask(state, 10_999).answer.body, ask(state, 11_000).answer.body]).toEqual([
      'DEPLOYING',
      'DEPLOYED',
    ]);
  });

  test.each([
    ['/v1/automation_status', 'text/plain'],
    ['/v1/automation_status?format=TEXT', 'text/plain'],
    ['/v1/automation_status?format=JSON', 'application/json'],
    ['/v1/automation_status?x=1&format=Xml', 'application/xml'],
    ['/v1/automation_status/details', 'application/json'],
    ['/v1/automation_status/details?format=xml', 'application/xml'],
    ['/v1/automation_features', 'application/json'],
    ['/v1/gateway_ip', 'text/plain'],
  ])('answers %s as %s', (target, contentType) => {
    const { answer } = ask(serverOf('deployedAfter: 0s'), 0, target);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain(contentType);
  });

  test.each([
    '/v1/automation_status/details?format=text',
    '/v1/automation_status?format=yaml',
    '/v1/gateway_ip?format=',
  ])('refuses the undocumented format of %s', (target) => {
    expect(statusOf(serverOf('deployedAfter: 0s'), 0, target)).toBe(400);
  });

  test.each(['/', '/v1/', '/v1/gateway_ip/', '/v2/gateway_ip', '/v1/toString', '/gateway_ip'])(
    'knows no %s',
    (target) => {
      expect(statusOf(serverOf(''), 0, target)).toBe(404);
    },
  );

  test('allows GET alone', () => {
    const { answer } = decide(serverOf(''), {
      method: 'POST',
      target: '/v1/gateway_ip',
      nowMs: 0,
      random: never,
    });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET']);
  });

  test('answers 404 for the gateway until it is assigned', () => {
    const state = serverOf('{deployedAfter: 20s, gateway: {address: 10.0.0.1, assignedAfter: 4s}}');
    expect([0, 3_999, 4_000].map((nowMs) => statusOf(state, nowMs, '/v1/gateway_ip'))).toEqual([
      404, 404, 200,
    ]);
  });

  test('refuses a server that it does not know, and says nothing more', () => {
    expect(statusOf(serverOf('unknown: true'), 0)).toBe(403);
    expect(statusOf(serverOf('unknown: {status: 404}'), 0)).toBe(404);
  });

  test('refuses the request above the limit, with Retry-After only where the scenario says so', () => {
    const state = serverOf('quota: {limit: 1}');
    expect(statusOf(state, 0)).toBe(200);
    const { answer } = ask(state, 1);
    expect([answer.status, answer.refused, answer.headers['retry-after']]).toEqual([403, true, undefined]);
    const polite = serverOf('quota: {limit: 0, retryAfter: 2500ms}');
    expect(ask(polite, 0).answer.headers['retry-after']).toBe('3');
  });

  test('counts every request of a server, whatever it asks', () => {
    const state = serverOf('quota: {limit: 3}');
    expect(
      ['/nothing', '/v1/gateway_ip', '/v1/automation_status?format=x', '/'].map((target) =>
        statusOf(state, 0, target),
      ),
    ).toEqual([404, 404, 400, 403]);
  });

  test('lets a client at a pace of 29 a minute through, and one at 31 not, whatever the window', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('fixed', 'sliding'),
        fc.integer({ min: 0, max: 60_000 }),
        fc.boolean(),
        (mode, phase, countRefused) => {
          const yaml = `quota: {mode: ${mode}, phase: ${phase}, countRefused: ${countRefused}}`;
          const [patient, hasty] = [serverOf(yaml), serverOf(yaml)];
          const polls = Array.from({ length: 200 }, (_, index) => index);
          expect(polls.every((poll) => statusOf(patient, (poll * 60_000) / 29) === 200)).toBe(true);
          expect(polls.some((poll) => statusOf(hasty, (poll * 60_000) / 31) === 403)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a server that was changed by hand', () => {
  test('has ended, with all its tasks, from that moment on', () => {
    const state = serverOf('deployedAfter: never');
    state.endedMs = 100;
    expect([ask(state, 99).answer.body, ask(state, 100).answer.body]).toEqual(['DEPLOYING', 'DEPLOYED']);
    expect(ask(state, 100, '/v1/automation_status/details').answer.body).not.toContain('IN_PROGRESS');
    expect(statusOf(state, 100, '/v1/gateway_ip')).toBe(404);
    state.gatewayAssignedMs = 100;
    expect(statusOf(state, 100, '/v1/gateway_ip')).toBe(200);
  });

  test('has no gateway where the scenario has none', () => {
    const state = serverOf('gateway: none');
    state.gatewayAssignedMs = 0;
    expect(statusOf(state, 0, '/v1/gateway_ip')).toBe(404);
  });
});

describe('faults', () => {
  test('hit in their time span on the server’s clock', () => {
    const state = serverOf('faults: [{kind: status, status: 500, from: 5s, to: 8s}]');
    expect([0, 4_999, 5_000, 7_999, 8_000].map((nowMs) => statusOf(state, nowMs))).toEqual([
      200, 200, 500, 500, 200,
    ]);
  });

  test('hit the operation that they name, and the first so many requests, after those skipped', () => {
    const state = serverOf(
      'faults: [{kind: status, status: 503, skip: 1, first: 2, operation: automation_features}]',
    );
    expect(statusOf(state, 0)).toBe(200);
    const targets = Array<string>(4).fill('/v1/automation_features');
    expect(targets.map((target) => statusOf(state, 0, target))).toEqual([200, 503, 503, 200]);
  });

  test('follow one another in the order of the list', () => {
    const state = serverOf(
      'faults: [{kind: status, status: 500, first: 1}, {kind: status, status: 502, first: 2}]',
    );
    expect([0, 1, 2, 3].map((nowMs) => statusOf(state, nowMs))).toEqual([500, 502, 502, 200]);
  });

  test('hit with their probability', () => {
    const state = serverOf('faults: [{kind: status, status: 500, probability: 0.25}]');
    const draws = [0.1, 0.25, 0.24, 0.9];
    expect(draws.map((draw) => ask(state, 0, '/', () => draw).answer.status)).toEqual([500, 404, 500, 404]);
  });

  test('leave a refusal what it is', () => {
    const state = serverOf('{quota: {limit: 0}, faults: [{kind: status, status: 500}]}');
    expect(statusOf(state, 0)).toBe(403);
  });

  test('shape the answer, and its name says so', () => {
    const answerWith = (fault: string, random: () => number = never) =>
      ask(serverOf(`{deployedAfter: 0s, faults: [${fault}]}`), 0, '/v1/automation_status', random).answer;

    expect(answerWith('{kind: status, status: 503, retryAfter: 3s, body: down}')).toMatchObject({
      status: 503,
      body: 'down',
      headers: { 'retry-after': '3' },
      fault: 'status',
    });
    expect(answerWith('{kind: redirect, location: "http://x/"}')).toMatchObject({
      status: 302,
      headers: { location: 'http://x/' },
    });
    expect(answerWith('{kind: body, text: DEPLOY}')).toMatchObject({ status: 200, body: 'DEPLOY' });
    expect(answerWith('{kind: html}').headers['content-type']).toContain('text/html');
    expect(answerWith('{kind: content-type, value: image/png}')).toMatchObject({
      body: 'DEPLOYED',
      headers: { 'content-type': 'image/png' },
    });
    const garbage = answerWith('{kind: garbage}', () => 0.999);
    expect([garbage.encoding, garbage.body]).toEqual(['latin1', '\u00ff'.repeat(64)]);
    const oversize = answerWith('{kind: oversize, bytes: 5000}');
    expect([oversize.body.length, oversize.delivery.kind]).toEqual([5_000, 'chunked']);
    expect(answerWith('{kind: truncate}').delivery).toEqual({ kind: 'truncate' });
    expect(answerWith('{kind: reset}').delivery).toEqual({ kind: 'reset', when: 'start' });
    expect(answerWith('{kind: hang, when: body}').delivery).toEqual({ kind: 'hang', when: 'body' });
    expect(answerWith('{kind: slow-body}').delivery).toEqual({ kind: 'slow', bytesPerSecond: 10 });
  });

  test('delay the answer, the more of them the longer', () => {
    const state = serverOf('faults: [{kind: delay, min: 1s, max: 5s}, {kind: delay, min: 100ms}]');
    expect(ask(state, 0, undefined, () => 0.5).delayMs).toBe(3_100);
  });

  test('delay a request before it counts, or after, as the scenario says', () => {
    const yaml = (countAt: string) =>
      `{deployedAfter: 3s, quota: {countAt: ${countAt}}, faults: [{kind: delay, min: 3s}]}`;
    expect(ask(serverOf(yaml('arrival')), 0)).toMatchObject({
      answer: { body: 'DEPLOYING' },
      delayMs: 3_000,
    });
    expect(ask(serverOf(yaml('answer')), 0)).toMatchObject({ answer: { body: 'DEPLOYED' }, delayMs: 3_000 });
  });
});
