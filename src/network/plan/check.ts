import type { RcWaitError } from '../../base/error.ts';
import type { Ipv4Address } from '../../base/ipv4.ts';
import type { StackName } from '../../base/stack-names.ts';
import { type DefaultRoute, isGatewayRoute, readDefaultRoutes } from '../kernel/routes.ts';
import { refusal } from '../survey/survey.ts';
import type { NetworkPlan } from '../types.ts';
import { type PlanHost, type PlanRequest, planWithSurvey, runningHost } from './plan.ts';

/** Whether the gateway is still set. */
export interface Check {
  readonly gateway: Ipv4Address;
  readonly interfaceName: string;
  readonly stack: StackName;
  /** the files have the gateway, and nothing sets another default route at boot */
  readonly configuration: boolean;
  /** the kernel's default route goes through it; undefined below a root that is not running */
  readonly kernel: boolean | undefined;
  /** the kernel's default routes as ip-route(8) shows them */
  readonly defaultRoutes: readonly string[];
  /** what is wrong, for a person; empty if all is well */
  readonly reasons: readonly string[];
  /** what rc-wait cannot evaluate, such as possible sources of another default route */
  readonly warnings: readonly string[];
  /** the error of a repair if something else sets a default route */
  readonly obstacle: RcWaitError | undefined;
  /** the change that would restore the gateway */
  readonly plan: NetworkPlan;
}

/**
 * Checks whether configuration and kernel still have the gateway; changes nothing.
 * Rackspace's guest agent rewrites the network configuration now and then, and drops
 * settings that it does not know.
 * @throws RcWaitError as `planNetwork` does
 */
export async function checkNetwork(request: PlanRequest, host: PlanHost = runningHost): Promise<Check> {
  const { plan, survey } = await planWithSurvey(request, host);
  const { target, stack, changes } = plan;
  const routes = host.isRunning(request.root) ? await readDefaultRoutes(host.run) : undefined;
  const kernel = host.isRunning(request.root) ? isGatewayRoute(routes?.[0], target) : undefined;
  const reasons = changes.map(({ path }) => `${path} needs a change`);
  reasons.push(...survey.problems);
  if (kernel === false) reasons.push(kernelWords(routes, request.gateway));
  return {
    gateway: target.gateway,
    interfaceName: target.interfaceName,
    stack,
    configuration: changes.length === 0 && survey.problems.length === 0,
    kernel,
    defaultRoutes: (routes ?? []).map(({ words }) => words.join(' ')),
    reasons,
    warnings: plan.warnings ?? [],
    obstacle: survey.problems.length > 0 ? refusal(survey, target) : undefined,
    plan,
  };
}

/** Whether no repair is needed. */
export function isHeld({ configuration, kernel }: Check): boolean {
  return configuration && kernel !== false;
}

function kernelWords(routes: readonly DefaultRoute[] | undefined, gateway: Ipv4Address): string {
  if (routes === undefined) return "ip(8) cannot show the kernel's routes";
  const [first] = routes;
  const seen = first === undefined ? 'there is none' : `it is "${first.words.join(' ')}"`;
  return `the kernel's default route does not go through ${gateway}: ${seen}`;
}
