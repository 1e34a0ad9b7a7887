import { recover } from '../../network/change/recover.ts';
import { undoLast } from '../../network/change/rollback.ts';
import { humanNetwork, networkDocument } from '../../report/network.ts';
import type { Io } from '../io.ts';
import { refuseForeignRoot, requireRoot } from '../root.ts';
import { changeOptions, recoveredWords } from './change-options.ts';

interface RollbackOptions {
  readonly root: string;
  readonly force: boolean;
  readonly output: 'human' | 'json';
  readonly quiet: boolean;
}

/** `rc-wait network rollback`: undoes the last change. @throws RcWaitError as `undoLast` does */
export async function rollBack({ root, force, output, quiet }: RollbackOptions, io: Io): Promise<number> {
  refuseForeignRoot(root);
  requireRoot(root);
  const say = (notice: string): void => {
    if (!quiet) io.err(`rc-wait: ${notice}\n`);
  };
  const { gateway, result } = await undoLast({ ...changeOptions(root, say), force, signal: io.signal });
  const outcome = { gateway, network: result };
  io.out(output === 'json' ? `${JSON.stringify(networkDocument(outcome))}\n` : humanNetwork(outcome));
  return 0;
}

interface RecoverOptions {
  readonly root: string;
  /** how long a process that is at work on the change may go on, in ms */
  readonly patience: number;
}

/** `rc-wait network recover`: restores what an unfinished change left behind. @throws RcWaitError as `recover` does */
export async function putBackUnfinished({ root, patience }: RecoverOptions, io: Io): Promise<number> {
  refuseForeignRoot(root);
  requireRoot(root);
  const say = (notice: string): void => io.err(`rc-wait: ${notice}\n`);
  const options = { ...changeOptions(root, say), patienceMs: patience, signal: io.signal };
  say(recoveredWords(await recover(options)) ?? 'no change of the network is unfinished');
  return 0;
}
