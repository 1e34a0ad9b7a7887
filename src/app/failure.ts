import { RcWaitError, reasonOf } from '../base/error.ts';
import { exitOfError, exitOfSignal, seeSection } from '../report/exit.ts';
import { clean } from '../report/words.ts';
import { Interrupted, type Io } from './io.ts';

/**
 * Why a command ended. A failure after a signal is attributed to the signal, but a network that
 * could not be restored is always reported.
 */
export function causeOf(error: unknown, signal: AbortSignal): unknown {
  const isLost = error instanceof RcWaitError && error.code === 'NETWORK_LOST';
  return signal.aborted && !isLost ? signal.reason : error;
}

/** Whether a relative path could not be resolved: getcwd(3) fails if the working directory was removed. */
function isFolderGone(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'uv_cwd';
}

function folderGone(cause: unknown): RcWaitError {
  return new RcWaitError('CONFIGURATION', 'cannot use a relative path: the working directory was removed', {
    cause,
    hint: 'change to a folder that exists, or name the whole path',
  });
}

/** Whether a part of the program could not be read (scripts/launcher/start.cjs). */
function isProgramDamaged(error: unknown): error is Error {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'PROGRAM_DAMAGED';
}

function programDamaged(cause: Error): RcWaitError {
  return new RcWaitError('BUG', `cannot go on: ${cause.message}`, {
    cause,
    hint: 'install the package anew',
  });
}

/** Reports what went wrong and what to do about it; resolves to the exit status. */
export async function failure(error: unknown, io: Pick<Io, 'err' | 'env' | 'troublesPage'>): Promise<number> {
  const { err, env } = io;
  // Loaded only under the journal.
  const forStream = env.JOURNAL_STREAM && (await import('../systemd/journal.ts')).forStream;
  const say = (level: 'info' | 'error', text: string): void =>
    err(forStream ? forStream(2, level, text, env) : text);
  if (isFolderGone(error)) return failure(folderGone(error), io);
  if (isProgramDamaged(error)) return failure(programDamaged(error), io);
  if (error instanceof Interrupted) {
    say('info', `rc-wait: ${error.message}\n`);
    return exitOfSignal(error.by);
  }
  if (error instanceof RcWaitError) {
    // Messages quote API answers and file contents.
    say('error', `rc-wait: ${clean(error.message)}\n`);
    if (error.hint !== undefined) say('error', `         ${clean(error.hint)}\n`);
    const exit = exitOfError(error);
    const more = seeSection(io.troublesPage, { exit, code: error.code });
    if (more !== undefined) say('error', `         ${more}\n`);
    return exit;
  }
  const bug = new RcWaitError('BUG', `this is a mistake in rc-wait, please report it: ${reasonOf(error)}`);
  say('error', `rc-wait: ${bug.message}\n${error instanceof Error ? `${error.stack}\n` : ''}`);
  return exitOfError(bug);
}
