import type { Ipv4Address } from '../../base/ipv4.ts';
import { stackNames } from '../../base/stack-names.ts';
import type { Check } from '../../network/plan/check.ts';
import type { Look } from '../../report/doctor.ts';

/** What has to be done about the gateway. */
export type GatewayWanted =
  /** nothing: the owner has said so */
  | { readonly by: 'nobody' }
  /** nothing: RackConnect configures the network stack of this server itself */
  | { readonly by: 'rackconnect' }
  /** it is rc-wait's to set, once RackConnect has assigned it */
  | {
      readonly by: 'rc-wait';
      readonly gateway: Ipv4Address;
      /** the API is named by hand, and this is not a Rackspace server: the gateway may not be meant for it */
      readonly isForTrial?: boolean;
    };

/** What is known about the network; for each part that is unknown, the reason. */
export interface NetworkSeen {
  /** the kernel's default routes, in the words of ip-route(8); undefined: ip(8) gave no answer */
  readonly defaultRoutes: readonly string[] | undefined;
  /** what manages the interface, on one line, or why that is unknown; undefined: no source names the interface */
  readonly stack:
    | { readonly ok: true; readonly why: string }
    | { readonly ok: false; readonly why: string }
    | undefined;
  /** who sets the gateway, and which it is; undefined: not known */
  readonly request: GatewayWanted | undefined;
  /** whether rc-wait.service is waiting now, and will set it */
  readonly isAtWork: boolean;
  /** the gateway that rc-wait set last and its state; undefined: rc-wait has set none */
  readonly check: Check | { readonly error: string } | undefined;
  /** when an unfinished change began */
  readonly unfinishedSince: string | undefined;
}

/** Reports what configures the network, and whether the gateway is still set. */
export function looksAtNetwork(seen: NetworkSeen): readonly Look[] {
  const { defaultRoutes, stack, unfinishedSince } = seen;
  const topic = 'network';
  const route = defaultRoutes === undefined ? 'ip(8) does not tell' : (defaultRoutes[0] ?? 'there is none');
  const others = (defaultRoutes ?? []).slice(1);
  return [
    {
      topic,
      what: 'default route',
      seen: route,
      ...(others.length === 0 ? {} : { because: `and ${others.join('; ')}` }),
    },
    ...(unfinishedSince === undefined
      ? []
      : [
          {
            topic,
            what: 'unfinished',
            seen: `a change that was begun at ${unfinishedSince}`,
            fault: {
              code: 'NETWORK_LOST',
              why: `a change of the network that was begun at ${unfinishedSince} has not ended`,
              // Without a gateway that was set before, a check does not know what to expect.
              remedy: `it is put back by the next rc-wait, or now, as root: rc-wait network ${seen.check === undefined ? 'apply, which then sets the gateway' : 'check --repair'}`,
            },
          } as const,
        ]),
    // Half a change says nothing of what comes after it.
    ...[lookAtStack(stack, seen.request), lookAtGateway(seen)].map(({ fault, ...look }) =>
      fault === undefined || unfinishedSince !== undefined ? look : { ...look, fault },
    ),
  ];
}

function lookAtStack(stack: NetworkSeen['stack'], request: NetworkSeen['request']): Look {
  const look = { topic: 'network', what: 'configured by' } as const;
  if (stack === undefined)
    return { ...look, seen: 'not known', because: 'no source names the ServiceNet interface' };
  // Where rc-wait writes nothing it need not be known.
  const isNeeded = request === undefined || request.by === 'rc-wait';
  if (stack.ok || !isNeeded) return { ...look, seen: stack.why };
  return {
    ...look,
    seen: 'cannot be told',
    fault: {
      code: 'STACK_UNKNOWN',
      why: stack.why,
      remedy: `name the stack in /etc/default/rc-wait, as RC_WAIT_NETWORK=${stackNames[0]}, or leave the network alone with RC_WAIT_NETWORK=off`,
    },
  };
}

const forTrial = "assigned by the API that --api-url names, and this is none of Rackspace's servers";

const offBy = 'by --network off or RC_WAIT_NETWORK=off';

function lookAtGateway({ check, request, defaultRoutes, isAtWork }: NetworkSeen): Look {
  const look = { topic: 'network', what: 'gateway' } as const;
  if (request?.by === 'nobody') return { ...look, seen: 'left alone', because: offBy };
  if (request?.by === 'rackconnect') return { ...look, seen: 'set by RackConnect itself' };
  const assigned = request?.gateway;
  if (check !== undefined && (assigned === undefined || ('gateway' in check && check.gateway === assigned)))
    return lookAtCheck(check);
  if (assigned === undefined) return { ...look, seen: 'rc-wait has set none' };
  const [first] = defaultRoutes ?? [];
  if (first?.split(' ').includes(assigned))
    return { ...look, seen: `${assigned}: in use, not set by rc-wait` };
  const seen = `${assigned}: not in use`;
  if (isAtWork) return { ...look, seen, because: 'rc-wait.service is at work' };
  if (request?.isForTrial) return { ...look, seen, because: forTrial };
  return {
    ...look,
    seen,
    fault: {
      code: 'NETWORK_RELOAD',
      why: `DEPLOYED, but the gateway ${assigned} is not in use: ${first === undefined ? 'there is no default route' : `the default route is "${first}"`}`,
      remedy:
        'put it into use, as root: rc-wait network apply; where the network is not to be touched: RC_WAIT_NETWORK=off in /etc/default/rc-wait',
    },
  };
}

function lookAtCheck(check: NonNullable<NetworkSeen['check']>): Look {
  const look = { topic: 'network', what: 'gateway' } as const;
  if ('error' in check) return { ...look, seen: 'cannot be looked at', because: check.error };
  const { gateway, interfaceName, stack, configuration, kernel, reasons } = check;
  const where = `${gateway} on ${interfaceName} (${stack})`;
  if (configuration && kernel !== false) return { ...look, seen: `${where}: held` };
  return {
    ...look,
    seen: `${where}: not held`,
    because: reasons.join('; '),
    fault: {
      code: 'NETWORK_FILE',
      why: `the gateway ${gateway} is not held: ${reasons.join('; ')}`,
      remedy:
        'put it back: rc-wait network check --repair; and always: systemctl enable --now rc-wait-network-check.timer',
    },
  };
}
