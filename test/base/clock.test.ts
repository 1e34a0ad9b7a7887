import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

describe('the clock of the system', () => {
  it('counts in ms since the boot, as /proc/uptime does, and never goes back', async () => {
    const { readFileSync } = await import('node:fs');
    const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1_000;
    const first = systemClock.nowMs();
    const second = systemClock.nowMs();
    expect(second).toBeGreaterThanOrEqual(first);
    // CLOCK_MONOTONIC stands still in suspend, and a container may have an offset of its own.
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(uptimeMs + 5_000);
  });

  it('sleeps, also for less than nothing', async () => {
    const before = systemClock.nowMs();
    await systemClock.sleep(5);
    await systemClock.sleep(-1);
    expect(systemClock.nowMs() - before).toBeGreaterThanOrEqual(4);
  });

  it('ends a sleep with the reason of the signal, also one for ever', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleep = systemClock.sleep(Number.POSITIVE_INFINITY, controller.signal);
    setImmediate(() => controller.abort(reason));
    await expect(sleep).rejects.toBe(reason);
  });

  it('does not begin to sleep when the signal was aborted before', async () => {
    const reason = new Error('enough');
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
