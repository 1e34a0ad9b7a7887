import type { Delay } from '../pace/types.ts';
import type { Details } from '../rackconnect/types.ts';
import type { JobEvent, Phase } from '../wait/job.ts';
import { followTasks, type TimedTask } from './screen/task-times.ts';
import { clean, elapsed, reasonOfDelay, whenNext } from './words.ts';

/** The state of a wait. `advance` makes it; the functions below show it. */
export interface Progress {
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly phase: Phase | 'start';
  /** the last status seen */
  readonly status: string | undefined;
  readonly tasks: readonly TimedTask[];
  /** when the tasks were last seen; undefined: never */
  readonly lookedMs: number | undefined;
  /** the automation was seen at work: its end, when it comes, comes during this wait */
  readonly wasAtWork: boolean;
  /** why the last answer did not end this phase */
  readonly why: string | undefined;
  /** the last answer was unusable */
  readonly troubled: boolean;
  readonly delay: Delay | undefined;
  /** a different status from another source than the API */
  readonly hint: string | undefined;
}

/** The state at the start. Times on the clock, in ms. */
export function begin(startedMs: number, deadlineMs: number): Progress {
  return {
    startedMs,
    deadlineMs,
    phase: 'start',
    status: undefined,
    tasks: [],
    lookedMs: undefined,
    wasAtWork: false,
    why: undefined,
    troubled: false,
    delay: undefined,
    hint: undefined,
  };
}

/** The state with a hindrance that is not an event of the wait, such as an interface without an address. */
export function withHindrance(progress: Progress, why: string): Progress {
  return { ...progress, why: clean(why), troubled: true };
}

/** The state after one more event. Pure. */
export function advance(progress: Progress, event: JobEvent): Progress {
  switch (event.kind) {
    case 'phase':
      return {
        ...progress,
        phase: event.phase,
        why: undefined,
        troubled: false,
        delay: undefined,
        hint: undefined,
      };
    case 'delay':
      return { ...progress, delay: event.delay };
    case 'hint':
      return { ...progress, ...hinted(progress, event) };
    case 'answer': {
      const { verdict } = event;
      if (verdict.kind === 'error') return { ...progress, why: clean(verdict.why), troubled: true };
      // A valid answer clears earlier trouble: "refused" beside DEPLOYED would be out of date.
      const sound = { ...progress, delay: sinceAnswer(progress.delay), troubled: false };
      if (verdict.kind === 'not-yet') {
        const seen =
          verdict.seen === undefined
            ? {}
            : { ...looked(progress, verdict.seen, event.askedMs), wasAtWork: true };
        return { ...sound, ...seen, why: clean(verdict.why) };
      }
      const value = progress.phase === 'automation' ? detailsIn(verdict.value) : undefined;
      return {
        ...sound,
        ...(value === undefined ? {} : looked(progress, value, event.askedMs)),
        why: undefined,
      };
    }
  }
}

/** What a look at the status and the tasks adds to what was seen of them. */
function looked(
  { tasks, lookedMs }: Progress,
  seen: Details,
  askedMs: number,
): Pick<Progress, 'status' | 'tasks' | 'lookedMs'> {
  return { status: seen.status, tasks: followTasks(tasks, seen.tasks, askedMs, lookedMs), lookedMs: askedMs };
}

/** The delay that still holds after a valid answer: only the pace. */
function sinceAnswer(delay: Delay | undefined): Delay | undefined {
  return delay?.because === 'pace' || delay?.because === 'in-flight' ? delay : undefined;
}

/**
 * Takes in the status from another source: as the status itself while the API gives none, and as a hint if it
 * differs from the API's.
 */
function hinted(
  { status }: Progress,
  { verdict, instead }: Extract<JobEvent, { readonly kind: 'hint' }>,
): Partial<Pick<Progress, 'status' | 'hint' | 'wasAtWork'>> {
  const seen =
    verdict.kind === 'done'
      ? detailsIn(verdict.value)?.status
      : verdict.kind === 'not-yet'
        ? verdict.seen?.status
        : undefined;
  const atWork = verdict.kind === 'not-yet' && seen !== undefined && instead ? { wasAtWork: true } : {};
  if (seen === undefined || seen === status) return { hint: undefined, ...atWork };
  return instead ? { status: seen, hint: undefined, ...atWork } : { hint: `xenstore says ${clean(seen)}` };
}

function detailsIn(value: unknown): Details | undefined {
  // Events of all questions arrive here; only the automation's value has a status.
  return typeof value === 'object' && value !== null && 'status' in value && 'tasks' in value
    ? (value as Details)
    : undefined;
}

/** What each phase is about. */
export const phaseWords: Readonly<Record<Progress['phase'], string>> = {
  start: 'starting',
  region: 'finding out the region of this server',
  automation: 'waiting for RackConnect',
  managed: 'DEPLOYED; waiting for Managed Operations',
  features: 'DEPLOYED; asking who configures the network',
  gateway: 'DEPLOYED; asking for the gateway',
  network: 'DEPLOYED; configuring the network',
};

/** The current activity on one line, without times: the text differs only when something has changed. */
export function change(progress: Progress): string {
  const { phase, status, why, delay, troubled, hint } = progress;
  const head = phase === 'automation' && status !== undefined ? clean(status) : phaseWords[phase];
  const hindrance = delay === undefined ? undefined : reasonOfDelay(delay, troubled ? why : undefined);
  const reasons = [hindrance ?? why, hint].filter((reason) => reason !== undefined);
  return reasons.length === 0 ? head : `${head}: ${reasons.join('; ')}`;
}

/** The same with times, for STATUS= and `systemctl status`. */
export function statusLine(progress: Progress, nowMs: number): string {
  const parts = [change(progress), `waited ${elapsed(nowMs - progress.startedMs)}`];
  if (progress.delay !== undefined && progress.phase !== 'network')
    parts.push(whenNext(progress.delay, nowMs, progress.deadlineMs));
  return parts.join('; ');
}
