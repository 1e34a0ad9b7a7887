import type { Tally } from '../pace/types.ts';
import type { JobEvent } from '../wait/job.ts';
import type { Log } from './log.ts';
import { advance, begin, change, type Progress, statusLine, withHindrance } from './progress.ts';
import type { Live } from './screen/live.ts';
import { lastTaskLines } from './screen/task-lines.ts';
import { paint } from './screen/text.ts';
import { waitBlock } from './screen/wait-block.ts';

/** A receiver of sd_notify(3) messages: the notifier of systemd/, or a dummy. */
interface StatusSink {
  status(text: string, extendMs: number): void;
  alive(text: string, extendMs: number): void;
}

export interface ViewOptions {
  readonly log: Log;
  readonly sink: StatusSink;
  /** on a terminal; elsewhere each change is a line of the log */
  readonly live: Live | undefined;
  /** whether the terminal is sent colours */
  readonly hasColour: boolean;
  readonly nowMs: () => number;
  readonly startedMs: number;
  /** Infinity: none */
  readonly deadlineMs: number;
}

/** What a person and systemd see during a wait. */
export interface WaitView {
  onEvent(event: JobEvent): void;
  /** the requests so far, once there is a pace to count them */
  count(tally: Readonly<Tally>): void;
  /** shows a hindrance that is not an event of the wait; each call is a sign of life */
  showHindrance(why: string): void;
  readonly progress: Progress;
  /** the requests so far */
  readonly requests: Readonly<Tally>;
  end(): void;
}

/** Interval between lines of a log while nothing changes, in ms. */
const sayAgainMs = 60_000;

/**
 * By how much each sign of life extends the start time-out, in ms: the time between two renewals (20 s), one message
 * and one request at their slowest, and a margin. A process that hangs sends none and is killed at the time-out;
 * EXTEND_TIMEOUT_USEC= in sd_notify(3).
 */
export const signOfLifeMs = 50_000;

/**
 * The same for the network step, which gives only one sign of life: it may wait for another process's change
 * and its rollback, and each command in it has a time limit of its own.
 */
const extendNetworkMs = 900_000;

/** Shows a wait: a live block on a terminal, a line for each change elsewhere, and STATUS= for systemd. */
export function createView(options: ViewOptions): WaitView {
  const { log, sink, live, hasColour, nowMs } = options;
  let progress = begin(options.startedMs, options.deadlineMs);
  let tally: Readonly<Tally> = { sent: 0, refused: 0, shared: 0 };
  let shown: string | undefined;
  let saidMs = nowMs();

  // A terminal may wrap after its last column, and the last row stays free.
  const draw = (): void =>
    live?.draw(({ columns, rows }) =>
      waitBlock(progress, tally, nowMs(), { columns: columns - 1, rows: rows - 1 }).map((line) =>
        paint(line, hasColour),
      ),
    );
  const say = (): void => {
    saidMs = nowMs();
    log.info(change(progress), { waited_ms: Math.round(saidMs - progress.startedMs) });
  };
  const timer = setInterval(() => {
    if (live !== undefined) draw();
    // A log that says nothing for long looks like a program that hangs.
    else if (nowMs() - saidMs >= sayAgainMs) say();
  }, 1_000);
  timer.unref();

  function show(): void {
    const text = change(progress);
    const changed = text !== shown;
    shown = text;
    if (changed && live === undefined) say();
    draw();
    const line = statusLine(progress, nowMs());
    const forMs = progress.phase === 'network' ? extendNetworkMs : signOfLifeMs;
    if (changed) sink.status(line, forMs);
    else sink.alive(line, forMs);
  }

  return {
    onEvent(event) {
      progress = advance(progress, event);
      show();
    },
    count(current) {
      tally = current;
    },
    showHindrance(why) {
      progress = withHindrance(progress, why);
      show();
    },
    get progress() {
      return progress;
    },
    get requests() {
      return tally;
    },
    end() {
      clearInterval(timer);
      live?.end(({ columns }) =>
        lastTaskLines(progress.tasks, nowMs(), columns - 1).map((line) => paint(line, hasColour)),
      );
    },
  };
}
