import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratch } from '../cli/harness.ts';
import { rawServer } from '../rackconnect/servers.ts';
import { answers, answerWith, bodies, size } from './hostile.ts';
import { rcWait } from './program.ts';

const deployed = answerWith('{"automation_status":"DEPLOYED"}');
const deploying = answerWith('{"automation_status":"DEPLOYING"}');

const kinds: Readonly<Record<string, () => Buffer>> = {
  ...Object.fromEntries(Object.entries(bodies).map(([kind, body]) => [kind, () => answerWith(body)])),
  ...answers,
};

let answer: (count: number) => Buffer = () => deployed;
let count = 0;
const server = await rawServer((socket) => {
  count += 1;
  socket.end(answer(count));
});
afterAll(() => server.close());

/** The largest resident set of rc-wait, in MB, with V8 set as scripts/launcher sets it. */
async function peakOf(args: readonly string[], env: Record<string, string> = {}) {
  count = 0;
  const peak = join(scratch(), 'peak');
  const { exit, err } = await rcWait(args, {
    nodeArgs: ['--max-semi-space-size=4', '--import', new URL('./peak.ts', import.meta.url).href],
    env: { ...env, RC_WAIT_TEST_PEAK: peak },
  });
  return { exit, err, peakMb: Number(readFileSync(peak, 'utf8')) / 1024 };
}

const api = () => ['--api-url', server.url.origin, '--source-address', '127.0.0.1', '--state-dir', scratch()];

function ask(one: Buffer) {
  answer = () => one;
  return peakOf(['status', ...api()]);
}

/** A wait that is answered so twice, and then DEPLOYED. */
function waitWith(one: Buffer) {
  answer = (number) => (number <= 2 ? one : deployed);
  return peakOf(['wait', ...api(), '--network', 'off']);
}

function logIn(one: Buffer) {
  answer = () => one;
  return peakOf(['remote', '--all', '--timeout', '1s'], {
    HOME: scratch(),
    RAX_AUTH_URL: `${server.url.origin}/v2.0`,
    RAX_USERNAME: 'demo',
    RAX_API_KEY: 'demo-api-key',
  });
}

/**
 * More than a usual answer takes, in MB. rc-wait runs from its sources here, and reading them takes what the built program
 * does not need: that one has 120 in all, and a usual wait of it 70 to 95. What was unbounded took 160 and more.
 */
const mostMb = 60;

/** The peak is what was allocated, and not how soon: a busy machine moves it by a few MB. */
function expectBound(kind: string, peakMb: number, usualMb: number): void {
  console.info(`${kind}: ${peakMb.toFixed(0)} MB; a usual answer: ${usualMb.toFixed(0)} MB`);
  expect(peakMb - usualMb).toBeLessThanOrEqual(mostMb);
}

describe('an answer of 1 MiB of any kind has a bound in memory', async () => {
  const usual = await ask(deployed);

  it.each(Object.entries(kinds))('%s', async (kind, make) => {
    const { exit, err, peakMb } = await ask(make());
    expect({ exit, err }).toMatchObject({ exit: 69, err: expect.stringMatching(/rc-wait: cannot/) });
    expectBound(kind, peakMb, usual.peakMb);
  });

  it('each is short enough to be read to its end', () => {
    expect(Object.entries(bodies).filter(([, body]) => body.length > size)).toEqual([]);
  });
});

describe('a wait that gets such answers ends with DEPLOYED all the same, and has a bound', async () => {
  const usual = await waitWith(deploying);

  it.each([
    'lists in lists, closed',
    'as many members as are parsed',
    'as many elements as are parsed',
    'attributes without quotes',
    'a string of long escapes',
    'bytes that are no text',
    'chunks of one byte',
  ])('%s', async (kind) => {
    const { exit, peakMb } = await waitWith(kinds[kind]?.() ?? deployed);
    expect(exit).toBe(0);
    expect(count).toBeGreaterThanOrEqual(3);
    expectBound(kind, peakMb, usual.peakMb);
  });
});

describe('so has an answer of identity', async () => {
  const usual = await logIn(answerWith('{"access":{}}'));

  it.each([
    'lists in lists, closed',
    'objects in objects',
    'a wide list of objects with members',
    'one huge string',
    'chunks of one byte',
    'many headers',
  ])('%s', async (kind) => {
    const { exit, peakMb } = await logIn(kinds[kind]?.() ?? deployed);
    expect(exit).toBe(usual.exit);
    expectBound(kind, peakMb, usual.peakMb);
  });
});
