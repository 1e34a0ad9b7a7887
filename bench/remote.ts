import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { createCloudHttp } from '../src/simulator/openstack/http.ts';
import { parseCloudScenario } from '../src/simulator/openstack/scenario.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { mean, table } from './measure.ts';

/**
 * `rc-wait remote --all`, whole process, in real time: how long after its
 * change each server is seen, how many requests that takes, and the peak
 * memory, for fleets of three sizes. The smallest is the baseline.
 */
export async function benchRemote(): Promise<void> {
  const rows = [['servers', 'seen after, mean ms', 'worst ms', 'requests', 'peak MB', 'memory ratio']];
  let baseMb = Number.NaN;
  for (const count of [1, 100, 10_000]) {
    const { latenciesMs, requests, peakKb } = await run(count);
    const peakMb = peakKb / 1024;
    if (count === 1) baseMb = peakMb;
    rows.push([
      String(count),
      mean(latenciesMs).toFixed(0),
      Math.max(...latenciesMs).toFixed(0),
      String(requests),
      peakMb.toFixed(0),
      (peakMb / baseMb).toFixed(2),
    ]);
  }
  console.log('\nServers from elsewhere: 40 s of deployments in bursts, polled every 5 s\n');
  console.log(table(rows));
}

async function run(count: number): Promise<{ latenciesMs: number[]; requests: number; peakKb: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-bench-'));
  const startedWallMs = Date.now();
  const scenario = `openstack: {fleets: [{count: ${count}, endsAfter: {from: 10s, to: 40s}, bursts: 12}]}`;
  const { serve, cloud } = createCloudHttp(parseCloudScenario(scenario, 'bench'), systemClock);
  const simulator = await startSimulator({ also: serve });
  const child = spawn(
    '/usr/bin/time',
    ['-f', '%M', 'dist/rc-wait', 'remote', '--all', '--output', 'ndjson'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: directory,
        RAX_AUTH_URL: `${simulator.url}/identity/v2.0`,
        RAX_USERNAME: 'demo',
        RAX_API_KEY: 'demo-api-key',
      },
    },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  await simulator.close();
  rmSync(directory, { recursive: true, force: true });
  if (code !== 0) throw new Error(`rc-wait remote ended with status ${code}: ${err}`);
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const endsMs = new Map(cloud.servers.map(({ id, endMs }) => [id, endMs]));
  const latenciesMs = lines
    .filter(({ event, outcome }) => event === 'server' && outcome !== null)
    .map(({ id, time }) => Date.parse(time) - startedWallMs - (endsMs.get(id) ?? Number.NaN));
  return { latenciesMs, requests: lines.at(-1).requests.sent, peakKb: Number(err.trim().split('\n').at(-1)) };
}
