import { formatDuration } from '../base/duration.ts';
import type { Delay, Tally } from '../pace/types.ts';
import type { Task } from '../rackconnect/types.ts';
import type { JobEvent, Phase } from '../wait/job.ts';
import { clean, count, cut, elapsed, reasonOfDelay, whenNext } from './words.ts';

/** The state of a wait. `advance` makes it; the functions below show it. */
export interface Progress {
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly phase: Phase | 'start';
  /** the last status seen */
  readonly status: string | undefined;
  readonly tasks: readonly Task[];
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
    why: undefined,
    troubled: false,
    delay: undefined,
    hint: undefined,
  };
}

/** The state with a hindrance that is not an event of the wait, such as an interface without an address. */
export function withHindrance(progress: Progress, why: string): Progress {
  return { ...progress, why: clean(why) };
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
        const seen = verdict.seen ?? { status: progress.status, tasks: progress.tasks };
        return { ...sound, ...seen, why: clean(verdict.why) };
      }
      return progress.phase === 'automation'
        ? { ...sound, ...seenIn(verdict.value), why: undefined }
        : { ...sound, why: undefined };
    }
  }
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
): Partial<Pick<Progress, 'status' | 'hint'>> {
  const seen =
    verdict.kind === 'done'
      ? seenIn(verdict.value).status
      : verdict.kind === 'not-yet'
        ? verdict.seen?.status
        : undefined;
  if (seen === undefined || seen === status) return { hint: undefined };
  return instead ? { status: seen, hint: undefined } : { hint: `xenstore says ${clean(seen)}` };
}

function seenIn(value: unknown): Partial<Pick<Progress, 'status' | 'tasks'>> {
  // Events of all questions arrive here; only the automation's value has a status.
  return typeof value === 'object' && value !== null && 'status' in value && 'tasks' in value
    ? (value as Pick<Progress, 'tasks'> & { status: string })
    : {};
}

const phaseWords: Readonly<Record<Progress['phase'], string>> = {
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
    parts.push(whenNext(progress.delay, nowMs));
  return parts.join('; ');
}

/** How many tasks a block shows; more would push the rest off a small terminal. */
const shownTasks = 12;

/** The live block of a terminal: lines of at most `columns` characters. */
export function block(progress: Progress, tally: Readonly<Tally>, nowMs: number, columns: number): string[] {
  const { status, tasks, deadlineMs, startedMs, delay, phase } = progress;
  const limit =
    deadlineMs === Number.POSITIVE_INFINITY ? 'no deadline' : `of ${formatDuration(deadlineMs - startedMs)}`;
  const waited = `waited ${elapsed(nowMs - startedMs)} ${limit}`;
  const lines = [`RackConnect: ${status === undefined ? 'no answer yet' : clean(status)}   ${waited}`];
  for (const task of tasks.slice(0, shownTasks))
    lines.push(`  ${clean(task.status).padEnd(12)} ${clean(task.name)}`);
  if (tasks.length > shownTasks) lines.push(`  … and ${count(tasks.length - shownTasks, 'more task')}`);
  lines.push(`  waiting for: ${reason(progress)}`);
  const next = phase === 'network' ? 'none is needed' : delay === undefined ? 'now' : whenNext(delay, nowMs);
  lines.push(
    `  next request: ${next} (${tally.sent} sent, ${tally.refused} refused, ${tally.shared} shared)`,
  );
  return lines.map((line) => cut(line, columns));
}

function reason(progress: Progress): string {
  const { delay, why, troubled, phase, hint } = progress;
  const hindrance = delay === undefined ? undefined : reasonOfDelay(delay, troubled ? why : undefined);
  const words =
    hindrance ??
    why ??
    (phase === 'automation' || phase === 'start' ? 'the first answer' : phaseWords[phase]);
  return hint === undefined ? words : `${words}; ${hint}`;
}
