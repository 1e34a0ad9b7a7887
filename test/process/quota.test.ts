import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { type Program, start } from './program.ts';

// Real processes, real sockets, real time: what test/pace/quota.simulation.test.ts shows on the virtual clock.

let state = '';
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'rc-wait-quota-'));
});
afterAll(() => rmSync(state, { recursive: true, force: true }));

function startWaiter(simulator: Simulator, source: string, directory = join(state, source)): Program {
  const where = ['--api-url', simulator.url, '--source-address', source, '--state-dir', directory];
  return start(['wait', ...where, '--network', 'off', '--quiet']);
}

async function simulate(deployedAfter: string, faults: string): Promise<Simulator> {
  return startSimulator({
    scenario: parseScenario(
      `{deployedAfter: ${deployedAfter}, quota: {mode: sliding}, faults: ${faults}}`,
      'test',
    ),
  });
}

describe.concurrent('in real time, with real processes', () => {
  it('one process keeps to 29 requests in any 60 s, and is never refused', async () => {
    const simulator = await simulate('70s', '[]');
    const { ended } = startWaiter(simulator, '127.0.1.1');
    expect(await ended).toMatchObject({ exit: 0, err: '' });
    const { maxIn60s, refused, requests } = simulator.summary('127.0.1.1');
    await simulator.close();
    expect({ refused, within: maxIn60s <= 29 }).toEqual({ refused: 0, within: true });
    expect(requests).toBeGreaterThanOrEqual(25);
  });

  it('processes with different state directories keep to the same 29', async () => {
    const simulator = await simulate('70s', '[]');
    const source = '127.0.1.3';
    const waiters = ['a', 'b', 'c'].map((name) => startWaiter(simulator, source, join(state, name)));
    for (const { ended } of waiters) expect(await ended).toMatchObject({ exit: 0 });
    const { maxIn60s, refused } = simulator.summary(source);
    await simulator.close();
    expect({ refused, within: maxIn60s <= 29 }).toEqual({ refused: 0, within: true });
  });

  it('20 processes that are killed and restarted at random, on a network that takes 0 to 5 s, keep to the same 29', async () => {
    const simulator = await simulate('75s', '[{kind: delay, min: 0s, max: 5s}]');
    const source = '127.0.1.2';
    const endMs = Date.now() + 74_000;
    let kills = 0;
    const lives = Array.from({ length: 20 }, async (_, index) => {
      await sleep(index * 150);
      for (;;) {
        const { child, ended } = startWaiter(simulator, source);
        const leftMs = endMs - Date.now();
        // Half of them stay to the end; the others live for 3 to 25 s at a time.
        const lifeMs = index % 2 === 0 ? Number.POSITIVE_INFINITY : 3_000 + Math.random() * 22_000;
        if (lifeMs >= leftMs) return ended;
        await sleep(lifeMs);
        child.kill('SIGKILL');
        kills += 1;
        await ended;
      }
    });
    const ends = await Promise.all(lives);
    const { maxIn60s, refused, requests } = simulator.summary(source);
    await simulator.close();
    expect(ends.map(({ exit, err }) => ({ exit, err }))).toEqual(ends.map(() => ({ exit: 0, err: '' })));
    expect(kills).toBeGreaterThan(15);
    expect({ refused, within: maxIn60s <= 29 }).toEqual({ refused: 0, within: true });
    // Each answer takes 2.5 s on average: a waiter that asks one after the other comes to some 15 a minute.
    expect(requests).toBeGreaterThanOrEqual(15);
  });
});
