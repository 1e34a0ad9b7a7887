import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { DeadlinePassed, graceAfter, startDeadline, within } from '../../src/base/deadline.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('a deadline', () => {
  it('aborts its signal at its moment, with the message that it was given', async () => {
    const clock = new VirtualClock(0);
    const deadline = startDeadline(clock, 1_000, { message: 'no answer within 1 s' });
    await clock.run(clock.sleep(999));
    expect(deadline.leftMs()).toBe(1);
    expect(deadline.hasPassed()).toBe(false);
    expect(deadline.signal.aborted).toBe(false);
    await clock.run(clock.sleep(2));
    expect(deadline.leftMs()).toBe(0);
    expect(deadline.hasPassed()).toBe(true);
    expect(deadline.signal.reason).toEqual(new DeadlinePassed('no answer within 1 s'));
  });

  it('in the past has passed at once', () => {
    const clock = new VirtualClock(5_000);
    const deadline = startDeadline(clock, 5_000);
    expect(deadline.signal.aborted).toBe(true);
    expect(deadline.hasPassed()).toBe(true);
    expect(deadline.leftMs()).toBe(0);
  });

  it('waits for its moment though a timer fires early or is cut to the longest that there is', async () => {
    let nowMs = 0;
    const sleeps: number[] = [];
    const early: Clock = {
      nowMs: () => nowMs,
      async sleep(ms) {
        sleeps.push(ms);
        nowMs += ms / 2 > 1 ? ms / 2 : ms;
      },
    };
    const deadline = startDeadline(early, 8);
    await new Promise(setImmediate);
    expect(sleeps).toEqual([8, 4, 2]);
    expect(deadline.hasPassed()).toBe(true);
  });

  it('that never comes uses no timer', async () => {
    const clock = new VirtualClock();
    const deadline = startDeadline(clock, Number.POSITIVE_INFINITY);
    await clock.run(clock.sleep(3_600_000));
    expect(deadline.signal.aborted).toBe(false);
    expect(deadline.leftMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('that was ended aborts nothing any more, and leaves the signal of the caller alone', async () => {
    const clock = new VirtualClock(0);
    const caller = new AbortController();
    const deadline = startDeadline(clock, 1_000, { signal: caller.signal });
    deadline.end();
    await clock.run(clock.sleep(2_000));
    caller.abort();
    expect(deadline.signal.aborted).toBe(false);
    expect(deadline.hasPassed()).toBe(false);
  });

  it('is interrupted by the signal of the caller, with its reason, and has not passed then', async () => {
    const clock = new VirtualClock(0);
    const caller = new AbortController();
    const deadline = startDeadline(clock, 1_000, { signal: caller.signal });
    const reason = new Error('SIGTERM');
    caller.abort(reason);
    expect(deadline.signal.reason).toBe(reason);
    await clock.run(clock.sleep(2_000));
    expect(deadline.hasPassed()).toBe(false);
    expect(deadline.signal.reason).toBe(reason);
  });

  it('gives way to a caller that was interrupted before it began, or that is interrupted after its moment', async () => {
    const clock = new VirtualClock(5_000);
    const reason = new Error('SIGINT');
    const before = startDeadline(clock, 0, { signal: AbortSignal.abort(reason) });
    expect(before.signal.reason).toBe(reason);
    expect(before.hasPassed()).toBe(false);
    const caller = new AbortController();
    const after = startDeadline(clock, 0, { signal: caller.signal });
    expect(after.hasPassed()).toBe(true);
    caller.abort(reason);
    expect(after.hasPassed()).toBe(false);
  });
});

describe('a grace', () => {
  it('begins when the signal aborts', async () => {
    const clock = new VirtualClock(0);
    const caller = new AbortController();
    const grace = graceAfter(caller.signal, 3_000, clock);
    await clock.run(clock.sleep(60_000));
    expect(grace.signal.aborted).toBe(false);
    caller.abort();
    await clock.run(clock.sleep(2_999));
    expect(grace.signal.aborted).toBe(false);
    await clock.run(clock.sleep(2));
    expect(grace.signal.reason).toBeInstanceOf(DeadlinePassed);
  });

  it('begins at once after an interruption, and never when it was ended', async () => {
    const clock = new VirtualClock(0);
    const [late, ended] = [1_000, 1_000].map((ms) => graceAfter(AbortSignal.abort(), ms, clock));
    ended?.end();
    await clock.run(clock.sleep(1_001));
    expect([late?.signal.aborted, ended?.signal.aborted]).toEqual([true, false]);
  });
});

describe('work within a limit', () => {
  it('is what it comes to, in time', async () => {
    const clock = new VirtualClock();
    expect(await within(Promise.resolve(1), 1_000, () => 2, clock)).toBe(1);
    await expect(within(Promise.reject(new Error('no')), 1_000, () => 2, clock)).rejects.toThrow('no');
  });

  it('is given up when it takes longer', async () => {
    const clock = new VirtualClock();
    const startedMs = clock.nowMs();
    const late = within(new Promise<number>(() => {}), 1_000, () => 2, clock);
    expect(await clock.run(late)).toBe(2);
    expect(clock.nowMs() - startedMs).toBe(1_000);
  });
});
