import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Server } from './server.ts';

const longMs = 5 * 60_000;

// A project of its own: scripts/test lets the five minutes pass beside other tests.
it('rc-wait.service still waits after five minutes, and then ends as ever', async ({ annotate }) => {
  await using server = await Server.boot({ stack: 'netplan' });
  const bootedMs = performance.now();
  await delay(longMs);
  expect(await server.ask('systemctl', 'is-active', 'rc-wait.service')).toBe('activating');
  await server.deploymentEnds('DEPLOYED');
  await server.untilUnit('dependent.service', ['active'], 30_000);
  const { requests, maxIn60s } = await server.summary();
  await annotate(
    `${requests} requests in ${Math.round((performance.now() - bootedMs) / 1000)} s, at most ${maxIn60s} in 60 s`,
  );
  expect(maxIn60s).toBeLessThanOrEqual(29);
});
