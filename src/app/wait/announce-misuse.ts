import { reasonOf } from '../../base/error.ts';
import { createNotifier } from '../../systemd/notify.ts';
import type { Io } from '../io.ts';
import { usualHooksFolder, variableNamed } from '../options.ts';
import { createAnnouncer } from './announce.ts';
import { journalEnd } from './journal-end.ts';

/**
 * Reports a wait with invalid flags to systemd, to the journal and to the URL in RC_WAIT_SIGNAL. Without that a Heat stack
 * would wait for its signal until its own time-out. Never throws.
 */
export async function announceMisuse(error: unknown, io: Io): Promise<void> {
  const value = (flag: string): string | undefined => io.env[variableNamed(flag)] || undefined;
  const journalled = journalEnd({ error }, io);
  const signal = value('signal');
  if (signal === undefined && !io.env.NOTIFY_SOCKET) return journalled;
  const args = {
    signal,
    'signal-token': value('signal-token'),
    'ca-file': value('ca-file'),
    'hooks-dir': usualHooksFolder,
    'hook-timeout': 0,
    root: '/',
    privileges: 'own',
    output: 'human',
    quiet: false,
  } as const;
  const notifier = createNotifier(io.env);
  // The URL itself may be invalid.
  const teller = await createAnnouncer(args, io, notifier).catch(() => undefined);
  await Promise.all([journalled, teller?.error(error) ?? notifier.stopping(reasonOf(error))]);
}
