import { RcWaitError, reasonOf } from '../base/error.ts';
import { exitOfError, exitOfSignal } from '../report/exit.ts';
import { clean } from '../report/words.ts';
import { Interrupted, type Io } from './command.ts';

/** Says what went wrong, and what to do about it; returns the exit status. */
export function failure(error: unknown, io: Pick<Io, 'err'>): number {
  if (error instanceof Interrupted) {
    io.err(`rc-wait: ${error.message}\n`);
    return exitOfSignal(error.by);
  }
  if (error instanceof RcWaitError) {
    // Messages quote what the API sent and what files hold.
    io.err(`rc-wait: ${clean(error.message)}\n`);
    if (error.hint !== undefined) io.err(`         ${clean(error.hint)}\n`);
    return exitOfError(error);
  }
  const bug = new RcWaitError('BUG', `this is a mistake in rc-wait, please report it: ${reasonOf(error)}`);
  io.err(`rc-wait: ${bug.message}\n${error instanceof Error ? `${error.stack}\n` : ''}`);
  return exitOfError(bug);
}
