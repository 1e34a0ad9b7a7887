import { readFileSync } from 'node:fs';
import { entryOfError, entryOfResult } from '../../report/feeds/journal-entry.ts';
import type { Result } from '../../report/result.ts';
import { serviceOf } from '../../systemd/hold-ups.ts';
import { underJournal } from '../../systemd/journal.ts';
import { writeEntry } from '../../systemd/logger.ts';
import type { Io } from '../io.ts';

/** The end of a wait: its result, or the error that left it without one. */
type Ended = { readonly result: Result } | { readonly error: unknown };

/**
 * Writes the end of a wait to the journal with fields and a MESSAGE_ID=, where its own output goes to the journal: in rc-wait.service
 * and in other services. By hand, in cloud-init or under cron a person or another log reads the result, and the journal would
 * have an entry that belongs to no unit. Never rejects, and is over within seconds.
 */
export async function journalEnd(ended: Ended, { env }: Pick<Io, 'env'>): Promise<void> {
  if (!env.JOURNAL_STREAM) return;
  if (!underJournal(env, 1) && !underJournal(env, 2)) return;
  const unit = serviceOf(ownCgroup());
  await writeEntry('result' in ended ? entryOfResult(ended.result, unit) : entryOfError(ended.error, unit));
}

function ownCgroup(): string {
  try {
    return readFileSync('/proc/self/cgroup', 'utf8');
  } catch {
    return '';
  }
}
