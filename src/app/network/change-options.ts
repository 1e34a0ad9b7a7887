import type { ApplyOptions } from '../../network/change/apply.ts';
import type { Recovered } from '../../network/change/recover.ts';

/** Longer than a healthy rc-wait takes to undo a change that it has begun, in ms. */
const patienceMs = 180_000;

/** What the dead-man timer runs: this very program, wherever it is installed. */
function recoverProgram(): readonly string[] {
  const [node = '', main = ''] = process.argv;
  return [node, main, 'network', 'recover', '--patience', `${patienceMs / 1000}s`];
}

/** The options by which every command changes the network. */
export function changeOptions(
  root: string,
  say: (notice: string) => void,
): Pick<ApplyOptions, 'root' | 'recoverProgram' | 'onNotice'> {
  return { root, recoverProgram: recoverProgram(), onNotice: say };
}

/** What a recovery did, on one line; undefined: there was nothing to do. */
export function recoveredWords(recovered: Recovered): string | undefined {
  if (recovered.kind === 'nothing') return undefined;
  if (recovered.kind === 'tidied')
    return 'the last change of the network stands; what was left to tidy up after it is done';
  const { startedAt, stack, files } = recovered;
  const which = files.length === 0 ? 'no file was changed' : files.join(' ');
  return `a change of the network that was begun at ${startedAt} had not ended: the old state is restored (${stack}: ${which})`;
}
