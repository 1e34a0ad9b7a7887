import type { Ipv4Address } from '../../base/ipv4.ts';
import type { StackName } from '../../base/stack-names.ts';
import { isRunningSystem } from '../../system/root.ts';
import { type Run, runCommand } from '../../system/tool.ts';
import { isGatewayRoute, readDefaultRoutes } from '../kernel/routes.ts';
import { stacks } from '../stacks/index.ts';
import type { Stack } from '../stacks/stack.ts';
import { overrulingOf } from '../survey/boot.ts';
import { refusal, type Survey, surveyDefaults } from '../survey/survey.ts';
import type {
  ConfigFileOf,
  FileChange,
  GatewayTarget,
  HostInterface,
  InterfaceRef,
  NetworkFile,
  NetworkPlan,
  PublicInterface,
} from '../types.ts';
import { chooseStack, type StackFact } from './choose-stack.ts';
import { interfaceForGateway, namedByHand } from './gateway-interface.ts';
import { forPresentLinks, isPresent, lostByDown, refuseIgnored, refuseLower } from './link-down.ts';
import { askDaemon, isInstalled, mergeInterfaces, readStackFiles, runningInterfaces } from './stack-files.ts';
import { verifyFiles } from './verify.ts';

/** The change that the caller wants. */
export interface PlanRequest {
  readonly gateway: Ipv4Address;
  /** the interface chosen by hand; default: the interface whose prefix contains the gateway */
  readonly interfaceName?: string | undefined;
  readonly stack: StackName | 'auto';
  /** default: `keep` */
  readonly publicInterface?: PublicInterface;
  /** `/` for the running system; any other path is a tree of files where nothing runs */
  readonly root: string;
}

/** What a plan reads from the running system; replaced in tests. */
export interface PlanHost {
  readonly isRunning: (root: string) => boolean;
  readonly interfaces: () => readonly HostInterface[];
  readonly isInstalled: (tool: string) => Promise<boolean>;
  /** whether an interface of this name exists, up or down, with or without an address */
  readonly isPresent: (interfaceName: string) => boolean;
  readonly run: Run;
}

/** The running system itself. */
export const runningHost: PlanHost = {
  isRunning: isRunningSystem,
  interfaces: runningInterfaces,
  isInstalled,
  isPresent,
  run: runCommand,
};

/**
 * Plans the changes that make the gateway the only default route.
 * Reads files, addresses and routes; changes nothing.
 * @throws RcWaitError GATEWAY_INVALID, CONFIGURATION (no such interface),
 *   STACK_UNKNOWN, STACK_AMBIGUOUS, NETWORK_FILE (also if something else sets a default route
 *   that the plan does not disable)
 */
export async function planNetwork(request: PlanRequest, host: PlanHost = runningHost): Promise<NetworkPlan> {
  const { plan, survey } = await planWithSurvey(request, host);
  if (survey.problems.length > 0) throw refusal(survey, plan.target);
  return plan;
}

/**
 * The plan, and the other sources of default routes, for which `planNetwork` throws if they conflict.
 * @throws RcWaitError as `planNetwork` does, except for default routes that the plan leaves in place
 */
export async function planWithSurvey(
  request: PlanRequest,
  host: PlanHost = runningHost,
): Promise<{ plan: NetworkPlan; survey: Survey }> {
  const { gateway, interfaceName, root } = request;
  const running = host.isRunning(root);
  const readings = await readAll(request, running ? host : undefined);
  const labels = running ? [] : readings.flatMap(({ stack, files }) => stack.labels?.(files) ?? []);
  const interfaces = running
    ? host.interfaces()
    : namedByHand(
        mergeInterfaces(readings.flatMap(({ stack, files }) => stack.addresses(files))),
        labels,
        request,
      );
  const holder = interfaceForGateway(gateway, interfaces, interfaceName);
  const link: InterfaceRef = {
    interfaceName: holder.name,
    ...(holder.macAddress === undefined ? {} : { macAddress: holder.macAddress }),
    ...(labels.includes(holder.name) ? { isLabel: true } : {}),
  };
  const { stack: name, why } = chooseStack(
    readings.map((reading) => factOf(reading, link, readings)),
    link.interfaceName,
    request.stack,
  );
  const chosen = readings.find(({ stack }) => stack.name === name);
  const { publicInterface = 'keep' } = request;
  const target: GatewayTarget = { ...withFile(link, chosen?.configFileOf), gateway, publicInterface };
  const changes = chosen?.stack.edit(chosen.files, target) ?? [];
  const named =
    chosen && publicInterface === 'disable' ? chosen.stack.publicInterfaces(chosen.files, target) : [];
  // Files may name an interface that this server lacks; there is nothing to take down then.
  const disabled = running ? named.filter((one) => host.isPresent(one)) : named;
  if (chosen) await refuseIgnored(chosen.stack, chosen.files, disabled, root);
  if (running) await refuseLower(target, disabled);
  const before = chosen?.files ?? [];
  const context = {
    files: changedFiles(before, changes),
    before,
    configFileOf: chosen?.configFileOf ?? new Map(),
  };
  const verification = chosen && {
    stack: chosen.stack,
    target,
    before,
    after: context.files,
    isRunning: running,
  };
  const warning = verification && (await verifyFiles(verification, host));
  const reload = running && (changes.length > 0 || !(await kernelAgrees(host.run, target)));
  const commands = reload ? forPresentLinks(chosen?.stack.reload(target, context) ?? [], host.isPresent) : [];
  const restore = reload ? forPresentLinks(chosen?.stack.restore(target, context) ?? [], host.isPresent) : [];
  const isSettled = changes.length === 0;
  const survey = await surveyDefaults({
    root,
    host: running ? host : undefined,
    readings,
    chosen,
    after: context.files,
    target,
    isSettled,
  });
  const doubts = chosen?.stack.doubts?.(context.files, running) ?? [];
  const warnings = [...(warning === undefined ? [] : [warning]), ...doubts, ...survey.warnings];
  const plan: NetworkPlan = {
    stack: name,
    ...(chosen?.stack.holdMs === undefined ? {} : { holdMs: chosen.stack.holdMs }),
    why,
    target,
    disabled,
    changes,
    commands,
    restore: [...restore, ...(await lostByDown(disabled, restore, host.run))],
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  return { plan, survey };
}

/**
 * Which stack configures an interface, in one line. Reads files and queries daemons; changes nothing.
 * @throws RcWaitError STACK_UNKNOWN, STACK_AMBIGUOUS, NETWORK_FILE
 */
export async function explainStack(
  interfaceName: string,
  { root, stack }: Pick<PlanRequest, 'root' | 'stack'>,
  host: PlanHost = runningHost,
): Promise<string> {
  const request = { root, stack };
  const running = host.isRunning(root);
  const readings = await readAll(request, running ? host : undefined);
  const known = running ? host.interfaces().find(({ name }) => name === interfaceName) : undefined;
  const link: InterfaceRef = {
    interfaceName,
    ...(known?.macAddress ? { macAddress: known.macAddress } : {}),
  };
  return chooseStack(
    readings.map((reading) => factOf(reading, link, readings)),
    interfaceName,
    stack,
  ).why;
}

interface Reading {
  readonly stack: Stack;
  readonly files: readonly NetworkFile[];
  /** undefined below a root that is not running */
  readonly installed: boolean | undefined;
  /** undefined also without a daemon, or if its answer cannot be parsed */
  readonly configFileOf: ConfigFileOf | undefined;
}

function factOf(
  { stack, files, installed, configFileOf }: Reading,
  link: InterfaceRef,
  all: readonly Reading[],
): StackFact {
  const { name, servedBy } = stack;
  const isNamed = configFileOf?.has(link.interfaceName);
  const filed = withFile(link, configFileOf);
  const configures = stack.configures(files, filed);
  const [obstacle] = configures ? [] : stack.bootObstacles(files, filed, { isScripted: true });
  return {
    stack: name,
    configures,
    refrains: obstacle?.reason,
    installed,
    // Another stack may apply these files, even if the daemon that was queried does not.
    manages: isNamed === false && servedBy !== undefined ? undefined : isNamed,
    overruled: overruledIn(all, stack, files, link),
    ...(servedBy === undefined ? {} : { servedBy }),
  };
}

/** Why the stack that reads a generated file uses one of its own for the interface, which it configures there. */
function overruledIn(
  all: readonly Reading[],
  { generates }: Stack,
  files: readonly NetworkFile[],
  link: InterfaceRef,
): string | undefined {
  const configuring = all.filter((one) => one.installed !== false && one.stack.configures(one.files, link));
  return (generates?.(files) ?? [])
    .filter((one) => one.isFor(link))
    .flatMap((one) => overrulingOf(one, configuring, link))
    .find(({ isCertain }) => isCertain)?.reason;
}

function withFile(link: InterfaceRef, configFileOf: ConfigFileOf | undefined): InterfaceRef {
  const file = configFileOf?.get(link.interfaceName);
  return file === undefined ? link : { ...link, file };
}

/** The files after the changes. */
export function changedFiles(files: readonly NetworkFile[], changes: readonly FileChange[]): NetworkFile[] {
  const after = new Map(files.map((file) => [file.path, file]));
  for (const { path, after: text } of changes) {
    if (text === undefined) after.delete(path);
    else after.set(path, { path, text });
  }
  return [...after.values()];
}

/** Reads the files of the stack that was chosen by hand, or of all stacks. */
async function readAll(
  { root, stack: wanted }: Pick<PlanRequest, 'root' | 'stack'>,
  host: PlanHost | undefined,
): Promise<Reading[]> {
  const named = stacks.filter(({ name }) => name === wanted);
  const readings: Reading[] = [];
  for (const stack of named.length > 0 ? named : stacks) {
    const installed = host && (await anyInstalled(stack, host));
    const isIdle = installed === false && wanted === 'auto';
    const files = await (isIdle ? readIdle(stack, root) : readStackFiles(stack, root));
    const isAsked = host !== undefined && installed === true && files.length > 0;
    readings.push({
      stack,
      installed,
      files,
      configFileOf: isAsked ? await askDaemon(stack, host.run) : undefined,
    });
  }
  return readings;
}

async function anyInstalled({ tools }: Stack, host: PlanHost): Promise<boolean> {
  for (const tool of tools) if (await host.isInstalled(tool)) return true;
  return false;
}

/**
 * The files of a stack that is not installed; empty if they are broken. Broken files
 * that nothing on this server reads are harmless; all other broken files are reported.
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

/** Correct files are not enough: after a kill between writing and reloading, the kernel still has the old route. */
async function kernelAgrees(run: Run, target: GatewayTarget): Promise<boolean> {
  const [first] = (await readDefaultRoutes(run)) ?? [];
  return isGatewayRoute(first, target);
}
