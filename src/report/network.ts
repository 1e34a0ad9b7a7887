import type { NetworkResult } from '../network/types.ts';

const leftToRackconnect: NetworkResult = {
  action: 'skipped',
  reason: 'RackConnect configures the network stack of this server itself',
};

/** A gateway, and what its change came to. */
export interface GatewayOutcome {
  readonly gateway: string | undefined;
  readonly network: NetworkResult;
}

/** RackConnect configures the network itself, so the gateway was left alone. */
export const leftAlone: GatewayOutcome = { gateway: undefined, network: leftToRackconnect };

/** The document of `rc-wait network apply` and `rollback`, `docs/schema/network-v1.json`. */
export function networkDocument({ gateway, network }: GatewayOutcome): unknown {
  return { schema: 'rc-wait/network/v1', gateway_ip: gateway ?? null, network };
}

/** The same in one line for a person. */
export function humanNetwork({ gateway, network }: GatewayOutcome): string {
  if (network.action === 'skipped') return `left alone: ${network.reason}\n`;
  const files = [network.stack, ...network.files].join(' ');
  if (network.action === 'rolled-back')
    return `rolled back: what there was before the gateway ${gateway} on ${network.interface} is back (${files})\n`;
  return `${network.action}: the default route goes through ${gateway} on ${network.interface} (${files})\n`;
}
