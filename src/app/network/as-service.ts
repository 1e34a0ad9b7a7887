import { systemClock } from '../../base/clock.ts';
import { type ErrorCode, RcWaitError } from '../../base/error.ts';
import { openJournal } from '../../network/change/journal/journal.ts';
import type { NetworkResult } from '../../network/types.ts';
import { errorCodes } from '../../report/exit.ts';
import { type Ran, runTransient } from '../../systemd/transient.ts';
import type { StepPart } from './parts.ts';
import type { GatewayRequest } from './request.ts';
import { parseServiceAnswer, type ServiceApi, serviceRequestOf } from './service-request.ts';

/** Starts a command in a process that has the right to change the network; see `runTransient`. */
export type StartService = (description: string, command: readonly string[]) => Promise<Ran>;

/** The command line of this very program, wherever it is installed. */
function self(): readonly string[] {
  const [node = '', main = ''] = process.argv;
  return [node, main];
}

/**
 * Runs `setGateway` in a transient service of systemd. The service goes on if this process is killed, and
 * finishes or undoes what it has begun.
 * @throws RcWaitError as `setGateway` does; NETWORK_FILE when the service could not be started, NETWORK_LOST
 *   when it was killed in the middle
 */
export async function setGatewayByService(
  request: GatewayRequest,
  api: ServiceApi | null,
  start: StartService = runTransient,
  onPart?: (part: StepPart) => void,
): Promise<NetworkResult> {
  const fromMs = systemClock.nowMs();
  const text = JSON.stringify(serviceRequestOf(request, api));
  const command = [...self(), 'network', 'carry-out', '--request', text];
  const ran = await start(`Set the gateway ${request.gateway}`, command);
  const answer = parseServiceAnswer(ran.stdout);
  if (answer === undefined) throw await noAnswer(ran);
  const parts = answer.parts ?? [];
  // The clock is the same in all processes of a boot.
  onPart?.({ part: 'service', fromMs, toMs: parts[0]?.fromMs ?? systemClock.nowMs() });
  for (const part of parts) onPart?.(part);
  if ('network' in answer) return answer.network;
  const { code, message, hint } = answer.error;
  throw new RcWaitError(isErrorCode(code) ? code : 'BUG', message, hint === undefined ? {} : { hint });
}

/** Runs `network recover` in such a service. @throws RcWaitError NETWORK_FILE, NETWORK_LOST */
export async function recoverByService(start: StartService = runTransient): Promise<void> {
  if ((await openJournal('/').pending()) === undefined) return;
  const ran = await start('Put the network back', [...self(), 'network', 'recover']);
  if (ran.exit !== 0) throw await noAnswer(ran);
}

async function noAnswer({ how }: Ran): Promise<RcWaitError> {
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
