import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { instantClock, rawGet, send, textAt, until } from './http.ts';

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function start(yaml: string, options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ scenario: parseScenario(yaml, 'test.yaml'), ...options });
  open.push(simulator);
  return simulator;
}

const statusPath = '/v1/automation_status';

describe('faults over the wire', () => {
  const withFault = (fault: string, options: SimulatorOptions = {}) =>
    start(`{deployedAfter: 0s, faults: [${fault}]}`, options);
  const statusUnder = async (fault: string) => send(`${(await withFault(fault)).url}${statusPath}`);

  test('status, with Retry-After and without a body where there can be none', async () => {
    const { status, headers, body } = await statusUnder(
      '{kind: status, status: 503, retryAfter: 3s, body: sorry}',
    );
    expect([status, headers['retry-after'], body.toString()]).toEqual([503, '3', 'sorry']);
    const empty = await statusUnder('{kind: status, status: 204}');
    expect([empty.status, empty.headers['content-length'], empty.body.length]).toEqual([204, undefined, 0]);
  });

  test('redirect', async () => {
    const { status, headers } = await statusUnder(
      '{kind: redirect, status: 301, location: "http://portal.invalid/"}',
    );
    expect([status, headers.location]).toEqual([301, 'http://portal.invalid/']);
  });

  test('body, html, content-type', async () => {
    expect((await statusUnder('{kind: body, text: ""}')).body).toHaveLength(0);
    const page = await statusUnder('{kind: html}');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body.toString()).toContain('<h1>Sign in</h1>');
    const odd = await statusUnder('{kind: content-type, value: image/png}');
    expect([odd.headers['content-type'], odd.body.toString()]).toEqual(['image/png', 'DEPLOYED']);
  });

  test('garbage, the same for the same seed, and no UTF-8', async () => {
    const [one, other] = [await statusUnder('{kind: garbage}'), await statusUnder('{kind: garbage}')];
    expect(one.body).toEqual(other.body);
    expect(one.body).toHaveLength(64);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(one.body)).toThrow();
  });

  test('oversize, without telling the size in advance', async () => {
    const { headers, body } = await statusUnder('{kind: oversize, bytes: 2000000}');
    expect([headers['content-length'], body.length]).toEqual([undefined, 2_000_000]);
  });

  test('truncate: half of the body, then an orderly end', async () => {
    const { port } = await withFault('{kind: truncate}');
    const { received, ending } = await rawGet(port, statusPath).ended;
    expect(received).toContain('content-length: 8\r\n');
    expect([received.endsWith('\r\n\r\nDEPL'), ending]).toEqual([true, 'end']);
  });

  test('reset: at the start, or in the body', async () => {
    const { port } = await withFault('{kind: reset, first: 1}, {kind: reset, when: body}');
    expect(await rawGet(port, statusPath).ended).toEqual({ received: '', ending: 'ECONNRESET' });
    expect((await rawGet(port, statusPath).ended).ending).toBe('ECONNRESET');
  });

  test('hang: nothing comes, or half, until the simulator closes and ends it at once', async () => {
    const simulator = await withFault('{kind: hang, first: 1}, {kind: hang, when: body}');
    const silent = rawGet(simulator.port, statusPath);
    await until(() => simulator.log[0]?.status === 200);
    const halting = rawGet(simulator.port, statusPath);
    await until(() => halting.received().endsWith('DEPL'));
    expect(silent.received()).toBe('');
    await simulator.close();
    await Promise.all([silent.ended, halting.ended]);
    expect(simulator.log.map((entry) => entry.answeredMs)).toEqual([undefined, undefined]);
  });

  test('slow-body: the whole of it, at the speed that was asked for', async () => {
    const clock = instantClock();
    const { url } = await withFault('{kind: slow-body, bytesPerSecond: 2}', { clock });
    expect(await textAt(`${url}${statusPath}`)).toBe('DEPLOYED');
    expect(clock.sleptMs).toEqual(Array(8).fill(500));
    const fast = instantClock();
    const other = await withFault('{kind: slow-body, bytesPerSecond: 40}', { clock: fast });
    expect(await textAt(`${other.url}${statusPath}`)).toBe('DEPLOYED');
    expect(fast.sleptMs).toEqual([100, 100]);
  });

  test('delay, before or after the request counts', async () => {
    for (const [countAt, word] of [
      ['arrival', 'DEPLOYING'],
      ['answer', 'DEPLOYED'],
    ] as const) {
      const clock = instantClock();
      const yaml = `{deployedAfter: 3s, quota: {countAt: ${countAt}}, faults: [{kind: delay, min: 4s}]}`;
      const { url } = await start(yaml, { clock });
      expect(await textAt(`${url}${statusPath}`)).toBe(word);
      expect(clock.sleptMs).toEqual([4_000]);
    }
  });

  test('delay: a request counts in the end although its sender has long gone', async () => {
    const late = Promise.withResolvers<void>();
    const clock: Clock = {
      nowMs: () => 0,
      sleep: (_, signal) => {
        signal?.addEventListener('abort', () => late.reject(signal.reason));
        return late.promise;
      },
    };
    const simulator = await start('{quota: {countAt: answer}, faults: [{kind: delay, min: 4s}]}', { clock });
    const sent = request(`${simulator.url}${statusPath}`, { agent: false });
    sent.on('error', () => undefined);
    sent.end();
    await until(() => simulator.log.length === 1);
    expect(simulator.summary('127.0.0.1')).toMatchObject({ requests: 1, maxIn60s: 0 });
    const gone = new Promise((resolve) => sent.once('close', resolve));
    sent.destroy();
    await gone;
    // By the time that it has answered others, the simulator has seen the connection end.
    for (let index = 0; index < 3; index += 1) await textAt(`${simulator.url}/_simulator/summary`);
    late.resolve();
    await until(() => simulator.log[0]?.status !== undefined);
    expect(simulator.summary('127.0.0.1')).toMatchObject({ requests: 1, maxIn60s: 1 });
  });
});
