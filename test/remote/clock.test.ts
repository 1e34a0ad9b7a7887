import { afterEach, describe, expect, it, vi } from 'vitest';
import { cloudStartMs } from '../support/virtual-cloud.ts';
import { mean, type RunOptions, runRemote } from './harness.ts';

const minute = 60_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** How long after each server's end it was seen, in ms, where the clock of this machine is ahead of the API's. */
async function latenciesMs(options: RunOptions, aheadMs: number): Promise<readonly number[]> {
  // A clock that stands still is as wrong as one can be, and nothing may depend on it.
  // Ten pages: to ask for all of them takes half a minute, so that only the list of changes can be in time.
  vi.spyOn(Date, 'now').mockReturnValue(cloudStartMs + aheadMs);
  const ran = await runRemote(
    '{pageSize: 20, fleets: [{count: 200, endsAfter: {from: 1m, to: 10m}}], tokenLife: 1h}',
    options,
  );
  expect(ran.verdicts).toEqual({ deployed: 200 });
  const endMs = new Map(ran.cloud.cloud.servers.map((server) => [server.id, server.endMs]));
  return ran.events.flatMap((event) =>
    event.kind === 'server' && event.server.verdict !== undefined
      ? [event.nowMs - ran.startMs - (endMs.get(event.server.id) ?? 0)]
      : [],
  );
}

describe('the end of a server of many', () => {
  it.each<[string, RunOptions]>([
    ['the header Date tells', { dates: true }],
    ['issued_at tells', { dates: false, v3: true }],
    ['nothing but the servers tells', { dates: false }],
  ])('is seen at the next poll where %s the time, whatever our clock says', async (_, options) => {
    for (const aheadMs of [0, 5 * minute, -5 * minute, 400 * 24 * 60 * minute]) {
      const latencies = await latenciesMs(options, aheadMs);
      expect(mean(latencies)).toBeLessThan(3_500);
      expect(Math.max(...latencies)).toBeLessThan(6_000);
    }
  });
});
