import { RcWaitError, reasonOf } from '../base/error.ts';
import { exitOfError, exitOfSignal } from '../report/exit.ts';
import { clean } from '../report/words.ts';
import { Interrupted, type Io } from './command.ts';

/** Levels of the log, in pino's numbers. */
const [info, severe] = [30, 50];

/** Says what went wrong, and what to do about it; resolves to the exit status. */
export async function failure(error: unknown, { err, env }: Pick<Io, 'err' | 'env'>): Promise<number> {
  // Who has no journal shall not load what is for it.
  const forStream = env.JOURNAL_STREAM && (await import('../systemd/journal.ts')).forStream;
  const say = (level: number, text: string): void => err(forStream ? forStream(2, level, text, env) : text);
  if (error instanceof Interrupted) {
    say(info, `rc-wait: ${error.message}\n`);
    return exitOfSignal(error.by);
  }
  if (error instanceof RcWaitError) {
    // Messages quote what the API sent and what files hold.
    say(severe, `rc-wait: ${clean(error.message)}\n`);
    if (error.hint !== undefined) say(severe, `         ${clean(error.hint)}\n`);
    return exitOfError(error);
  }
  const bug = new RcWaitError('BUG', `this is a mistake in rc-wait, please report it: ${reasonOf(error)}`);
  say(severe, `rc-wait: ${bug.message}\n${error instanceof Error ? `${error.stack}\n` : ''}`);
  return exitOfError(bug);
}
