import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { within } from '../../base/deadline.ts';
import { errnoOf, RcWaitError, reasonOf } from '../../base/error.ts';
import type { Tally } from '../../pace/types.ts';
import { exitOfCode } from '../../report/exit.ts';
import { kindOfError, kindOfResult } from '../../report/feeds/ends.ts';
import { type Measured, metricsText } from '../../report/feeds/metrics.ts';
import type { Result } from '../../report/result.ts';
import { removeLeftovers, writeWhole } from '../../system/files.ts';
import { sideWriteLimitMs, writeAside } from '../../system/side-write.ts';

/** The file of --metrics-file, kept up to date during a wait. */
export interface Metrics {
  /** From now on the file tells what this returns. */
  follow(look: () => Watched): void;
  /** Writes the end, and nothing after it. Resolves when it is written, or soon: a disk that hangs is in nobody's way. */
  end(ended: { readonly result: Result } | { readonly error: unknown }): Promise<void>;
}

/** What is known of a wait that goes on. */
type Watched = Pick<Measured, 'status' | 'tasks' | 'requests'>;

/** In ms: how often Prometheus asks, as a rule, or oftener. */
const writeEveryMs = 15_000;

/** How much later a wait may end because of its metrics, in ms, where a child does not write them. */
const lastWriteMs = 2_000;

/** For everybody: node_exporter is another user. */
const mode = 0o644;

const noRequests: Readonly<Tally> = { sent: 0, refused: 0, shared: 0 };

/**
 * Keeps a file with the metrics of a wait, replaced whole each time.
 * @param warn called once, for the first failure; no failure decides how the wait ends
 * @throws RcWaitError USAGE for an empty name
 */
export function createMetrics(
  name: string,
  { startedMs, warn }: { readonly startedMs: number; readonly warn: (warning: string) => void },
): Metrics {
  if (name === '') throw new RcWaitError('USAGE', 'cannot use --metrics-file "": a file is expected');
  const path = resolve(name);
  let watched: () => Watched = () => ({ status: undefined, tasks: [], requests: noRequests });
  let isWarned = false;
  let writing = Promise.resolve();
  let isBusy = false;

  async function write(measured: Measured): Promise<void> {
    isBusy = true;
    try {
      const text = metricsText(measured);
      await writeAside({ path, text, mode }, () => replace(path, text));
    } catch (error) {
      fail(reasonOf(error));
    }
    isBusy = false;
  }

  function fail(reason: string): void {
    if (!isWarned) warn(`cannot write ${path} (--metrics-file): ${reason}`);
    isWarned = true;
  }

  const measure = (): Measured => ({
    ...watched(),
    waitedMs: systemClock.nowMs() - startedMs,
    network: undefined,
    end: undefined,
  });
  const update = (): void => {
    // On a disk that is slow or hangs, one write at a time.
    if (!isBusy) writing = write(measure());
  };
  update();
  const timer = setInterval(update, writeEveryMs).unref();

  return {
    follow(look) {
      watched = look;
    },
    async end(ended) {
      clearInterval(timer);
      const last = writing.then(() => write({ ...measure(), ...measuredEnd(ended) }));
      const limitMs = sideWriteLimitMs();
      await within(last, limitMs ?? lastWriteMs, () => {
        if (limitMs !== undefined) fail('no answer in time');
      });
    },
  };
}

function measuredEnd(
  ended: { readonly result: Result } | { readonly error: unknown },
): Partial<Measured> & Pick<Measured, 'end'> {
  if ('error' in ended) {
    const error = ended.error instanceof RcWaitError ? ended.error : undefined;
    return { end: { kind: kindOfError(error), exit: exitOfCode(error?.code ?? 'BUG') } };
  }
  const { document, exit } = ended.result;
  return {
    ...(document.automation_status === null ? {} : { status: document.automation_status }),
    tasks: document.tasks,
    requests: document.requests,
    waitedMs: document.waited_ms,
    network: document.network?.action,
    end: { kind: kindOfResult(ended.result), exit },
  };
}

/** @throws a system error, or Error in words: a device or a link must not be replaced by a file */
async function replace(path: string, text: string): Promise<void> {
  const stats = await lstat(path).catch((error) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (stats?.isFile() === false) throw new Error('it is not a regular file');
  await removeLeftovers(path);
  await writeWhole(path, text, mode);
}
