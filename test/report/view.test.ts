import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../src/report/log.ts';
import type { Render } from '../../src/report/screen/live.ts';
import { createView, type WaitView } from '../../src/report/view.ts';

interface Shown {
  readonly view: WaitView;
  readonly said: string[];
  /** the times of what was said */
  readonly waited: unknown[];
  readonly drawn: (readonly string[])[];
  readonly statuses: (readonly [text: string, extendMs: number])[];
  readonly signs: (readonly [text: string, extendMs: number])[];
  readonly ended: () => boolean;
}

let nowMs = 0;

function shown(onTerminal: boolean): Shown {
  const said: string[] = [];
  const drawn: (readonly string[])[] = [];
  const statuses: (readonly [string, number])[] = [];
  const signs: (readonly [string, number])[] = [];
  let ended = false;
  const waited: unknown[] = [];
  const say = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    said.push(message);
    waited.push(fields?.waited_ms);
  };
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const live = {
    draw: (render: Render) => void drawn.push(render({ columns: 80, rows: 24 })),
    above: say,
    end: (last?: Render) => {
      ended = true;
      if (last !== undefined) drawn.push(last({ columns: 80, rows: 24 }));
    },
  };
  const view = createView({
    log,
    sink: {
      status: (text, extendMs) => void statuses.push([text, extendMs]),
      alive: (text, extendMs) => void signs.push([text, extendMs]),
    },
    live: onTerminal ? live : undefined,
    hasColour: false,
    nowMs: () => nowMs,
    startedMs: 0,
    deadlineMs: 60_000,
  });
  return { view, said, waited, drawn, statuses, signs, ended: () => ended };
}

const deploying = {
  kind: 'answer',
  askedMs: 0,
  shared: false,
  verdict: { kind: 'not-yet', why: 'the automation is at work', seen: { status: 'DEPLOYING', tasks: [] } },
} as const;
const pace = { kind: 'delay', delay: { because: 'pace', untilMs: 9_000 } } as const;

beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('in a log', () => {
  it('is one line for each change, and none while nothing changes', () => {
    const { view, said } = shown(false);
    view.onEvent({ kind: 'phase', phase: 'automation' });
    for (let poll = 0; poll < 5; poll += 1) {
      view.onEvent(deploying);
      view.onEvent(pace);
    }
    expect(said).toEqual(['waiting for RackConnect', 'DEPLOYING: the automation is at work']);
  });

  it('is one line a minute while nothing changes, with the time waited', () => {
    const { view, said, waited } = shown(false);
    view.onEvent({ kind: 'phase', phase: 'automation' });
    view.onEvent(deploying);
    for (nowMs = 1_000; nowMs <= 150_000; nowMs += 1_000) vi.advanceTimersByTime(1_000);
    view.end();
    vi.advanceTimersByTime(120_000);
    expect(said.slice(1)).toEqual(Array(3).fill('DEPLOYING: the automation is at work'));
    expect(waited).toEqual([0, 0, 60_000, 120_000]);
  });

  it('says once what hinders the wait', () => {
    const { view, said } = shown(false);
    for (let look = 0; look < 5; look += 1) view.showHindrance('eth1 has no IPv4 address yet');
    expect(said).toEqual(['starting: eth1 has no IPv4 address yet']);
  });
});

describe('for systemd', () => {
  it('is a message when something changes; each poll in between is a sign of life with the times of now', () => {
    const { view, statuses, signs } = shown(false);
    for (nowMs = 0; nowMs <= 12_000; nowMs += 4_000) view.onEvent(deploying);
    expect(statuses).toEqual([['starting: the automation is at work; waited 0 s', 50_000]]);
    expect(signs).toEqual([
      ['starting: the automation is at work; waited 4 s', 50_000],
      ['starting: the automation is at work; waited 8 s', 50_000],
      ['starting: the automation is at work; waited 12 s', 50_000],
    ]);
  });

  it('gets signs of life while an interface has no address: that is no hang', () => {
    const { view, statuses, signs } = shown(false);
    for (nowMs = 0; nowMs <= 12_000; nowMs += 500) view.showHindrance('eth1 has no IPv4 address yet');
    expect([statuses, signs]).toMatchObject({ 0: { length: 1 }, 1: { length: 24 } });
  });

  it('has more time while the network is configured', () => {
    const { view, statuses } = shown(false);
    view.onEvent({ kind: 'phase', phase: 'network' });
    expect(statuses).toEqual([['DEPLOYED; configuring the network; waited 0 s', 900_000]]);
  });
});

describe('on a terminal', () => {
  it('is a block and no lines', () => {
    const { view, said, drawn } = shown(true);
    view.onEvent({ kind: 'phase', phase: 'automation' });
    view.onEvent(deploying);
    expect(said).toEqual([]);
    expect(drawn.at(-1)?.[0]).toBe('RackConnect: DEPLOYING   waited 0 s of 1 min');
  });

  it('counts on by the second, with the requests so far, until it ends', () => {
    const { view, drawn, ended } = shown(true);
    view.count({ sent: 7, refused: 0, shared: 0 });
    nowMs = 1_000;
    vi.advanceTimersByTime(1_000);
    expect(drawn.at(-1)?.[0]).toContain('waited 1 s');
    expect(drawn.at(-1)?.at(-1)).toContain('7 sent');
    view.end();
    const drawings = drawn.length;
    nowMs = 100_000;
    vi.advanceTimersByTime(5_000);
    expect(ended()).toBe(true);
    expect(drawn).toHaveLength(drawings);
  });
});

it('leaves the tasks with their times on the terminal', () => {
  const { view, drawn } = shown(true);
  const seen = (status: string) => ({ status: 'DEPLOYING', tasks: [{ name: 'Update access', status }] });
  view.onEvent({ kind: 'phase', phase: 'automation' });
  for (const [askedMs, status] of [
    [1_000, 'PENDING'],
    [3_000, 'IN_PROGRESS'],
    [34_000, 'COMPLETED'],
  ] as const)
    view.onEvent({ ...deploying, askedMs, verdict: { kind: 'not-yet', why: 'so', seen: seen(status) } });
  view.end();
  expect(drawn.at(-1)).toEqual(['  COMPLETED    Update access, took 31 s']);
});

it('tells what was seen last', () => {
  const { view } = shown(false);
  view.onEvent(deploying);
  view.end();
  expect(view.progress).toMatchObject({ status: 'DEPLOYING', tasks: [] });
});
