import * as v from 'valibot';
import { formatDuration } from '../../base/duration.ts';
import type { End } from '../../report/result.ts';

const ms = v.pipe(v.number(), v.finite(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(256));

const startSchema = v.object({
  schema: v.literal('rc-wait/start/v1'),
  /** of the boot; the monotonic clock restarts with each */
  boot_id: text,
  /** the first start of the wait, on CLOCK_MONOTONIC, which all processes of a boot share; a wall clock may be set */
  first_boot_ms: ms,
  /** null: no deadline */
  timeout_ms: v.nullable(ms),
  process: v.object({ pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), started: text }),
  /** the systemd service that the process runs in; null: none */
  service: v.nullable(
    v.object({
      name: text,
      /** INVOCATION_ID of systemd.exec(5): another one for each start of the service, also for an automatic one */
      invocation: text,
      /** NRestarts of the service, as far as it was asked for */
      restarts: ms,
    }),
  ),
  /** a digest of the flags and of the command after `--` */
  command_line: text,
  /** whether the API has given a usable answer */
  answered: v.boolean(),
  /** SIGTERM, SIGINT or SIGHUP ended it, and no verdict: systemd knows whether its owner meant that */
  interrupted: v.boolean(),
});

/** What the state directory holds of a wait from its first start until its end. */
export type WaitStart = Readonly<v.InferOutput<typeof startSchema>>;

/** A new process, which asks whether it goes on with a wait. */
export interface NewProcess {
  readonly boot_id: string;
  /** its start, on CLOCK_MONOTONIC */
  readonly nowMs: number;
  readonly service: { readonly name: string; readonly invocation: string } | null;
  readonly command_line: string;
  /** whether a process of this boot still runs */
  readonly isAlive: (process: WaitStart['process']) => boolean;
}

/**
 * In ms: outside systemd a new process this long after the deadline of a wait that was killed is another wait. Until
 * then it is a loop in a script that starts it again, and it must not begin anew.
 */
const longestGapMs = 60_000;

/** In ms: a process that goes on with a wait has at least this long, to ask once, where the deadline has passed meanwhile … */
const leastMs = 500;

/** … and ends by this long after the deadline, in ms. systemd starts the service again after 2 s (RestartSec=). */
const latestMs = 2_500;

/** The text of what is held of a wait. */
export function renderStart(start: WaitStart): string {
  return `${JSON.stringify(start)}\n`;
}

/** Parses such a text; undefined if rc-wait did not write it. */
export function parseStart(json: string): WaitStart | undefined {
  try {
    const { success, output } = v.safeParse(startSchema, JSON.parse(json));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

/** How a wait that is held in the state directory relates to a new process. */
type Relation =
  /** its process runs, or it may yet be started again: leave it alone */
  | 'another'
  /** nothing goes on with it any more */
  | 'over'
  /** the new process goes on with it */
  | 'same'
  /** an earlier start of the same service: whether systemd or the owner started it again, NRestarts tells */
  | 'same-service';

/**
 * Compares a wait with a new process. A wait goes on only in this boot and only after its process has died without
 * a verdict. Outside a service, and in one start of a service (a loop in a script), it goes on with the same command
 * line, while its deadline is not long past.
 */
export function relationOf(start: WaitStart, now: NewProcess): Relation {
  // A first start that is still to come was not written by rc-wait.
  if (!isThisBoot(start, now) || start.first_boot_ms > now.nowMs) return 'over';
  if (now.isAlive(start.process)) return 'another';
  const { service, command_line } = start;
  if (service !== null && service.name !== now.service?.name) return 'another';
  if (service !== null && service.invocation !== now.service?.invocation) return 'same-service';
  if (start.interrupted || !isNear(start, now)) return 'over';
  const isAlike = command_line === now.command_line && (service === null) === (now.service === null);
  return isAlike ? 'same' : 'another';
}

/**
 * Whether the present start of a service goes on with a wait in an earlier start of it.
 *
 * systemd counts automatic restarts in NRestarts (235 and later) and sets it to 0 when the owner starts or restarts the
 * service (service.c of 247, 252 and 257: `flush_n_restarts`). In the pause before an automatic restart
 * `systemctl restart` leaves the number as it is: hence more, and not just any.
 * @param restarts NRestarts now; undefined: systemd did not say, and a wait that was killed goes on while its
 *   deadline is not long past
 */
export function isRestartOf(start: WaitStart, now: NewProcess, restarts: number | undefined): boolean {
  if (restarts === undefined) return !start.interrupted && isNear(start, now);
  return restarts > (start.service?.restarts ?? 0);
}

/**
 * The deadline on CLOCK_MONOTONIC of a process that started at `nowMs`.
 * @param firstMs the first start of the wait that it goes on with; undefined: this is the first start
 */
export function deadlineOf(firstMs: number | undefined, nowMs: number, timeoutMs: number): number {
  if (firstMs === undefined) return nowMs + timeoutMs;
  const deadlineMs = firstMs + timeoutMs;
  return Math.max(deadlineMs, Math.min(nowMs + leastMs, deadlineMs + latestMs));
}

/** For a person: since when a wait goes on, and how it begins anew. */
export function goesOnInWords({ first_boot_ms, service }: WaitStart, nowMs: number): string {
  const ago = formatDuration(nowMs - first_boot_ms);
  const anew = service === null ? '' : `; systemctl restart ${service.name} begins anew`;
  return `going on with a wait that began ${ago} ago and was cut off: --timeout counts from its first start${anew}`;
}

/** A deadline's end, with what was known before the process was started again. Other ends stay as they are. */
export function withBefore(end: End, before: WaitStart | undefined, nowMs: number): End {
  if (end.kind !== 'deadline' || before === undefined) return end;
  const ago = formatDuration(nowMs - before.first_boot_ms);
  const why = `${end.why}; --timeout counts from the first start of this wait, ${ago} before its last one`;
  return { ...end, why, answered: end.answered || before.answered };
}

function isThisBoot({ boot_id }: WaitStart, now: NewProcess): boolean {
  return boot_id === now.boot_id && boot_id !== 'unknown';
}

function isNear({ first_boot_ms, timeout_ms }: WaitStart, { nowMs }: NewProcess): boolean {
  return timeout_ms !== null && nowMs <= first_boot_ms + timeout_ms + longestGapMs;
}
