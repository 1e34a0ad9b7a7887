import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/http/types.ts';
import type { Delay } from '../../src/pace/types.ts';
import { type LocalSource, ofSource, withFallback } from '../../src/wait/local-source.ts';
import { judgeMetadata } from '../../src/wait/local-verdicts.ts';
import { ofApi, type WaitEvent, waitFor } from '../../src/wait/loop.ts';
import { type Deployment, judgeDetails } from '../../src/wait/verdict.ts';
import { answer, scriptedClient } from '../support/scripted-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const deploying = answer({ automation_status: 'DEPLOYING' });
const deployed = answer({ automation_status: 'DEPLOYED' });
const refused: Reply = { kind: 'refused' };
const down: Reply = { kind: 'unreachable', code: 'ECONNREFUSED', reason: 'connection refused' };

/** A xenstore whose key takes these values at these moments; undefined: no key; null: it cannot be read. */
function metadata(
  clock: VirtualClock,
  timeline: readonly (readonly [atMs: number, value: string | undefined | null])[],
  lasting = false,
): { source: LocalSource<Deployment>; looks: number[] } {
  const looks: number[] = [];
  const source: LocalSource<Deployment> = {
    async read() {
      const nowMs = clock.nowMs();
      looks.push(nowMs);
      const value = timeline.findLast(([atMs]) => atMs <= nowMs)?.[1];
      if (value === null) return { verdict: judgeMetadata({ kind: 'unknown', why: 'no' }), lasting };
      return {
        verdict: judgeMetadata(
          value === undefined ? { kind: 'absent', why: 'none' } : { kind: 'known', value, where: 'key' },
        ),
      };
    },
  };
  return { source, looks };
}

const question = { operation: 'automation_status/details', judge: judgeDetails } as const;

async function wait(
  replies: readonly Reply[],
  timeline: Parameters<typeof metadata>[1],
  { alone = false, lasting = false, deadlineMs = 60_000, signal = new AbortController().signal } = {},
) {
  const clock = new VirtualClock(0);
  const { client, asked } = scriptedClient(clock, { 'automation_status/details': replies });
  const { source, looks } = metadata(clock, timeline, lasting);
  const inquiry = alone ? ofSource(source, clock) : withFallback(ofApi(client, question), source, clock);
  const events: WaitEvent[] = [];
  const onEvent = (event: WaitEvent): number => events.push(event);
  const waited = await clock.run(waitFor(inquiry, { clock, deadlineMs, signal, onEvent }));
  return { waited, asked, looks, events, nowMs: clock.nowMs() };
}

describe('xenstore alone', () => {
  it('is looked at each second, until it says an end, and the API is not asked', async () => {
    const timeline = [
      [0, undefined],
      [1_500, 'DEPLOYING'],
      [3_200, 'DEPLOYED'],
    ] as const;
    const { waited, asked, looks } = await wait([], timeline, { alone: true });
    expect(waited).toMatchObject({ kind: 'done', value: { status: 'DEPLOYED', source: 'xenstore' } });
    expect(looks).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    expect(asked).toEqual([]);
  });

  it('is looked at when it tells a change, and at most four times a second when it goes on and on', async () => {
    const clock = new VirtualClock(0);
    const timeline = [
      [0, 'DEPLOYING'],
      [3_000, 'DEPLOYED'],
    ] as const;
    const { source, looks } = metadata(clock, timeline);
    const listeners = new Set<() => void>();
    let count = 0;
    const changes = {
      get count() {
        return count;
      },
      subscribe: (listener: () => void) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const tell = async (): Promise<void> => {
      const moments = [300, ...Array.from({ length: 100 }, (_, index) => 2_200 + index * 10)];
      for (const atMs of moments) {
        await clock.sleep(atMs - clock.nowMs());
        count += 1;
        for (const listener of [...listeners]) listener();
      }
    };
    const inquiry = ofSource({ ...source, changes }, clock);
    const signal = new AbortController().signal;
    const options = { clock, deadlineMs: 60_000, signal, onEvent: () => undefined };
    const [waited] = await clock.run(Promise.all([waitFor(inquiry, options), tell()]));
    expect(waited).toMatchObject({ kind: 'done' });
    expect(looks).toEqual([0, 300, 1_300, 2_200, 2_450, 2_700, 2_950, 3_200]);
  });

  it('without the key is "not yet" until the deadline', async () => {
    const { waited } = await wait([], [], { alone: true });
    expect(waited).toEqual({
      kind: 'deadline',
      answered: true,
      refused: false,
      why: 'xenstore has no automation status yet',
    });
  });

  it('that cannot be read for now is asked again', async () => {
    const timeline = [
      [0, null],
      [2_000, 'FAILED'],
    ] as const;
    const { waited } = await wait([], timeline, { alone: true });
    expect(waited).toMatchObject({ kind: 'done', value: { status: 'FAILED' } });
  });

  it('that is not there at all is no way to wait, and that is said at once', async () => {
    await expect(wait([], [[0, null]], { alone: true, lasting: true })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'cannot wait without the API: xenstore: no',
      hint: expect.stringContaining('--source api'),
    });
  });
});

describe('xenstore beside the API', () => {
  const atOnce = [[0, 'DEPLOYED']] as const;

  it('does not decide while the API answers', async () => {
    const { waited, asked, nowMs } = await wait([deploying, deploying, deploying, deployed], atOnce);
    expect(waited).toMatchObject({ kind: 'done', value: { status: 'DEPLOYED' } });
    expect(waited).not.toHaveProperty('value.source');
    expect(asked).toHaveLength(4);
    expect(nowMs).toBe(6_000);
  });

  it('is a hint then, and looked at no more than once in five seconds', async () => {
    const { looks, events } = await wait([deploying], atOnce, { deadlineMs: 21_000 });
    expect(looks).toEqual([0, 5_000, 10_000, 15_000, 20_000]);
    const hints = events.filter(({ kind }) => kind === 'hint');
    expect(hints[0]).toMatchObject({ instead: false, verdict: { kind: 'done' } });
  });

  it.each([
    ['refuses', refused],
    ['cannot be reached', down],
    ['does not know this server', { kind: 'absent' } as const],
  ])('decides when the API %s', async (_, reply) => {
    const timeline = [
      [0, 'DEPLOYING'],
      [10_500, 'DEPLOYED'],
    ] as const;
    const { waited, nowMs } = await wait([deploying, reply], timeline);
    expect(waited).toMatchObject({ kind: 'done', value: { status: 'DEPLOYED', source: 'xenstore' } });
    expect(nowMs).toBeGreaterThanOrEqual(10_500);
    expect(nowMs).toBeLessThanOrEqual(11_500);
  });

  it('asks the API no more often than without it', async () => {
    const timeline = [[0, 'DEPLOYING']] as const;
    const { asked } = await wait([refused], timeline);
    const alone = await wait([refused], [[0, null]], { lasting: true });
    expect(asked.length).toBe(alone.asked.length);
  });

  it('decides where another process was refused, and this one is not even let ask', async () => {
    const clock = new VirtualClock(0);
    const delay: Delay = { because: 'refused', times: 3, untilMs: 60_000 };
    const api = {
      ask: ({ onDelay, signal }: { onDelay: (delay: Delay) => void; signal: AbortSignal }) => {
        onDelay(delay);
        return clock.sleep(60_000, signal).then(() => Promise.reject(new Error('too late')));
      },
    };
    const { source } = metadata(clock, atOnce);
    const options = {
      clock,
      deadlineMs: 60_000,
      signal: new AbortController().signal,
      onEvent: () => {},
    };
    expect(await clock.run(waitFor(withFallback(api, source, clock), options))).toMatchObject({
      kind: 'done',
      value: { source: 'xenstore' },
    });
    expect(clock.nowMs()).toBeLessThanOrEqual(1_000);
  });

  it('leaves the word to the API again when it answers', async () => {
    const timeline = [
      [0, 'DEPLOYING'],
      [3_500, 'DEPLOYED'],
    ] as const;
    const { waited, asked } = await wait([refused, deploying, deploying, deployed], timeline);
    expect(waited).not.toHaveProperty('value.source');
    expect(asked).toHaveLength(4);
  });

  it('makes a deadline one of "still DEPLOYING" where the API only ever refused', async () => {
    expect((await wait([refused], [[0, 'DEPLOYING']])).waited).toMatchObject({
      kind: 'deadline',
      answered: true,
      why: expect.stringMatching(/^xenstore says DEPLOYING; the API refused/),
    });
  });

  it('does not, where it has no status either', async () => {
    expect((await wait([refused], [])).waited).toMatchObject({ answered: false, refused: true });
  });

  it('that cannot be read is looked at less often; that is not there, once', async () => {
    expect((await wait([refused], [[0, null]])).looks).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
    expect((await wait([refused], [[0, null]], { lasting: true })).looks).toEqual([0]);
  });

  it('ends at the deadline, and by an interruption', async () => {
    expect((await wait([deploying], [[0, 'DEPLOYING']])).nowMs).toBe(60_000);
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(wait([deploying], atOnce, { signal })).rejects.toThrow('Ctrl-C');
  });

  it('can be interrupted between two looks', async () => {
    const clock = new VirtualClock(0);
    const { client } = scriptedClient(clock, { 'automation_status/details': [deploying] });
    const { source } = metadata(clock, atOnce);
    const stop = new AbortController();
    const ended = waitFor(withFallback(ofApi(client, question), source, clock), {
      clock,
      deadlineMs: 60_000,
      signal: stop.signal,
      onEvent: () => {},
    });
    const interrupting = clock.sleep(3_300).then(() => stop.abort(new Error('Ctrl-C')));
    await expect(clock.run(Promise.all([ended, interrupting]))).rejects.toThrow('Ctrl-C');
    expect(clock.nowMs()).toBe(3_300);
  });
});
