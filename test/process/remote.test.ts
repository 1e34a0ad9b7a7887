import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createCloudHttp } from '../../src/simulator/openstack/http.ts';
import { parseCloudScenario } from '../../src/simulator/openstack/scenario.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { scratch } from '../cli/harness.ts';
import { rcWait } from './program.ts';

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});

/** A whole `rc-wait remote --all` in real time, against a simulated cloud. */
async function run(scenario: string, ...args: string[]) {
  const startedWallMs = Date.now();
  const { serve, cloud } = createCloudHttp(parseCloudScenario(`openstack: ${scenario}`, 'test'), systemClock);
  const { url, close } = await startSimulator({ also: serve });
  stops.push(close);
  const peak = join(scratch(), 'peak');
  const ended = await rcWait(['remote', '--all', '--output', 'ndjson', ...args], {
    nodeArgs: ['--import', new URL('./peak.ts', import.meta.url).href],
    env: {
      HOME: scratch(),
      RAX_AUTH_URL: `${url}/identity/v2.0`,
      RAX_USERNAME: 'demo',
      RAX_API_KEY: 'demo-api-key',
      RC_WAIT_TEST_PEAK: peak,
    },
  });
  const lines = ended.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const fates = new Map(cloud.servers.map((server) => [server.id, server]));
  const latenciesMs: number[] = lines
    .filter(({ event, outcome }) => event === 'server' && outcome !== null)
    .map(({ id, time }) => Date.parse(time) - startedWallMs - (fates.get(id)?.endMs ?? Number.NaN));
  const meanMs = latenciesMs.reduce((sum, one) => sum + one, 0) / latenciesMs.length;
  return {
    ...ended,
    document: lines.at(-1),
    latenciesMs,
    meanMs,
    peakMb: Number(readFileSync(peak, 'utf8')) / 1024,
  };
}

const fleet = (count: number, from: string, to: string) =>
  `{fleets: [{count: ${count}, activeAfter: {from: 0s, to: ${from}}, endsAfter: {from: ${from}, to: ${to}}, bursts: 8}]}`;

// One after the other: each is to be seen by itself.
const hundred = await run(fleet(100, '4s', '24s'));
const tenThousand = await run(fleet(10_000, '5s', '15s'));

describe('in real time', () => {
  it('100 servers are all seen; how soon is asked on the virtual clock, and measured by `npm run bench remote`', () => {
    const { exit, document, latenciesMs, meanMs } = hundred;
    console.info(
      `100 servers in real time: seen after ${meanMs.toFixed(0)} ms on average, ${Math.max(...latenciesMs).toFixed(0)} ms at worst; ${document.requests.sent} requests`,
    );
    expect({ exit, deployed: document.counts.deployed, seen: latenciesMs.length }).toEqual({
      exit: 0,
      deployed: 100,
      seen: 100,
    });
  });

  it('10,000 servers need little more memory than 100, and none of the document is lost in the pipe', () => {
    const { exit, document, peakMb } = tenThousand;
    // From its sources Node needs about 60 MB more than the program that ships: `npm run bench remote` measures that.
    console.info(
      `10,000 servers: peak ${peakMb.toFixed(0)} MB; 100 servers: ${hundred.peakMb.toFixed(0)} MB`,
    );
    expect({ exit, servers: document.servers.length }).toEqual({ exit: 0, servers: 10_000 });
    expect(peakMb - hundred.peakMb).toBeLessThanOrEqual(80);
  });
});
