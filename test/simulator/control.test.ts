import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { type InstantClock, instantClock, send, textAt } from './http.ts';

let clock: InstantClock;
let simulator: Simulator;
beforeEach(async () => {
  clock = instantClock();
  const scenario = parseScenario('{deployedAfter: never, quota: {limit: 2}}', 'test.yaml');
  simulator = await startSimulator({ scenario, clock });
});
afterEach(() => simulator.close());

const read = async (path: string) => JSON.parse(await textAt(`${simulator.url}/_simulator/${path}`));
const post = async (path: string, body: string) => {
  const reply = await send(`${simulator.url}/_simulator/${path}`, { method: 'POST' }, body);
  return { status: reply.status, answer: JSON.parse(reply.body.toString()) };
};
const poll = (localAddress: string) => send(`${simulator.url}/v1/automation_status`, { localAddress });

test('another process can read the log and the sums, and uses no quota by it', async () => {
  for (let index = 0; index < 5; index += 1) await read('log');
  for (let index = 0; index < 3; index += 1) await poll('127.0.0.2');
  await poll('127.0.0.3');
  const log = await read('log');
  expect(log).toMatchObject({ startMs: 1_000, now: { monotonicMs: 1_000 } });
  expect(log.requests.map((entry: { status: number }) => entry.status)).toEqual([200, 200, 403, 200]);
  expect((await read('log?source=127.0.0.3')).requests).toHaveLength(1);
  expect((await read('summary')).servers).toEqual({
    '127.0.0.2': { requests: 3, refused: 1, maxIn60s: 3, byStatus: { 200: 2, 403: 1 } },
    '127.0.0.3': { requests: 1, refused: 0, maxIn60s: 1, byStatus: { 200: 1 } },
  });
});

test('another process can read the scenario, in which nothing is lost to JSON', async () => {
  expect((await read('scenario')).otherServers).toMatchObject({
    deployedAfterMs: 'never',
    quota: { limit: 2 },
  });
});

test('another process can flip a server and read when it did', async () => {
  clock.time = 9_000;
  const { status, answer } = await post('servers/127.0.0.2', '{"outcome": "FAILED", "now": true}');
  expect([status, answer.monotonicMs]).toEqual([200, 9_000]);
  expect((await poll('127.0.0.2')).body.toString()).toBe('FAILED');
  expect((await poll('127.0.0.3')).body.toString()).toBe('DEPLOYING');
  expect((await read('servers/127.0.0.2')).outcome).toBe('FAILED');
  expect((await read('servers/127.0.0.9')).outcome).toBe('DEPLOYED');
});

test.each([
  ['servers/127.0.0.1', '{"outcom": "X"}', 'cannot use patch: outcom: there is no such key'],
  ['servers/here', '{}', 'cannot change server here: not an IP address'],
  [
    'servers/127.0.0.1',
    `{"outcome": "${'x'.repeat(1_100_000)}"}`,
    'cannot read the patch: larger than 1000000 bytes',
  ],
])('a patch to %s that cannot be used is told why', async (path, body, error) => {
  expect(await post(path, body)).toEqual({ status: 400, answer: { error } });
});

test('a patch that is no JSON is told so', async () => {
  const { status, answer } = await post('servers/127.0.0.1', 'outcome=FAILED');
  expect(status).toBe(400);
  expect(answer.error).toContain('JSON');
});

test('other paths and methods are told what there is', async () => {
  expect(await read('nothing')).toEqual({ error: 'there is no /_simulator/nothing' });
  expect((await post('log', '')).status).toBe(405);
});
