import { join, resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import { replaceFile, trustedFolder } from '../../base/files.ts';
import { RecordBuilder } from '../../history/builder.ts';
import { momentOf, type RecordEnd } from '../../history/record.ts';
import { Recorder } from '../../history/recorder.ts';
import type { TaskTimes } from '../../history/tasks.ts';
import { isTaskOver } from '../../rackconnect/task-stage.ts';
import type { Task } from '../../rackconnect/types.ts';
import { exitOfCode, exitOfError } from '../../report/exit.ts';
import type { Log } from '../../report/log.ts';
import type { Result } from '../../report/result.ts';
import type { WaitView } from '../../report/view.ts';
import { bootId } from '../../system/boot.ts';
import { thisOwner } from '../../system/process-identity.ts';
import { SideFolder } from '../../system/side-write.ts';
import { recordsPlace } from '../history/place.ts';
import type { StepPart } from '../network/parts.ts';
import { usualStateDir, type WaitOptions } from '../options.ts';
import { openLoginNotice } from './under-way.ts';

/** The record of a wait while it runs, the last result for other programs, and the notice for logins. */
interface Recording {
  /** the view, whose events are recorded as well */
  readonly view: WaitView;
  /** the start on the wall clock: RFC 3339 */
  readonly startedAt: string;
  readonly onPart: (part: StepPart) => void;
  timesOf(tasks: readonly Task[]): readonly (TaskTimes | undefined)[];
  /** Records the result. A failure is a warning. */
  result(result: Result): Promise<void>;
  /** Records an error that ended the wait without a result. */
  error(error: unknown): Promise<void>;
}

/** Begins the record of a wait. A failure is a warning: the wait goes on. */
export async function beginRecording(
  args: WaitOptions,
  view: WaitView,
  {
    log,
    startedMs,
    firstMs = startedMs,
    deadlineMs,
    onUsableAnswer,
  }: {
    readonly log: Log;
    readonly startedMs: number;
    /** the first start of the wait, where this process goes on with it */
    readonly firstMs?: number | undefined;
    readonly deadlineMs: number;
    readonly onUsableAnswer?: () => unknown;
  },
): Promise<Recording> {
  const nowMs = (): number => systemClock.nowMs() - startedMs;
  const startedAt = momentOf(Date.now() - nowMs());
  const builder = new RecordBuilder({
    boot_id: bootId(),
    process: thisOwner(),
    started_at: startedAt,
    started_boot_ms: Math.round(startedMs),
    timeout_ms: deadlineMs === Number.POSITIVE_INFINITY ? null : Math.round(deadlineMs - startedMs),
    isEnded: isTaskOver,
  });
  // The usual folders are root's, and another user's wait is none that other programs ask about.
  const isKept = process.geteuid?.() === 0 || resolve(args['state-dir']) !== usualStateDir;
  if (!isKept) log.debug('not root: no record of this wait is kept');
  const recorder = isKept
    ? new Recorder(recordsPlace(args), builder, nowMs, (reason) =>
        log.warn(`cannot keep the record of this wait: ${reason}; the wait goes on`),
      )
    : undefined;
  await recorder?.begin();
  const notice = isKept ? openLoginNotice(args['state-dir'], firstMs, log) : undefined;

  const finish = async (end: Omit<RecordEnd, 'at_ms' | 'ended_at'>): Promise<void> => {
    builder.end({ ended_at: momentOf(Date.now()), ...end }, nowMs());
    await Promise.all([notice?.end(), recorder?.finish()]);
  };
  return {
    startedAt,
    view: {
      onEvent(event) {
        if (event.kind === 'answer' && event.verdict.kind !== 'error') onUsableAnswer?.();
        view.onEvent(event);
        void notice?.see(view.progress);
        const askedAgoMs = event.kind === 'answer' ? systemClock.nowMs() - event.askedMs : 0;
        recorder?.note(builder.see(event, nowMs(), askedAgoMs));
      },
      count(tally) {
        view.count(tally);
        builder.count(tally);
      },
      showHindrance(why) {
        view.showHindrance(why);
        recorder?.note('nothing');
      },
      get progress() {
        return view.progress;
      },
      get requests() {
        return view.requests;
      },
      end: () => view.end(),
    },
    onPart({ part, fromMs, toMs }) {
      builder.part(part, fromMs - startedMs, toMs - startedMs);
      recorder?.note('little');
    },
    timesOf: (tasks) => builder.timesOf(tasks),
    async result({ document, exit }) {
      const { outcome, message, error } = document;
      await Promise.all([
        finish({ outcome, exit, message, error: error?.code ?? null }),
        isKept ? publish(args['state-dir'], document, log) : undefined,
      ]);
    },
    async error(error) {
      const isKnown = error instanceof RcWaitError;
      await finish({
        outcome: null,
        exit: isKnown ? exitOfError(error) : exitOfCode('BUG'),
        message: reasonOf(error),
        error: isKnown ? error.code : 'BUG',
      });
    },
  };
}

/** Publishes the last result in the state directory, readable for everyone. */
async function publish(stateDir: string, document: Result['document'], log: Log): Promise<void> {
  const folder = resolve(stateDir);
  const path = join(folder, 'result.json');
  try {
    await new SideFolder(folder).run(() => {
      trustedFolder(folder, 0o755);
      replaceFile(path, `${JSON.stringify(document)}\n`, 0o644);
    });
  } catch (error) {
    log.warn(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
