import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { type Probe, runProbes } from '../../../src/network/probes/probe.ts';

function clockAt(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => slept.reduce((sum, ms) => sum + ms, 0),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
    },
  };
}

function probe(seen: readonly (string | undefined)[], more: Partial<Probe> = {}): Probe & { tries: number } {
  return {
    expects: 'an answer',
    limitMs: 1_000,
    tries: 0,
    async attempt() {
      this.tries += 1;
      return seen[Math.min(this.tries, seen.length) - 1];
    },
    ...more,
  };
}

describe('probes', () => {
  it('are run in their order, each once when it finds what it expects', async () => {
    const probes = [probe([undefined]), probe([undefined])];
    expect(await runProbes(probes, clockAt())).toBeUndefined();
    expect(probes.map(({ tries }) => tries)).toEqual([1, 1]);
  });

  it('look again while there is time: a network that was just reloaded needs a moment', async () => {
    const late = probe(['no', 'no', undefined]);
    expect(await runProbes([late], clockAt())).toBeUndefined();
    expect(late.tries).toBe(3);
  });

  it('say what was expected and what was seen, and the ones after are left out', async () => {
    const [bad, after] = [probe(['first', 'last']), probe([undefined])];
    const clock = clockAt();
    expect(await runProbes([bad, after], clock)).toBe('expected an answer within 1 s, but saw: last');
    expect(after.tries).toBe(0);
    expect(clock.nowMs()).toBeLessThanOrEqual(1_000);
  });

  it('that throw have failed, with the reason', async () => {
    const broken = probe([], { attempt: async () => Promise.reject(new Error('no such thing')) });
    expect(await runProbes([broken], clockAt())).toBe(
      'expected an answer within 1 s, but saw: no such thing',
    );
  });

  it('that hang, and do not listen to their signal, are cut off', async () => {
    const hung = probe([], { limitMs: 50, attempt: () => new Promise(() => undefined) });
    expect(await runProbes([hung], clockAt())).toBe(
      'expected an answer within 50 ms, but saw: no answer at all',
    );
  });

  it('that hang after an answer keep what was seen before', async () => {
    let tries = 0;
    const attempt = async () => (tries++ === 0 ? 'refused' : new Promise<string>(() => undefined));
    expect(await runProbes([probe([], { limitMs: 400, attempt })], clockAt())).toMatch(/but saw: refused$/);
  });

  it('can be aborted', async () => {
    const stop = AbortSignal.abort(new Error('stop'));
    await expect(runProbes([probe([undefined])], clockAt(), stop)).rejects.toThrow('stop');
  });
});
