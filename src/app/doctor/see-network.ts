import { reasonOf } from '../../base/error.ts';
import { contains, parseIpv4 } from '../../base/ipv4.ts';
import { believed } from '../../host/finding.ts';
import { openJournal } from '../../network/change/journal/journal.ts';
import { readDefaultRoutes } from '../../network/kernel/routes.ts';
import { checkNetwork } from '../../network/plan/check.ts';
import { explainStack, type PlanRequest } from '../../network/plan/plan.ts';
import { links } from '../../system/links.ts';
import { runCommand } from '../../system/tool.ts';
import type { GatewayWanted, NetworkSeen } from './network.ts';
import type { DoctorOptions } from './options.ts';
import type { ServerSeen } from './server.ts';

/** The interface in whose prefix the gateway lies. */
function interfaceOf(request: GatewayWanted | undefined): string | undefined {
  if (request?.by !== 'rc-wait') return undefined;
  return links().find(({ addresses }) => addresses.some((prefix) => contains(prefix, request.gateway)))?.name;
}

/**
 * What configures the network, and whether the gateway is in use.
 * @param root what is below another one is no running system: the kernel has no part in it
 */
export async function seeNetwork(
  args: Pick<DoctorOptions, 'interface' | 'network'>,
  server: Pick<ServerSeen, 'serviceNets'>,
  request: GatewayWanted | undefined,
  root = '/',
): Promise<Omit<NetworkSeen, 'isAtWork'>> {
  const routes = await readDefaultRoutes(runCommand);
  const journal = openJournal(root);
  const last = await journal.last().catch(() => undefined);
  const interfaceName =
    args.interface ?? believed(server.serviceNets)?.value ?? last?.interface ?? interfaceOf(request);
  const stack = args.network === 'off' ? 'auto' : args.network;
  return {
    defaultRoutes: routes?.map(({ words }) => words.join(' ')),
    request,
    stack:
      interfaceName === undefined
        ? undefined
        : await explainStack(interfaceName, { root, stack }).then(
            (why) => ({ ok: true, why }) as const,
            (error: unknown) => ({ ok: false, why: reasonOf(error) }) as const,
          ),
    check: await checkLast(args.interface, stack, root).catch((error: unknown) => ({
      error: reasonOf(error),
    })),
    unfinishedSince: await journal.pending().then(
      (pending) => pending?.entry.startedAt,
      () => undefined,
    ),
  };
}

/** Whether the gateway that rc-wait set last is still in place. */
async function checkLast(
  interfaceName: string | undefined,
  stack: PlanRequest['stack'],
  root: string,
): Promise<NetworkSeen['check']> {
  const last = await openJournal(root).last();
  const gateway = last?.purpose === 'apply' ? parseIpv4(last.gateway) : undefined;
  if (last === undefined || gateway === undefined) return undefined;
  return checkNetwork({
    gateway,
    interfaceName: interfaceName ?? last.interface,
    stack: stack === 'auto' ? last.stack : stack,
    publicInterface: last.publicInterface ?? 'keep',
    root,
  });
}
