import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../src/base/clock.ts';
import { sharedLimits } from '../src/pace/window.ts';
import { parseScenario } from '../src/simulator/scenario.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { mean, table } from './measure.ts';

const deployments = 12;

/** Long enough for 64 processes to start on two cores. */
const upMs = 12_000;

/** From DEPLOYED at the server to the exit of `rc-wait wait`, in real time with real processes. */
export async function benchDetection(): Promise<void> {
  const rows = [
    [
      'waiters',
      'deployments',
      'mean ms',
      'worst ms',
      'requests of all a deployment',
      'ratio of requests to one waiter',
    ],
  ];
  let ofOne = Number.NaN;
  for (const waiters of [1, 64]) {
    const latenciesMs: number[] = [];
    const requests: number[] = [];
    for (let index = 0; index < deployments; index += 1) {
      const one = await deploy(waiters, index);
      latenciesMs.push(...one.latenciesMs);
      requests.push(one.requests);
    }
    if (waiters === 1) ofOne = mean(requests);
    rows.push([
      String(waiters),
      String(deployments),
      mean(latenciesMs).toFixed(0),
      Math.max(...latenciesMs).toFixed(0),
      mean(requests).toFixed(1),
      (mean(requests) / ofOne).toFixed(2),
    ]);
  }
  console.log(
    '\nDetection: DEPLOYED at the server to the end of the process, features and gateway included\n',
  );
  console.log(table(rows));
}

async function deploy(waiters: number, index: number): Promise<{ latenciesMs: number[]; requests: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-bench-'));
  const simulator = await startSimulator({
    scenario: parseScenario('{deployedAfter: 1h, features: {configureNetworkStack: true}}', 'bench'),
  });
  const args = ['wait', '--api-url', simulator.url, '--state-dir', directory, '--quiet'];
  const ends = Array.from({ length: waiters }, () => {
    const child = spawn('dist/rc-wait', args, { stdio: 'ignore' });
    return new Promise<number>((resolve, reject) => {
      child.once('exit', (code) =>
        code === 0 ? resolve(performance.now()) : reject(new Error(`a waiter ended with status ${code}`)),
      );
    });
  });
  await sleep(upMs);
  // All of them are up and waiting. It happens at a phase of the pace that is spread evenly over the deployments,
  // so that the mean is that of the phases and not of the dice.
  const lastMs =
    simulator.log.findLast(({ operation }) => operation === 'automation_status/details')?.atMs ?? 0;
  const atMs = lastMs + sharedLimits.paceMs * (1 + (index + 0.5) / deployments);
  await sleep(Math.max(0, atMs - systemClock.nowMs()));
  simulator.setServer('127.0.0.1', { outcome: 'DEPLOYED', now: true });
  const deployedMs = performance.now();
  const latenciesMs = (await Promise.all(ends)).map((endedMs) => endedMs - deployedMs);
  const { requests } = simulator.summary('127.0.0.1');
  await simulator.close();
  rmSync(directory, { recursive: true, force: true });
  return { latenciesMs, requests };
}
