import { RcWaitError } from '../../base/error.ts';
import { type Ipv4Address, parseIpv4 } from '../../base/ipv4.ts';
import type { StackName } from '../../base/stack-names.ts';
import type { TcpTarget } from '../../network/probes/tcp.ts';
import type { PublicInterface } from '../../network/types.ts';

/** A gateway to make the default route: plain data, so that it can be passed to another process. */
export interface GatewayRequest {
  readonly gateway: Ipv4Address;
  readonly stack: StackName | 'auto';
  readonly root: string;
  /** chosen by hand; undefined: the interface whose prefix contains the gateway */
  readonly interfaceName: string | undefined;
  readonly publicInterface: PublicInterface;
  /** must take a connection afterwards */
  readonly targets: readonly TcpTarget[];
}

/** How a gateway is set: a request without the address, which the API may have to name. */
export type GatewaySettings = Omit<GatewayRequest, 'gateway'>;

/** The flags that say how a gateway is set. */
interface GatewayOptions {
  readonly network: StackName | 'auto' | 'off';
  readonly root: string;
  readonly interface: string | undefined;
  readonly 'public-interface': PublicInterface;
  readonly probe?: string | undefined;
}

/** @throws RcWaitError USAGE for a `--probe` that names no place */
export async function settingsOf(args: GatewayOptions): Promise<GatewaySettings> {
  return {
    stack: args.network === 'off' ? 'auto' : args.network,
    root: args.root,
    interfaceName: args.interface,
    publicInterface: args['public-interface'],
    targets: await targetsOf(args.probe),
  };
}

/** The places that `--probe` names. @throws RcWaitError USAGE */
export async function targetsOf(probe: string | undefined): Promise<readonly TcpTarget[]> {
  if (probe === undefined) return [];
  const { parseTcpTargets } = await import('../../network/probes/tcp.ts');
  return parseTcpTargets(probe);
}

/** The gateway that `--gateway` names; undefined without the flag. @throws RcWaitError USAGE */
export function parseGateway(text: string | undefined): Ipv4Address | undefined {
  if (text === undefined) return undefined;
  const gateway = parseIpv4(text);
  if (gateway !== undefined) return gateway;
  throw new RcWaitError(
    'USAGE',
    `cannot use --gateway ${text}: an IPv4 address is expected, such as 10.208.0.1`,
  );
}
