import { describe, expect, it } from 'vitest';
import { MemoryLedger } from '../../src/pace/account.ts';
import { createPace } from '../../src/pace/pace.ts';
import { sharedLimits, unsharedLimits } from '../../src/pace/window.ts';
import { createClient } from '../../src/rackconnect/client.ts';
import { parseApiUrl } from '../../src/rackconnect/regions.ts';
import type { Transport } from '../../src/rackconnect/transport.ts';
import { runJob } from '../../src/wait/job.ts';
import { seeded } from '../support/random.ts';
import { answer } from '../support/scripted-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const minutesMs = 60_000;

/** Processes that wait for a gateway which never comes, while DEPLOYED turns into FAILED at `failsAtMs`. */
async function asking({ waiters = 1, limits = sharedLimits, failsAtMs = Number.POSITIVE_INFINITY } = {}) {
  const clock = new VirtualClock(0);
  const random = seeded(waiters);
  const ledger = new MemoryLedger({ limits, random, sleep: clock.sleep });
  const requests: { atMs: number; operation: string }[] = [];
  const transport: Transport = {
    async get(url) {
      const operation = url.pathname.replace(/^.*\/v2\//, '').replace(/^.*automation_/, 'automation_');
      await clock.sleep(20);
      requests.push({ atMs: clock.nowMs(), operation });
      await clock.sleep(20);
      if (url.pathname.includes('gateway_ip')) return { kind: 'absent' };
      if (url.pathname.includes('features'))
        return answer([{ name: 'Configure network stack', enabled: false }]);
      return answer({ automation_status: clock.nowMs() < failsAtMs ? 'DEPLOYED' : 'FAILED' });
    },
    close() {},
  };
  const one = async () => {
    await clock.sleep(random() * 5_000);
    const pace = createPace({ ledger, clock });
    const client = createClient({ baseUrl: parseApiUrl('http://10.208.0.1'), pace, transport });
    const end = await runJob({
      client,
      clock,
      deadlineMs: 5 * minutesMs,
      signal: new AbortController().signal,
      onEvent: () => {},
      network: 'auto',
      configure: async (gateway) => gateway,
    });
    return { end, atMs: clock.nowMs() };
  };
  const ends = await clock.run(Promise.all(Array.from({ length: waiters }, one)));
  const busiest = Math.max(
    ...requests.map(({ atMs }) => requests.filter((o) => o.atMs >= atMs && o.atMs < atMs + minutesMs).length),
  );
  return { ends, requests, busiest };
}

describe('the status, while a gateway is asked for', () => {
  it.each([
    ['alone', 1],
    ['with 64 others', 64],
  ])('is looked at too, within the pace of one question (%s)', async (_, waiters) => {
    const { requests, busiest, ends } = await asking({ waiters });
    for (const { end } of ends) expect(end).toMatchObject({ kind: 'deadline', phase: 'gateway' });
    expect(busiest).toBeLessThanOrEqual(29);
    // The first minute has the questions besides that follow DEPLOYED at once.
    const later = requests.filter(({ operation, atMs }) => operation.includes('gateway') && atMs > 70_000);
    const gateways = later.map(({ atMs }) => atMs);
    const gapsMs = gateways.slice(1).map((atMs, index) => atMs - (gateways[index] ?? 0));
    expect(Math.max(...gapsMs)).toBeLessThan(8_000);
    const looks = requests.filter(({ operation }) => operation.includes('status')).length;
    expect(looks).toBeGreaterThan(15);
    expect(looks).toBeLessThan(60);
    expect(requests.length).toBeGreaterThan(110);
  });

  it('ends the wait within 15 s of FAILED', async () => {
    for (const waiters of [1, 64]) {
      const { ends } = await asking({ waiters, failsAtMs: 100_000 });
      for (const { end, atMs } of ends) {
        expect(end).toMatchObject({ kind: 'failed', deployment: { status: 'FAILED' } });
        expect(atMs).toBeLessThan(115_000);
      }
    }
  });

  it('ends it as well where one request every ten seconds is all there is', async () => {
    const { ends, busiest } = await asking({ limits: unsharedLimits, failsAtMs: 100_000 });
    expect(ends[0]?.end).toMatchObject({ kind: 'failed' });
    expect(ends[0]?.atMs).toBeLessThan(150_000);
    expect(busiest).toBeLessThanOrEqual(6);
  });
});
