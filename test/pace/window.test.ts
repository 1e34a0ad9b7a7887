import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calm } from '../../src/pace/backoff.ts';
import {
  delayOf,
  openSlot,
  type Slot,
  settledSlot,
  sharedLimits,
  unsharedLimits,
  type WindowView,
  windowMs,
} from '../../src/pace/window.ts';

const key = 'details';
const view = (slots: readonly Slot[] = [], more: Partial<WindowView> = {}): WindowView => ({
  slots,
  lastAskedMs: undefined,
  backoff: calm(sharedLimits.paceMs),
  ...more,
});
const settledAt = (times: readonly number[], of = 'other'): Slot[] =>
  times.map((takenMs) => settledSlot({ key: of, takenMs, nowMs: takenMs }));

describe('a slot', () => {
  it('counts until 60 s after its answer', () => {
    expect(settledSlot({ key, takenMs: 5, nowMs: 1_005 })).toEqual({
      key,
      takenMs: 5,
      countsUntilMs: 61_005,
      openUntilMs: undefined,
    });
  });

  it('counts until 60 s after its time-out when its process dies', () => {
    expect(openSlot(key, 1_000, 10_000)).toEqual({
      key,
      takenMs: 1_000,
      countsUntilMs: 71_000,
      openUntilMs: 11_000,
    });
  });
});

describe('whether a question may be asked', () => {
  const request = { key, nowMs: 100_000, polling: false };

  it('at once, when nothing was asked before', () => {
    expect(delayOf(view(), request, sharedLimits)).toBeUndefined();
  });

  it('not while the same question is under way', () => {
    const slots = [openSlot(key, 99_000, 10_000)];
    expect(delayOf(view(slots), request, sharedLimits)).toEqual({ because: 'in-flight', untilMs: 109_000 });
  });

  it('while another question is under way', () => {
    expect(delayOf(view([openSlot('gateway', 99_000, 10_000)]), request, sharedLimits)).toBeUndefined();
  });

  it('not before the pace allows the next poll', () => {
    expect(delayOf(view([], { lastAskedMs: 99_000 }), request, sharedLimits)).toEqual({
      because: 'pace',
      untilMs: 101_240,
    });
  });

  it('a little later while a watch is known to work', () => {
    const watched = { ...request, isWatched: true };
    expect(delayOf(view([], { lastAskedMs: 99_000 }), watched, sharedLimits)).toEqual({
      because: 'pace',
      untilMs: 101_420,
    });
  });

  it('at once when an alarm is due, until somebody has asked since', () => {
    const due = { ...request, dueMs: 99_500 };
    expect(delayOf(view([], { lastAskedMs: 99_000 }), due, sharedLimits)).toBeUndefined();
    expect(delayOf(view([], { lastAskedMs: 99_600 }), due, sharedLimits)).toMatchObject({ because: 'pace' });
    const later = { ...request, dueMs: 100_500 };
    expect(delayOf(view([], { lastAskedMs: 99_000 }), later, sharedLimits)).toMatchObject({
      because: 'pace',
    });
  });

  it('not because of an alarm while the window is full, or the API is left alone after a refusal', () => {
    const due = { ...request, polling: true, dueMs: 99_500 };
    const full = settledAt(Array.from({ length: 27 }, (_, index) => 50_000 + index));
    expect(delayOf(view(full), due, sharedLimits)).toEqual({ because: 'window', untilMs: 110_000 });
    const refused = { ...calm(sharedLimits.paceMs), refusals: 1, notBeforeMs: 104_000 };
    expect(delayOf(view([], { backoff: refused }), due, sharedLimits)).toMatchObject({ because: 'refused' });
  });

  it('more slowly after refusals', () => {
    const backoff = { ...calm(sharedLimits.paceMs), paceMs: 20_000 };
    expect(delayOf(view([], { lastAskedMs: 99_000, backoff }), request, sharedLimits)).toEqual({
      because: 'pace',
      untilMs: 119_000,
    });
  });

  it('not while 29 requests count: until the first of them no longer does', () => {
    const slots = settledAt(Array.from({ length: 29 }, (_, index) => 50_000 + index));
    expect(delayOf(view(slots), request, sharedLimits)).toEqual({ because: 'window', untilMs: 110_000 });
    expect(delayOf(view(slots), { ...request, nowMs: 110_000 }, sharedLimits)).toBeUndefined();
  });

  it('a poll leaves two slots for the features and the gateway', () => {
    const slots = settledAt(Array.from({ length: 27 }, (_, index) => 50_000 + index));
    expect(delayOf(view(slots), { ...request, polling: true }, sharedLimits)).toEqual({
      because: 'window',
      untilMs: 110_000,
    });
    expect(delayOf(view(slots), request, sharedLimits)).toBeUndefined();
  });

  it('not before the end of a backoff, and it says which', () => {
    const refused = { ...calm(sharedLimits.paceMs), refusals: 3, notBeforeMs: 114_000 };
    expect(delayOf(view([], { backoff: refused }), request, sharedLimits)).toEqual({
      because: 'refused',
      times: 3,
      untilMs: 114_000,
    });
    const failed = { ...calm(sharedLimits.paceMs), failures: 2, notBeforeMs: 103_000 };
    expect(delayOf(view([], { backoff: failed }), request, sharedLimits)).toEqual({
      because: 'failed',
      times: 2,
      untilMs: 103_000,
    });
  });

  it('names the reason that lasts longest', () => {
    const backoff = { ...calm(sharedLimits.paceMs), failures: 1, notBeforeMs: 100_500 };
    const slots = settledAt(Array.from({ length: 29 }, () => 59_000));
    expect(delayOf(view(slots, { backoff, lastAskedMs: 99_000 }), request, sharedLimits)?.because).toBe(
      'window',
    );
  });

  it('without a shared ledger: one request of any kind every 10 s', () => {
    expect(delayOf(view(settledAt([95_000])), request, unsharedLimits)).toEqual({
      because: 'pace',
      untilMs: 105_000,
    });
    expect(delayOf(view(settledAt([90_000])), request, unsharedLimits)).toBeUndefined();
  });

  it('never with 29 slots that count, and always when the stated moment has come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 120_000 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 130_000 }),
        fc.boolean(),
        (times, nowMs, polling) => {
          const slots = settledAt(times.filter((takenMs) => takenMs <= nowMs));
          const counting = slots.filter((slot) => slot.countsUntilMs > nowMs).length;
          const delay = delayOf(view(slots), { key, nowMs, polling }, sharedLimits);
          const limit = sharedLimits.requests - (polling ? sharedLimits.reserved : 0);
          expect(delay === undefined).toBe(counting < limit);
          if (delay === undefined) return;
          expect(delay.untilMs).toBeGreaterThan(nowMs);
          expect(delay.untilMs - nowMs).toBeLessThanOrEqual(windowMs);
          expect(delayOf(view(slots), { key, nowMs: delay.untilMs, polling }, sharedLimits)).toBeUndefined();
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
