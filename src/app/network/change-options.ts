import type { ApplyOptions } from '../../network/change/apply.ts';
import type { Recovered } from '../../network/change/recover.ts';
import type { Probe } from '../../network/probes/probe.ts';
import type { TcpTarget } from '../../network/probes/tcp.ts';
import type { NetworkPlan } from '../../network/types.ts';
import type { OpenApi } from '../api.ts';

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

/**
 * Undoes or tidies up what a killed rc-wait left unfinished. Call it before planning: a plan must see the
 * original files.
 * @throws RcWaitError NETWORK_FILE, NETWORK_LOST
 */
export async function recoverFirst(
  root: string,
  say: (notice: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { recover } = await import('../../network/change/recover.ts');
  const words = recoveredWords(await recover({ ...changeOptions(root, say), signal }));
  if (words !== undefined) say(words);
}

/** What a recovery did, on one line; undefined: there was nothing to do. */
export function recoveredWords(recovered: Recovered): string | undefined {
  if (recovered.kind === 'nothing') return undefined;
  if (recovered.kind === 'tidied')
    return 'the last change of the network stands; what was left to tidy up after it is done';
  const { startedAt, stack, files } = recovered;
  const which = files.length === 0 ? 'no file was changed' : files.join(' ');
  return `a change of the network that was begun at ${startedAt} had not ended: what was there before is back (${stack}: ${which})`;
}

/** The notice about an interface that a plan takes down. */
export function disabledWords(name: string): string {
  return `${name} goes down, and stays down at every boot: sessions that came in by it end`;
}

/** What must work once the gateway of the plan is in use. */
export async function probesFor(
  { wish }: NetworkPlan,
  targets: readonly TcpTarget[],
  api: OpenApi | undefined,
): Promise<readonly Probe[]> {
  const [{ gatewayProbe }, { tcpProbe }, { apiProbe }] = await Promise.all([
    import('../../network/probes/gateway.ts'),
    import('../../network/probes/tcp.ts'),
    import('./api-probe.ts'),
  ]);
  return [gatewayProbe(wish), ...targets.map(tcpProbe), ...(api === undefined ? [] : [apiProbe(api)])];
}

/** The places that `--probe` names. @throws RcWaitError USAGE */
export async function targetsOf(probe: string | undefined): Promise<readonly TcpTarget[]> {
  if (probe === undefined) return [];
  const { parseTcpTargets } = await import('../../network/probes/tcp.ts');
  return parseTcpTargets(probe);
}
