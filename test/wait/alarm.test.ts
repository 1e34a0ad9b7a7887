import { describe, expect, it } from 'vitest';
import type { Details } from '../../src/rackconnect/types.ts';
import { type AlarmPlan, dueOf, planAfter, quietPlan } from '../../src/wait/alarm.ts';
import type { Deployment, Verdict } from '../../src/wait/verdict.ts';

const says = (status: string): Verdict<Details> => ({
  kind: 'not-yet',
  why: '',
  seen: { status, tasks: [] },
});
const ended = (status: Deployment['status']): Verdict<Details> => ({
  kind: 'done',
  value: { status, tasks: [] },
});
const noKey: Verdict<Details> = { kind: 'not-yet', why: 'xenstore has no automation status yet' };
const broken: Verdict<Details> = { kind: 'error', refused: false, why: 'xenstore: no answer' };

/** The plan after each verdict, heard at its moment. */
const planOf = (...heard: readonly (readonly [number, Verdict<Details>])[]): AlarmPlan =>
  heard.reduce((plan, [atMs, verdict]) => planAfter(plan, verdict, atMs), quietPlan);

describe('the API is asked', () => {
  it('at once when xenstore says DEPLOYED, and again 1 s, 2 s and 4 s later', () => {
    const { momentsMs } = planOf([0, says('DEPLOYING')], [500, ended('DEPLOYED')]);
    expect(momentsMs).toEqual([500, 1_500, 3_600, 7_600]);
  });

  it.each(['FAILED', 'UNPROCESSABLE'] as const)('in the same way when it says %s', (status) => {
    expect(planOf([0, says('DEPLOYING')], [500, ended(status)]).momentsMs).toHaveLength(4);
  });

  it('at once when the end is the first that is heard', () => {
    expect(planOf([500, ended('DEPLOYED')]).momentsMs[0]).toBe(500);
  });

  it('once when the status changes otherwise', () => {
    expect(planOf([0, noKey], [700, says('DEPLOYING')]).momentsMs).toEqual([700]);
  });
});

describe('the API is not asked out of the even pace', () => {
  it('because of the first status that is heard', () => {
    expect(planOf([0, says('DEPLOYING')]).momentsMs).toEqual([]);
  });

  it('because of the same status again', () => {
    const plan = planOf([0, says('DEPLOYING')], [500, ended('DEPLOYED')]);
    expect(planAfter(plan, ended('DEPLOYED'), 900)).toBe(plan);
  });

  it('because xenstore cannot be read: nothing is known to have changed', () => {
    const plan = planOf([0, says('DEPLOYING')], [500, ended('DEPLOYED')]);
    expect(planAfter(plan, broken, 900)).toBe(plan);
    expect(planAfter(quietPlan, broken, 0)).toBe(quietPlan);
  });

  it('any more once xenstore no longer says that the automation has ended', () => {
    const plan = planOf([0, says('DEPLOYING')], [500, ended('DEPLOYED')], [800, says('DEPLOYING')]);
    expect(plan.momentsMs).toEqual([500, 800]);
  });

  it('more than five times a minute, however often the status flips', () => {
    let plan = quietPlan;
    const moments = new Set<number>();
    for (let atMs = 0; atMs < 60_000; atMs += 100) {
      plan = planAfter(plan, atMs % 200 === 0 ? says('DEPLOYING') : ended('DEPLOYED'), atMs);
      const { lastMs } = dueOf(plan, atMs);
      if (lastMs >= 0) moments.add(lastMs);
    }
    expect(moments.size).toBe(5);
    expect(planAfter(plan, ended('FAILED'), 60_450).momentsMs).toContain(60_450);
  });
});

it('names the last moment that has come and the next', () => {
  const plan = planOf([0, says('DEPLOYING')], [500, ended('DEPLOYED')]);
  expect(dueOf(plan, 499)).toEqual({ lastMs: Number.NEGATIVE_INFINITY, nextMs: 500 });
  expect(dueOf(plan, 500)).toEqual({ lastMs: 500, nextMs: 1_500 });
  expect(dueOf(plan, 3_000)).toEqual({ lastMs: 1_500, nextMs: 3_600 });
  expect(dueOf(plan, 9_000)).toEqual({ lastMs: 7_600, nextMs: Number.POSITIVE_INFINITY });
});
