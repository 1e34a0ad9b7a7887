import type { Ipv4Address } from '../base/ipv4.ts';
import { chooseStack } from './choice.ts';
import { interfaceForGateway } from './gateway.ts';
import { isInstalled, mergeInterfaces, readStackFiles, runningInterfaces } from './host.ts';
import { isWished, readDefaultRoutes } from './kernel.ts';
import { isRunningSystem } from './root.ts';
import { type Run, runCommand } from './run.ts';
import { stacks } from './stacks.ts';
import type {
  GatewayWish,
  HostInterface,
  NetworkFile,
  NetworkPlan,
  Stack,
  StackName,
  Target,
} from './types.ts';

/** What is asked of the network. */
export interface PlanRequest {
  readonly gateway: Ipv4Address;
  /** the interface chosen by hand; without it, the one whose prefix holds the gateway */
  readonly interfaceName?: string;
  readonly stack: StackName | 'auto';
  /** `/` for the running system; anything else is a tree of files where nothing runs */
  readonly root: string;
}

/** The running system, as far as a plan looks at it; replaced in tests. */
export interface PlanHost {
  readonly isRunning: (root: string) => boolean;
  readonly interfaces: () => readonly HostInterface[];
  readonly isInstalled: (tool: string) => Promise<boolean>;
  readonly run: Run;
}

/** The running system itself. */
export const runningHost: PlanHost = {
  isRunning: isRunningSystem,
  interfaces: runningInterfaces,
  isInstalled,
  run: runCommand,
};

/**
 * Works out what has to change for the gateway to be the one default route.
 * Reads files, addresses and routes; changes nothing.
 * @throws RcWaitError GATEWAY_INVALID, CONFIGURATION (no such interface),
 *   STACK_UNKNOWN, STACK_AMBIGUOUS, NETWORK_FILE
 */
export async function planNetwork(request: PlanRequest, host: PlanHost = runningHost): Promise<NetworkPlan> {
  const { gateway, interfaceName, root } = request;
  const running = host.isRunning(root);
  const readings = await readAll(request, running ? host : undefined);
  const interfaces = running
    ? host.interfaces()
    : mergeInterfaces(readings.flatMap(({ stack, files }) => stack.addresses(files)));
  const holder = interfaceForGateway(gateway, interfaces, interfaceName);
  const target: Target = {
    interfaceName: holder.name,
    ...(holder.macAddress === undefined ? {} : { macAddress: holder.macAddress }),
  };
  const facts = readings.map(({ stack, files, installed }) => ({
    stack: stack.name,
    configures: stack.configures(files, target),
    installed,
  }));
  const { stack: name, why } = chooseStack(facts, target.interfaceName, request.stack);
  const chosen = readings.find(({ stack }) => stack.name === name);
  const wish: GatewayWish = { ...target, gateway };
  const changes = chosen?.stack.edit(chosen.files, wish) ?? [];
  const reload = running && (changes.length > 0 || !(await kernelAgrees(host.run, wish)));
  return {
    stack: name,
    why,
    wish,
    changes,
    commands: reload ? (chosen?.stack.reload(wish) ?? []) : [],
    restore: reload ? (chosen?.stack.restore(wish) ?? []) : [],
  };
}

interface Reading {
  readonly stack: Stack;
  readonly files: readonly NetworkFile[];
  /** undefined below a root that is not running */
  readonly installed: boolean | undefined;
}

/** The files of the stack that was chosen by hand, or of all. */
async function readAll({ root, stack: wanted }: PlanRequest, host: PlanHost | undefined): Promise<Reading[]> {
  const named = stacks.filter(({ name }) => name === wanted);
  const readings: Reading[] = [];
  for (const stack of named.length > 0 ? named : stacks) {
    const installed = await host?.isInstalled(stack.tool);
    const isIdle = installed === false && wanted === 'auto';
    readings.push({
      stack,
      installed,
      files: await (isIdle ? readIdle(stack, root) : readStackFiles(stack, root)),
    });
  }
  return readings;
}

/**
 * The files of a stack that is not installed; none when they cannot be used. What
 * nothing on this server reads may be broken without harm; every other broken
 * file is said, never passed over.
 */
async function readIdle(stack: Stack, root: string): Promise<readonly NetworkFile[]> {
  try {
    const files = await readStackFiles(stack, root);
    stack.addresses(files);
    return files;
  } catch {
    return [];
  }
}

/** Files as wished are not enough: a process killed between writing and reloading leaves the kernel behind. */
async function kernelAgrees(run: Run, wish: GatewayWish): Promise<boolean> {
  const [first] = (await readDefaultRoutes(run)) ?? [];
  return isWished(first, wish);
}
