import type { Details } from '../rackconnect/types.ts';
import { isFinal, type Verdict } from './verdict.ts';

/**
 * When to ask the API out of the even pace, because xenstore says that the status has changed. Pure; times are
 * monotonic ms.
 */
export interface AlarmPlan {
  /** the last status that xenstore had; undefined: none was heard yet, '': it had none */
  readonly status: string | undefined;
  /** past ones of the last minute and those to come, in order */
  readonly momentsMs: readonly number[];
}

/** Before anything was heard. */
export const quietPlan: AlarmPlan = { status: undefined, momentsMs: [] };

/**
 * After xenstore says that the automation has ended, the API is asked at once, and while it does not say so again after
 * 1 s, 2 s and 4 s more. Metadata is "accurate within a few seconds" (Rackspace's documentation). The third request is
 * a little later than 3 s, so that it follows a change of the API exactly 3 s after that in xenstore.
 */
const afterEndMs = [0, 1_000, 3_100, 7_100] as const;

/** After any other change the API is asked once: it has the tasks. */
const afterChangeMs = [0] as const;

/**
 * The most moments within a minute. Those of DEPLOYING and DEPLOYED are five. A status that flips all the time must
 * not use up the quota of the even polls.
 */
const mostMoments = 5;

const minuteMs = 60_000;

/** The plan after xenstore was read; a failed read changes nothing. */
export function planAfter(plan: AlarmPlan, verdict: Verdict<Details>, nowMs: number): AlarmPlan {
  if (verdict.kind === 'error') return plan;
  const details = verdict.kind === 'done' ? verdict.value : verdict.seen;
  const status = details?.status ?? '';
  if (status === plan.status) return plan;
  const past = plan.momentsMs.filter((atMs) => atMs <= nowMs && atMs > nowMs - minuteMs);
  const isEnd = details !== undefined && isFinal(details);
  const isFirst = plan.status === undefined;
  const delays = isEnd ? afterEndMs : isFirst ? [] : afterChangeMs;
  const next = delays.slice(0, Math.max(0, mostMoments - past.length)).map((ms) => nowMs + ms);
  return { status, momentsMs: [...past, ...next] };
}

/** The last moment that has come and the next one; -Infinity and Infinity: none. */
export function dueOf({ momentsMs }: AlarmPlan, nowMs: number): { lastMs: number; nextMs: number } {
  return {
    lastMs: Math.max(Number.NEGATIVE_INFINITY, ...momentsMs.filter((atMs) => atMs <= nowMs)),
    nextMs: Math.min(Number.POSITIVE_INFINITY, ...momentsMs.filter((atMs) => atMs > nowMs)),
  };
}
