import { join, resolve } from 'node:path';
import type { RecordPlace } from '../../history/store.ts';
import { usualStateDir } from '../options.ts';

/** The folder of the records below the root. Not in /run, because `rc-wait history` shows a wait after a reboot, too. */
const recordsFolder = '/var/lib/rc-wait/waits';

/** Where waits leave their records: with another state directory in it, so that a trial leaves nothing behind. */
export function recordsPlace(args: { readonly root: string; readonly 'state-dir': string }): RecordPlace {
  const stateDir = resolve(args['state-dir']);
  return stateDir === usualStateDir
    ? { root: args.root, folder: recordsFolder }
    : { root: '/', folder: join(stateDir, 'waits') };
}
