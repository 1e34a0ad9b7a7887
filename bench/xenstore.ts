import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseScenario } from '../src/simulator/scenario.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { Xenstored } from '../test/xenstored/xenstored.ts';
import { mean, table } from './measure.ts';

const deployments = 20;
const key = 'vm-data/user-metadata/rackconnect_automation_status';

interface Case {
  readonly what: string;
  readonly waiters: number;
  /** from xenstore to the API, in ms */
  readonly laterMs: number;
  /** what befalls the watch before */
  readonly trouble?: 'silent' | 'stopped';
}

const cases: readonly Case[] = [
  { what: 'at once', waiters: 1, laterMs: 0 },
  { what: 'API 3 s later', waiters: 1, laterMs: 3_000 },
  { what: 'the daemon tells no event', waiters: 1, laterMs: 0, trouble: 'silent' },
  { what: 'at once', waiters: 64, laterMs: 0 },
];

/**
 * From DEPLOYED in xenstore and the API to the exit of `rc-wait wait`, in real time, with Debian's xenstore-utils.
 * As root, since only root's waits watch.
 */
export async function benchXenstore(): Promise<void> {
  const bin = execFileSync(join(import.meta.dirname, '../scripts/xenstore-utils'), {
    encoding: 'utf8',
  }).trim();
  const rows = [['xenstore and API', 'waiters', 'deployments', 'mean ms', 'worst ms', 'refused']];
  for (const one of cases) {
    const latenciesMs: number[] = [];
    let refused = 0;
    for (let index = 0; index < deployments; index += 1) {
      const done = await deploy(one, bin, index);
      latenciesMs.push(...done.latenciesMs);
      refused += done.refused;
    }
    rows.push([
      one.what,
      String(one.waiters),
      String(deployments),
      mean(latenciesMs).toFixed(0),
      Math.max(...latenciesMs).toFixed(0),
      String(refused),
    ]);
  }
  console.log('\nxenstore: DEPLOYED at the API to the end of the process, features and gateway included\n');
  console.log(table(rows));
}

async function deploy(
  { waiters, laterMs, trouble }: Case,
  bin: string,
  index: number,
): Promise<{ latenciesMs: number[]; refused: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-bench-'));
  const scenario = '{deployedAfter: 1h, features: {configureNetworkStack: true}}';
  const simulator = await startSimulator({ scenario: parseScenario(scenario, 'bench') });
  const xenstored = await Xenstored.start(directory);
  xenstored.set(key, '"DEPLOYING"');
  const args = ['wait', '--managed', 'no', '--api-url', simulator.url, '--state-dir', directory, '--quiet'];
  const env = { ...process.env, ...xenstored.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
  const ends = Array.from({ length: waiters }, () => {
    const child = spawn('dist/rc-wait', args, { stdio: 'ignore', env });
    return new Promise<number>((resolve, reject) => {
      child.once('exit', (code) =>
        code === 0 ? resolve(performance.now()) : reject(new Error(`a waiter ended with status ${code}`)),
      );
    });
  });
  // Until one of them watches; then for a time that is spread evenly over the deployments.
  while (xenstored.watches === 0) await sleep(50);
  await sleep((waiters > 1 ? 10_000 : 2_000) + (index / deployments) * 2_420);
  if (trouble === 'silent') xenstored.manner = 'silent';
  xenstored.set(key, '"DEPLOYED"');
  await sleep(laterMs);
  simulator.setServer('127.0.0.1', { outcome: 'DEPLOYED', now: true });
  const deployedMs = performance.now();
  const latenciesMs = (await Promise.all(ends)).map((endedMs) => endedMs - deployedMs);
  const { refused } = simulator.summary('127.0.0.1');
  await simulator.close();
  await xenstored.stop();
  rmSync(directory, { recursive: true, force: true });
  return { latenciesMs, refused };
}
