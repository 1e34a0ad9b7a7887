import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { reasonOf } from '../../base/error.ts';
import { trustedFolder } from '../../base/files.ts';
import { XenstoreWatch } from '../../host/watch/watch.ts';
import { readXenstore } from '../../host/xenstore.ts';
import type { Alarm, Pace } from '../../pace/types.ts';
import type { Log } from '../../report/log.ts';
import { isProgramInstalled } from '../../system/command.ts';
import { toolEnvironment } from '../../system/environment.ts';
import type { LocalSource } from '../../wait/local-source.ts';
import type { Managed } from '../../wait/local-verdicts.ts';
import { StatusAlarm } from '../../wait/status-alarm.ts';
import type { Deployment } from '../../wait/verdict.ts';
import { managedAutomation, metadataFolder, metadataKeys, statusMetadata } from '../xenstore-status.ts';

export { managedAutomation, unprocessableReason } from '../xenstore-status.ts';

/** What a wait reads in this server's xenstore. */
export interface WatchedXenstore {
  readonly status: LocalSource<Deployment>;
  readonly managed: LocalSource<Managed>;
  /** absent: only reads show a change */
  readonly alarm?: Alarm;
  /** Ends the watch. */
  end(): void;
}

interface WatchContext {
  readonly stateDir: string;
  /** absent: the API is not asked */
  readonly pace: Pick<Pace, 'noteWatch' | 'isWatched'> | undefined;
  readonly log: Pick<Log, 'debug'>;
  readonly signal: AbortSignal;
}

/**
 * Watches this server's xenstore, if that is possible: it takes root and xenstore-watch(1). Without them it is only
 * read.
 */
export async function watchXenstore(context: WatchContext): Promise<WatchedXenstore> {
  const { pace, log } = context;
  const isPossible = process.geteuid?.() === 0 && isProgramInstalled('xenstore-watch', toolEnvironment());
  const lockFile = isPossible ? await lockFileIn(context) : undefined;
  if (lockFile === undefined)
    return { status: statusMetadata(), managed: managedAutomation(), end: () => undefined };
  const stop = new AbortController();
  const end = (): void => stop.abort();
  context.signal.addEventListener('abort', end, { once: true });
  const watch = new XenstoreWatch({
    folder: metadataFolder,
    keys: metadataKeys,
    lockFile,
    clock: systemClock,
    random: Math.random,
    read: readXenstore,
    isElsewhere: () => pace?.isWatched() === true,
    onWorking: () => pace?.noteWatch(),
    onNotice: log.debug,
    signal: stop.signal,
  });
  const status = { ...statusMetadata(watch.read), changes: watch };
  const managed = { ...managedAutomation(watch.read), changes: watch };
  const alarm = new StatusAlarm({ source: status, changes: watch, clock: systemClock, signal: stop.signal });
  void watch.run();
  return {
    status,
    managed,
    alarm,
    end() {
      context.signal.removeEventListener('abort', end);
      stop.abort();
    },
  };
}

/** The file whose lock the process has that watches. Only its owner can open it: nobody else can take the lock. */
async function lockFileIn({ stateDir, log }: WatchContext): Promise<string | undefined> {
  const path = join(resolve(stateDir), 'xenstore-watch.lock');
  try {
    trustedFolder(resolve(stateDir), 0o755);
    const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOFOLLOW } = constants;
    await (await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOFOLLOW, 0o600)).close();
    return path;
  } catch (error) {
    log.debug(`xenstore is not watched: cannot use ${path}: ${reasonOf(error)}`);
    return undefined;
  }
}
