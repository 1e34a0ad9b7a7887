import type { Check } from '../../network/plan/check.ts';
import type { Look } from '../../report/doctor.ts';

/** What is known about the network; for each part that is unknown, the reason. */
export interface NetworkSeen {
  /** the kernel's default routes, in the words of ip-route(8); undefined: ip(8) gave no answer */
  readonly defaultRoutes: readonly string[] | undefined;
  /** what manages the interface, on one line, or why that is unknown */
  readonly stack: { readonly ok: true; readonly why: string } | { readonly ok: false; readonly why: string };
  /** the gateway that rc-wait set last and its state; undefined: rc-wait has set none */
  readonly check: Check | { readonly error: string } | undefined;
  /** when an unfinished change began */
  readonly unfinishedSince: string | undefined;
}

/** Reports what configures the network, and whether the gateway is still set. */
export function looksAtNetwork({
  defaultRoutes,
  stack,
  check,
  unfinishedSince,
}: NetworkSeen): readonly Look[] {
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
    {
      topic,
      what: 'configured by',
      seen: stack.why,
      ...(stack.ok
        ? {}
        : {
            fault: {
              code: 'STACK_UNKNOWN',
              why: stack.why,
              remedy: 'name the stack with --network, or leave the network alone with --network off',
            },
          }),
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
              remedy: 'it is put back by the next rc-wait, or now: rc-wait network check --repair',
            },
          } as const,
        ]),
    lookAtGateway(check),
  ];
}

function lookAtGateway(check: NetworkSeen['check']): Look {
  const look = { topic: 'network', what: 'gateway' } as const;
  if (check === undefined) return { ...look, seen: 'rc-wait has set none' };
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
