import { describe, expect, it } from 'vitest';
import { MemoryLedger } from '../../src/pace/account.ts';
import { createPace } from '../../src/pace/pace.ts';
import type { Alarm, AskOutcome, Delay } from '../../src/pace/types.ts';
import { sharedLimits } from '../../src/pace/window.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const answered = (record: string): AskOutcome => ({ signal: { kind: 'answered' }, record });
const refused: AskOutcome = { signal: { kind: 'refused' }, record: 'refused' };

function world() {
  const clock = new VirtualClock(0);
  const ledger = new MemoryLedger({ limits: sharedLimits, random: () => 0, sleep: clock.sleep });
  return { clock, ledger, pace: createPace({ ledger, clock }) };
}

describe('asking through the pace', () => {
  it('sends at once the first time, and then evenly', async () => {
    const { clock, pace } = world();
    const sentMs: number[] = [];
    const ask = async (): Promise<void> => {
      let newerThanMs: number | undefined;
      for (let index = 0; index < 4; index += 1) {
        const told = await pace.ask(
          'k',
          async () => {
            sentMs.push(clock.nowMs());
            return answered('x');
          },
          newerThanMs === undefined ? {} : { newerThanMs },
        );
        newerThanMs = told.askedMs;
      }
    };
    await clock.run(ask());
    expect(sentMs).toEqual([0, 2_240, 4_480, 6_720]);
    expect(pace.tally).toEqual({ sent: 4, refused: 0, shared: 0 });
  });

  it('sends out of the even pace when an alarm is raised, and at each of its moments', async () => {
    const { clock, pace } = world();
    const sentMs: number[] = [];
    let momentsMs: readonly number[] = [];
    const listeners = new Set<() => void>();
    const alarm: Alarm = {
      due: (nowMs) => ({
        lastMs: Math.max(Number.NEGATIVE_INFINITY, ...momentsMs.filter((atMs) => atMs <= nowMs)),
        nextMs: Math.min(Number.POSITIVE_INFINITY, ...momentsMs.filter((atMs) => atMs > nowMs)),
      }),
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const ask = async (): Promise<void> => {
      for (let newerThanMs = -1; sentMs.length < 5; ) {
        const send = async (): Promise<AskOutcome> => {
          sentMs.push(clock.nowMs());
          return answered('x');
        };
        newerThanMs = (await pace.ask('k', send, { newerThanMs, alarm })).askedMs;
      }
    };
    const raise = async (): Promise<void> => {
      await clock.sleep(500);
      momentsMs = [500, 1_500];
      for (const listener of listeners) listener();
    };
    await clock.run(Promise.all([ask(), raise()]));
    expect(sentMs).toEqual([0, 500, 1_500, 3_740, 5_980]);
    expect(listeners.size).toBe(0);
  });

  it('ends by its signal while it waits for an alarm', async () => {
    const { clock, pace } = world();
    await clock.run(pace.ask('k', async () => answered('x')));
    const stop = new AbortController();
    const never = { lastMs: Number.NEGATIVE_INFINITY, nextMs: Number.POSITIVE_INFINITY };
    const alarm: Alarm = { due: () => never, subscribe: () => () => undefined };
    const asked = pace.ask('k', () => expect.fail('asked'), { newerThanMs: 0, alarm, signal: stop.signal });
    stop.abort(new Error('Ctrl-C'));
    await expect(clock.run(asked)).rejects.toThrow('Ctrl-C');
  });

  it('takes what another process was just told, and counts it as shared', async () => {
    const { clock, ledger, pace } = world();
    const other = createPace({ ledger, clock });
    await clock.run(other.ask('k', async () => answered('DEPLOYING')));
    const told = await clock.run(pace.ask('k', () => expect.fail('asked again')));
    expect(told).toEqual({ record: 'DEPLOYING', askedMs: 0, shared: true });
    expect(pace.tally).toEqual({ sent: 0, refused: 0, shared: 1 });
  });

  it('says every second why it does not ask, so that a live wait can be told from a hung one', async () => {
    const { clock, pace } = world();
    await clock.run(pace.ask('k', async () => refused));
    const delays: Delay[] = [];
    await clock.run(
      pace.ask('k', async () => answered('x'), { newerThanMs: 0, onDelay: (delay) => delays.push(delay) }),
    );
    expect(clock.nowMs()).toBe(4_480);
    expect(delays.length).toBeGreaterThanOrEqual(4);
    expect(delays[0]).toEqual({ because: 'pace', untilMs: 4_480 });
    expect(pace.tally).toEqual({ sent: 2, refused: 1, shared: 0 });
  });

  it('gives a request up when its time is over, counted from the moment its slot was taken', async () => {
    const { clock, pace } = world();
    const told = pace.ask(
      'k',
      (signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve(answered(String(signal.reason)))),
        ),
    );
    await expect(clock.run(told)).resolves.toMatchObject({ record: 'Error: no answer within 10 s' });
    expect(clock.nowMs()).toBe(10_000);
  });

  it('sends nothing when the process was stopped between taking the slot and sending', async () => {
    const { clock, ledger } = world();
    let stoppedMs = 0;
    const stopped = { nowMs: () => clock.nowMs() + stoppedMs, sleep: clock.sleep };
    const pace = createPace({
      ledger: {
        ...ledger,
        limits: ledger.limits,
        changed: ledger.changed,
        close: ledger.close,
        noteWatch: ledger.noteWatch,
        isWatched: ledger.isWatched,
        settle: (one) => ledger.settle(one),
        approach: (one) => {
          const step = ledger.approach(one);
          stoppedMs = 300_000;
          return step;
        },
      },
      clock: stopped,
    });
    const told = await clock.run(pace.ask('k', async (signal) => answered(String(signal.aborted))));
    expect(told.record).toBe('true');
  });

  it('goes on counting a request that was interrupted, and tells nobody what came of it', async () => {
    const { clock, ledger, pace } = world();
    const interrupt = new AbortController();
    const asked = pace.ask(
      'k',
      async () => {
        interrupt.abort(new Error('Ctrl-C'));
        return answered('half');
      },
      { signal: interrupt.signal },
    );
    await expect(clock.run(asked)).rejects.toThrow('Ctrl-C');
    expect(
      ledger.approach({ key: 'k', nowMs: 0, newerThanMs: undefined, requestTimeoutMs: 1 }),
    ).toMatchObject({ kind: 'delayed', delay: { because: 'pace' } });
  });

  it('stops waiting for its turn when it is interrupted', async () => {
    const { clock, pace } = world();
    await clock.run(pace.ask('k', async () => answered('x')));
    const interrupt = new AbortController();
    const asked = pace.ask('k', async () => answered('y'), {
      newerThanMs: 0,
      signal: interrupt.signal,
      onDelay: () => interrupt.abort(new Error('Ctrl-C')),
    });
    await expect(clock.run(asked)).rejects.toThrow('Ctrl-C');
    expect(pace.tally.sent).toBe(1);
  });
});
