import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/http/types.ts';
import { ofApi, type WaitEvent, waitFor } from '../../src/wait/loop.ts';
import { judgeDetails } from '../../src/wait/verdict.ts';
import { answer, scriptedClient } from '../support/scripted-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const deploying = answer({ automation_status: 'DEPLOYING' });
const deployed = answer({ automation_status: 'DEPLOYED' });
const refused: Reply = { kind: 'refused' };
const down: Reply = { kind: 'unreachable', code: 'ECONNREFUSED', reason: 'connection refused' };

async function wait(
  replies: readonly Reply[],
  deadlineMs = 60_000,
  signal = new AbortController().signal,
  baseUrl?: string,
) {
  const clock = new VirtualClock(0);
  const { client, asked } = scriptedClient(clock, { 'automation_status/details': replies });
  const events: WaitEvent[] = [];
  const question = { operation: 'automation_status/details', judge: judgeDetails } as const;
  const onEvent = (event: WaitEvent): number => events.push(event);
  const waited = await clock.run(
    waitFor(ofApi({ ...client, ...(baseUrl === undefined ? {} : { baseUrl }) }, question), {
      clock,
      deadlineMs,
      signal,
      onEvent,
    }),
    24 * 3_600_000,
  );
  return { waited, asked, events, nowMs: clock.nowMs() };
}

describe('waiting', () => {
  it('ends with the first answer that says so', async () => {
    const { waited, asked } = await wait([deploying, down, refused, deployed, deploying]);
    expect(waited).toMatchObject({ kind: 'done', value: { status: 'DEPLOYED' } });
    expect(asked.map(({ newerThanMs }) => newerThanMs)).toEqual([undefined, 0, 2_000, 4_000]);
  });

  it('shows every answer and every delay', async () => {
    const { events } = await wait([deploying, deployed]);
    expect(events.map((event) => (event.kind === 'answer' ? event.verdict.kind : event.kind))).toEqual([
      'not-yet',
      'delay',
      'done',
    ]);
  });

  it('names the address of an API that gives no usable answer', async () => {
    const { events } = await wait([down, refused, deployed], 60_000, undefined, 'http://192.0.2.1:1');
    const reasons = events.flatMap((event) =>
      event.kind === 'answer' && event.verdict.kind === 'error' ? event.verdict.why : [],
    );
    expect(reasons).toEqual([
      'connection refused (http://192.0.2.1:1)',
      expect.stringMatching(/ServiceNet address \(http:\/\/192\.0\.2\.1:1\)$/),
    ]);
  });

  it.each([
    [
      'DEPLOYING all along',
      [deploying],
      { answered: true, refused: false, why: 'the automation is at work' },
    ],
    [
      'DEPLOYING once and down ever since',
      [deploying, down],
      { answered: true, refused: false, why: 'connection refused' },
    ],
    ['never an answer', [down], { answered: false, refused: false, why: 'connection refused' }],
    ['refused all along', [refused], { answered: false, refused: true }],
    ['refused, then down', [refused, down], { answered: false, refused: false }],
  ] as const)('ends at the deadline, not before and not after: %s', async (_what, replies, end) => {
    const { waited, nowMs } = await wait(replies);
    expect(waited).toMatchObject({ kind: 'deadline', ...end });
    expect(nowMs).toBe(60_000);
  });

  it('asks nothing when the deadline has passed already, and says so', async () => {
    const { waited, asked } = await wait([deployed], 0);
    expect(waited).toMatchObject({ kind: 'deadline', answered: false, refused: false });
    expect(asked).toEqual([]);
  });

  it('goes on for ever without a deadline', async () => {
    const many = Array.from({ length: 5_000 }, () => deploying);
    const { waited, nowMs } = await wait([...many, deployed], Number.POSITIVE_INFINITY);
    expect(waited.kind).toBe('done');
    expect(nowMs).toBe(10_000_000);
  });

  it('stops when it is interrupted, with the reason', async () => {
    await expect(wait([deploying], 60_000, AbortSignal.abort(new Error('Ctrl-C')))).rejects.toThrow('Ctrl-C');
  });

  it('does not take a mistake in rc-wait for an answer', async () => {
    await expect(wait([])).rejects.toThrow('nobody expected it');
  });
});
