import { describe, expect, it } from 'vitest';
import { MemoryLedger, type SlotRequest, unaccounted } from '../../src/pace/account.ts';
import { type Slot, sharedLimits } from '../../src/pace/window.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const approach = (nowMs: number, more: Partial<SlotRequest> = {}): SlotRequest => ({
  key: 'details',
  nowMs,
  newerThanMs: undefined,
  requestTimeoutMs: 10_000,
  ...more,
});
const answered = (record: string) => ({ signal: { kind: 'answered' as const }, record });

function open(slots: readonly Slot[] = []): MemoryLedger {
  const { sleep } = new VirtualClock();
  return new MemoryLedger({ limits: sharedLimits, random: () => 0, sleep, slots });
}

describe('a ledger in memory', () => {
  it('grants, and tells the answer to whoever asks within the pace', () => {
    const ledger = open();
    const step = ledger.approach(approach(1_000));
    expect(step).toMatchObject({ kind: 'granted', takenMs: 1_000 });
    if (step.kind !== 'granted') return;
    ledger.settle({ ...step, key: 'details', nowMs: 1_100, outcome: answered('A') });
    expect(ledger.approach(approach(3_239))).toEqual({
      kind: 'answered',
      answer: { record: 'A', askedMs: 1_000 },
    });
    expect(ledger.approach(approach(3_240))).toMatchObject({ kind: 'granted' });
  });

  it('polls a little less often for 12 s after a watch was known to work', () => {
    const ledger = open();
    const step = ledger.approach(approach(1_000));
    if (step.kind !== 'granted') expect.fail('not granted');
    ledger.settle({ ...step, key: 'details', nowMs: 1_100, outcome: answered('A') });
    ledger.noteWatch(1_200);
    expect([13_199, 13_200].map((nowMs) => ledger.isWatched(nowMs))).toEqual([true, false]);
    const poll = approach(1_200, { newerThanMs: 1_000 });
    expect(ledger.approach(poll)).toEqual({ kind: 'delayed', delay: { because: 'pace', untilMs: 3_420 } });
    expect(ledger.approach({ ...poll, dueMs: 1_150 })).toMatchObject({ kind: 'granted' });
  });

  it('does not take an old answer for a new one', () => {
    const ledger = open();
    const step = ledger.approach(approach(1_000));
    if (step.kind !== 'granted') expect.fail('not granted');
    ledger.settle({ ...step, key: 'details', nowMs: 1_100, outcome: answered('A') });
    expect(ledger.approach(approach(1_200, { newerThanMs: 1_000 }))).toEqual({
      kind: 'delayed',
      delay: { because: 'pace', untilMs: 3_240 },
    });
    expect(ledger.approach(approach(1_200, { newerThanMs: 999 }))).toMatchObject({ kind: 'answered' });
  });

  it('keeps counting a request that was given up, and learns nothing from it', () => {
    const ledger = open();
    const step = ledger.approach(approach(1_000));
    if (step.kind !== 'granted') expect.fail('not granted');
    ledger.settle({ ...step, key: 'details', nowMs: 1_100, outcome: undefined });
    expect(ledger.approach(approach(1_200))).toEqual({
      kind: 'delayed',
      delay: { because: 'pace', untilMs: 3_240 },
    });
  });

  it('counts a request whose slot was forgotten while its process stood still', () => {
    const ledger = open();
    const steps = Array.from({ length: 29 }, (_, index) =>
      ledger.approach(approach(0, { key: `k${index}` })),
    );
    // All 29 slots run out unsettled at 70 s; the processes come back at 100 s and settle what they sent then.
    expect(ledger.approach(approach(100_000, { key: 'new' }))).toMatchObject({ kind: 'granted' });
    for (const [index, step] of steps.entries()) {
      if (step.kind === 'granted')
        ledger.settle({ ...step, key: `k${index}`, nowMs: 100_000, outcome: undefined });
    }
    expect(ledger.approach(approach(100_001, { key: 'other' }))).toMatchObject({
      kind: 'delayed',
      delay: { because: 'window' },
    });
  });

  it('asks nothing for as long as requests that nobody knows of may count', () => {
    const ledger = open(unaccounted(sharedLimits, 1_000, 10_000));
    expect(ledger.approach(approach(1_000))).toEqual({
      kind: 'delayed',
      delay: { because: 'window', untilMs: 71_000 },
    });
    expect(ledger.approach(approach(71_000))).toMatchObject({ kind: 'granted' });
  });

  it('wakes whoever waits as soon as something is settled', async () => {
    const ledger = open();
    const step = ledger.approach(approach(1_000));
    if (step.kind !== 'granted') expect.fail('not granted');
    const woken = ledger.changed(3_600_000);
    ledger.settle({ ...step, key: 'details', nowMs: 1_100, outcome: answered('A') });
    await expect(woken).resolves.toBeUndefined();
  });

  it('wakes whoever is interrupted, with the reason', async () => {
    const interrupt = new AbortController();
    const woken = open().changed(3_600_000, interrupt.signal);
    interrupt.abort(new Error('Ctrl-C'));
    await expect(woken).rejects.toThrow('Ctrl-C');
    await expect(open().changed(1, interrupt.signal)).rejects.toThrow('Ctrl-C');
  });

  it('lets go of all who wait when it is closed', async () => {
    const ledger = open();
    const woken = ledger.changed(3_600_000);
    ledger.close();
    await expect(woken).resolves.toBeUndefined();
  });
});
