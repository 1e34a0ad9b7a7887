import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf } from '../../base/error.ts';
import { readRegular, readRegularText, replaceFile, trustedFolder } from '../../base/files.ts';
import { bootId } from '../../system/boot.ts';
import { isAlive, thisOwner } from '../../system/process-identity.ts';
import { SideFolder } from '../../system/side-write.ts';
import { runCommand } from '../../system/tool.ts';
import { serviceOf } from '../../systemd/hold-ups.ts';
import { usualStateDir, type WaitOptions } from '../options.ts';
import {
  deadlineOf,
  isRestartOf,
  type NewProcess,
  parseStart,
  relationOf,
  renderStart,
  type WaitStart,
} from './first-start.ts';

/** Time limit for systemctl, in ms. The wait begins after it; without an answer `isRestartOf` decides. */
const systemctlMs = 3_000;

/** In bytes; far more than one has. */
const largestBytes = 4_096;

/** In bytes; a path has at most 4,096, and with cgroups v1 there is one for each controller. */
const largestCgroupBytes = 128 * 1024;

/** How many files are read at most: each is of a wait that runs or was killed. */
const mostFiles = 256;

/** Since when a wait has been going on, over kills and restarts. */
export interface FirstStart {
  /** on the clock; Infinity: none */
  readonly deadlineMs: number;
  /** what this process goes on with; undefined: this is the first start */
  readonly before: WaitStart | undefined;
  /** why it cannot be kept; undefined: it is */
  readonly problem: string | undefined;
  /** Notes that the API has given a usable answer. Never rejects. */
  noteAnswer(): Promise<void>;
  /** The wait has ended; `isInterrupted`: by a signal, and the service may go on with it. Never rejects. */
  end(isInterrupted: boolean): Promise<void>;
}

/** Answers with NRestarts of a service; undefined: it is not known. */
type AskRestarts = (service: string) => Promise<number | undefined>;

/**
 * Finds out whether this process goes on with a wait that was killed, and keeps its first start in the state directory
 * until its end. Each waiting process has a file of its own there; whoever goes on with a wait takes its file by
 * rename(2), so that only one does. Never rejects: without the file a restart begins anew.
 * @param command the words after `--`
 */
export async function beginOrGoOn(
  args: WaitOptions,
  command: readonly string[],
  now: Pick<NewProcess, 'nowMs' | 'service'>,
  askRestarts: AskRestarts = restartsOf,
): Promise<FirstStart> {
  const isKept = process.geteuid?.() === 0 || resolve(args['state-dir']) !== usualStateDir;
  const unkept: FirstStart = {
    deadlineMs: deadlineOf(undefined, now.nowMs, args.timeout),
    before: undefined,
    problem: undefined,
    async noteAnswer() {},
    async end() {},
  };
  // The usual folder is root's.
  if (!isKept) return unkept;
  try {
    const present = { ...now, boot_id: bootId(), command_line: digestOf(args, command), isAlive };
    return await startIn(folderIn(args['state-dir']), args.timeout, present, askRestarts);
  } catch (error) {
    return { ...unkept, problem: reasonOf(error) };
  }
}

/** The systemd service that this process runs in; null: none. */
export function thisService(env: NodeJS.ProcessEnv): NewProcess['service'] {
  try {
    const name = serviceOf(readRegularText('/proc/self/cgroup', largestCgroupBytes));
    return name === undefined ? null : { name, invocation: env.INVOCATION_ID ?? '' };
  } catch {
    return null;
  }
}

/** Its content decides when a wait ends, so nobody else may write to it. @throws system errors; Error in words */
function folderIn(stateDir: string): string {
  const whole = resolve(stateDir);
  trustedFolder(whole, 0o755);
  const folder = join(whole, 'starts');
  trustedFolder(folder, 0o700);
  return folder;
}

async function startIn(
  folder: string,
  timeoutMs: number,
  now: NewProcess,
  askRestarts: AskRestarts,
): Promise<FirstStart> {
  const own = join(folder, `${process.pid}.json`);
  const { same, superseded, restarts } = await sameIn(folder, now, askRestarts);
  const before = same.find(({ path }) => takes(path, own))?.start;
  for (const path of superseded) if (path !== own) remove(path);
  let start: WaitStart = {
    schema: 'rc-wait/start/v1',
    boot_id: now.boot_id,
    first_boot_ms: before?.first_boot_ms ?? now.nowMs,
    timeout_ms: timeoutMs === Number.POSITIVE_INFINITY ? null : timeoutMs,
    process: thisOwner(),
    service: now.service && { ...now.service, restarts },
    command_line: now.command_line,
    answered: before?.answered ?? false,
    interrupted: false,
  };
  /** Replaces the file. On a full disk what it held before stands. */
  const keep = (change: Partial<WaitStart>): string | undefined => {
    start = { ...start, ...change };
    try {
      replaceFile(own, renderStart(start), 0o600);
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  };
  const side = new SideFolder(folder);
  /** On a mount that died the file stays: the next start finds its process gone. */
  const aside = (work: () => void): Promise<void> => side.run(work).catch(() => undefined);
  return {
    deadlineMs: deadlineOf(before?.first_boot_ms, now.nowMs, timeoutMs),
    before,
    problem: keep({}),
    async noteAnswer() {
      if (start.answered) return;
      start = { ...start, answered: true };
      await aside(() => keep({}));
    },
    end: (isInterrupted) =>
      aside(() => {
        if (isInterrupted && now.service !== null) keep({ interrupted: true });
        else remove(own);
      }),
  };
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A folder in its place. It cannot be read as a wait, and so it changes nothing.
  }
}

/** Takes the file of a wait; false: another process was quicker. */
function takes(path: string, own: string): boolean {
  try {
    renameSync(path, own);
    return true;
  } catch {
    return false;
  }
}

interface KeptStart {
  readonly path: string;
  readonly start: WaitStart;
}

/** What a folder holds for a new process. */
interface Kept {
  /** the waits that it may go on with, the newest first */
  readonly same: readonly KeptStart[];
  /** the files of earlier starts of its service */
  readonly superseded: readonly string[];
  /** NRestarts of its service, as far as it was asked for */
  readonly restarts: number;
}

/** Reads a folder, and removes what is over from it. */
async function sameIn(folder: string, now: NewProcess, askRestarts: AskRestarts): Promise<Kept> {
  const same: KeptStart[] = [];
  const ofService: KeptStart[] = [];
  for (const name of readdirSync(folder).slice(0, mostFiles)) {
    const path = join(folder, name);
    if (isBeingWritten(name)) continue;
    const start = read(path);
    const relation = start === undefined ? 'over' : relationOf(start, now);
    if (start === undefined || relation === 'over') remove(path);
    else if (relation === 'same') same.push({ path, start });
    else if (relation === 'same-service') ofService.push({ path, start });
  }
  // Asked for only after an earlier start: systemctl may be slow while a server boots.
  const isAsked = ofService.length > 0 && now.service !== null;
  const restarts = isAsked ? await askRestarts(now.service.name) : undefined;
  same.push(...ofService.filter(({ start }) => isRestartOf(start, now, restarts)));
  same.sort((one, other) => other.start.first_boot_ms - one.start.first_boot_ms);
  return { same, superseded: ofService.map(({ path }) => path), restarts: restarts ?? 0 };
}

/** Whether it is a new file of a process that runs, before it takes the place of the old one (`replaceFile`). */
function isBeingWritten(name: string): boolean {
  const pid = /^\.(\d{1,9})\.json\./.exec(name)?.[1];
  return pid !== undefined && existsSync(`/proc/${pid}`);
}

function read(path: string): WaitStart | undefined {
  try {
    return parseStart(readRegular(path, largestBytes, { noFollow: true }).bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Without secrets: not even their digest is written down. */
function digestOf(args: WaitOptions, command: readonly string[]): string {
  const { signal: _url, 'signal-token': _token, ...others } = args;
  return createHash('sha256')
    .update(JSON.stringify([others, command]))
    .digest('hex');
}

const restartsOf: AskRestarts = async (service) => {
  const { ok, output } = await runCommand({
    argv: ['systemctl', 'show', '--value', '--property=NRestarts', '--', service],
    timeoutMs: systemctlMs,
  });
  return ok && /^\d{1,9}$/.test(output.trim()) ? Number.parseInt(output.trim(), 10) : undefined;
};
