import { type ErrorCode, RcWaitError } from '../../base/error.ts';
import type { NetworkResult } from '../../network/types.ts';
import { errorCodes } from '../../report/exit.ts';
import { type Ran, runTransient } from '../../systemd/transient.ts';
import type { Order } from './gateway.ts';
import { type Errand, type ErrandApi, parseAnswer } from './service-request.ts';

/** Starts a command in a process that has the right to change the network; see `runTransient`. */
export type Start = (description: string, command: readonly string[]) => Promise<Ran>;

/** The command line of this very program, wherever it is installed. */
function self(): readonly string[] {
  const [node = '', main = ''] = process.argv;
  return [node, main];
}

/**
 * Runs `configure` in a transient service of systemd. The service goes on if this process is killed, and
 * finishes or undoes what it has begun.
 * @throws RcWaitError as `configure` does; NETWORK_FILE when the service could not be started, NETWORK_LOST
 *   when it was killed in the middle
 */
export async function configureByService(
  { root: _running, ...order }: Order,
  api: ErrandApi | null,
  start: Start = runTransient,
): Promise<NetworkResult> {
  const errand: Errand = { ...order, api };
  const command = [...self(), 'network', 'carry-out', '--errand', JSON.stringify(errand)];
  const ran = await start(`Set the gateway ${order.gateway}`, command);
  const answer = parseAnswer(ran.stdout);
  if (answer === undefined) throw await noAnswer(ran);
  if ('network' in answer) return answer.network;
  const { code, message, hint } = answer.error;
  throw new RcWaitError(isErrorCode(code) ? code : 'BUG', message, hint === undefined ? {} : { hint });
}

/** Runs `network recover` in such a service. @throws RcWaitError NETWORK_FILE, NETWORK_LOST */
export async function recoverByService(start: Start = runTransient): Promise<void> {
  const { openJournal } = await import('../../network/change/journal/journal.ts');
  if ((await openJournal('/').pending()) === undefined) return;
  const ran = await start('Put the network back', [...self(), 'network', 'recover']);
  if (ran.exit !== 0) throw await noAnswer(ran);
}

async function noAnswer({ how }: Ran): Promise<RcWaitError> {
  const { openJournal } = await import('../../network/change/journal/journal.ts');
  const isOpen = await openJournal('/')
    .pending()
    .then(Boolean, () => true);
  if (isOpen) {
    return new RcWaitError(
      'NETWORK_LOST',
      `cannot tell what became of the network: its service ended (${how})`,
      {
        hint: 'what it had begun is put back by the timer rc-wait-network-recover, or by the next start of rc-wait',
      },
    );
  }
  return new RcWaitError('NETWORK_FILE', `cannot have systemd change the network: systemd-run: ${how}`, {
    hint: 'nothing was changed; run rc-wait with --privileges own where it has the right to',
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return errorCodes.has(code);
}
