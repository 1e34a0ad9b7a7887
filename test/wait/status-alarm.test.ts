import { describe, expect, it } from 'vitest';
import type { SourceRead } from '../../src/wait/local-source.ts';
import { judgeMetadata } from '../../src/wait/local-verdicts.ts';
import { StatusAlarm } from '../../src/wait/status-alarm.ts';
import type { Deployment } from '../../src/wait/verdict.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** An alarm over a status that the test sets, and what it does. */
function world() {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const readsMs: number[] = [];
  const listeners = new Set<() => void>();
  const state = { status: 'DEPLOYING', rungMs: [] as number[] };
  const source = {
    read: async (): Promise<SourceRead<Deployment>> => {
      readsMs.push(clock.nowMs());
      return { verdict: judgeMetadata({ kind: 'known', value: state.status, where: 'key' }) };
    },
  };
  const changes = {
    count: 0,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const alarm = new StatusAlarm({ source, changes, clock, signal: stop.signal });
  alarm.subscribe(() => state.rungMs.push(clock.nowMs()));
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return { clock, stop, readsMs, listeners, state, alarm, tell };
}

describe('the alarm', () => {
  it('rings at once when a change is told that is one of the status', async () => {
    const { clock, state, alarm, tell } = world();
    const story = async (): Promise<void> => {
      tell();
      await clock.sleep(5_000);
      tell();
      await clock.sleep(5_000);
      state.status = 'DEPLOYED';
      tell();
    };
    await clock.run(story());
    // The first is that something is known of the status.
    expect(state.rungMs).toEqual([0, 10_000]);
    expect(alarm.due(10_000)).toEqual({ lastMs: 10_000, nextMs: 11_000 });
  });

  it('reads ever more rarely in a flood of changes that change nothing, and hears the end of it', async () => {
    const { clock, state, readsMs, tell } = world();
    const story = async (): Promise<void> => {
      for (; clock.nowMs() < 20_000; await clock.sleep(10)) tell();
      state.status = 'DEPLOYED';
      tell();
      await clock.sleep(5_000);
    };
    await clock.run(story());
    expect(readsMs).toEqual([0, 250, 750, 1_750, 3_750, 7_750, 12_750, 17_750, 22_750]);
    expect(state.rungMs).toEqual([0, 22_750]);
  });

  it('ends with its signal, and rings no more', async () => {
    const { clock, stop, state, listeners, tell } = world();
    const story = async (): Promise<void> => {
      tell();
      await clock.sleep(100);
      stop.abort();
      tell();
    };
    await clock.run(story());
    expect({ rung: state.rungMs, listeners: listeners.size }).toEqual({ rung: [0], listeners: 0 });
  });
});
