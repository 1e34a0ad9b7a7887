import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { errnoOf, reasonOf } from '../../base/error.ts';
import { replaceFile, trustedFolder } from '../../base/files.ts';
import type { Log } from '../../report/log.ts';
import type { Progress } from '../../report/progress.ts';
import { bootId, uptimeMs } from '../../system/boot.ts';
import { thisOwner } from '../../system/process-identity.ts';
import { SideFolder } from '../../system/side-write.ts';

/** Tells logins on this server that RackConnect is at work, as long as this wait sees it. */
interface LoginNotice {
  /** Takes in the state of the wait. Never rejects: a failure decides nothing. */
  see(progress: Pick<Progress, 'phase' | 'status'>): Promise<void>;
  /** Takes the notice away. */
  end(): Promise<void>;
}

/** The one status about which there is something to say. Any other word is from outside, and stays out of the file. */
const atWork = 'DEPLOYING';

/**
 * Keeps the file `under-way/PID` in the state directory while the status is DEPLOYING. The script
 * packaging/login/login-message reads it at each login. A wait that is killed leaves its file: the script looks
 * whether the process still runs, and the next wait removes it.
 * @param firstMs the first start of the wait, on the clock
 */
export function openLoginNotice(stateDir: string, firstMs: number, log: Pick<Log, 'debug'>): LoginNotice {
  const folder = join(resolve(stateDir), 'under-way');
  const path = join(folder, `${process.pid}`);
  const side = new SideFolder(resolve(stateDir));
  let isShown = false;
  const write = (): void => {
    trustedFolder(resolve(stateDir), 0o755);
    trustedFolder(folder, 0o755);
    removeLeftOvers(folder);
    replaceFile(path, noticeOf(firstMs), 0o644);
  };
  const show = async (isAtWork: boolean): Promise<void> => {
    if (isAtWork === isShown) return;
    isShown = isAtWork;
    try {
      await side.run(isAtWork ? write : () => rmSync(path, { force: true }));
    } catch (error) {
      log.debug(`cannot tell logins about this wait in ${path}: ${reasonOf(error)}`);
    }
  };
  return {
    see: ({ phase, status }) => show(phase === 'automation' && status === atWork),
    end: () => show(false),
  };
}

/**
 * The fields of the file: the status, the first start in whole seconds on the clock of /proc/uptime, field 22 of
 * /proc/PID/stat, the boot. In a container /proc/uptime may be the container's, and the script can read nothing else.
 */
function noticeOf(firstMs: number): string {
  const beganMs = Math.max(0, uptimeMs() - (systemClock.nowMs() - firstMs));
  return `${atWork} ${Math.floor(beganMs / 1000)} ${thisOwner().started} ${bootId()}\n`;
}

/** Removes the files of processes that are gone. */
function removeLeftOvers(folder: string): void {
  for (const name of readdirSync(folder)) {
    // `.PID.…` is a file that was being written (`replaceFile`).
    const pid = /^\.?(\d{1,9})(\.|$)/.exec(name)?.[1];
    if (pid !== undefined && isGone(Number.parseInt(pid, 10))) rmSync(join(folder, name), { force: true });
  }
}

/** Not by /proc: ProtectProc= hides the processes there that have more capabilities than the service. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}
