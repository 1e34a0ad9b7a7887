import { RcWaitError } from '../../base/error.ts';
import type { Ipv4Address } from '../../base/ipv4.ts';
import { stackNames } from '../../base/stack-names.ts';
import { judgeFeatures, judgeGateway } from '../../wait/verdict.ts';
import type { OpenApi } from '../api.ts';
import { askOnce, type Patience, usable } from '../ask-once.ts';
import type { Io } from '../io.ts';
import type { GatewaySettings } from './request.ts';

/**
 * Asks the API for the gateway; undefined if RackConnect configures the network itself and no flag says
 * otherwise.
 * @throws RcWaitError API_UNAVAILABLE, API_REFUSED, NETWORK_UNDECIDED
 */
export async function askForGateway(
  api: OpenApi,
  { stack }: Pick<GatewaySettings, 'stack'>,
  patience: Patience,
  io: Io,
): Promise<Ipv4Address | undefined> {
  if (stack === 'auto') {
    const { reply } = await askOnce(api, 'automation_features', 'json', patience, io);
    usable(reply, 'automation_features', api);
    const verdict = judgeFeatures(reply);
    if (verdict.kind !== 'done')
      throw new RcWaitError(
        'API_UNAVAILABLE',
        `cannot read the features from ${api.baseUrl}: ${verdict.why}`,
      );
    if (verdict.value.networkStack === 'rackconnect') return undefined;
    if (verdict.value.networkStack === 'unknown') {
      throw new RcWaitError(
        'NETWORK_UNDECIDED',
        'cannot tell who configures the network: the API lists no feature "Configure network stack" that can be read',
        {
          hint: `see rc-wait features; then name the stack, say --network ${stackNames[0]}`,
        },
      );
    }
  }
  const { reply } = await askOnce(api, 'gateway_ip', 'json', patience, io);
  usable(reply, 'gateway_ip', api);
  const verdict = judgeGateway(reply);
  if (verdict.kind === 'done') return verdict.value;
  throw new RcWaitError('API_UNAVAILABLE', `cannot read the gateway from ${api.baseUrl}: ${verdict.why}`);
}
