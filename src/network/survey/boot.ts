import { reasonOf } from '../../base/error.ts';
import { expand, readNetworkFile } from '../plan/stack-files.ts';
import type { DaemonConfig } from '../stacks/at-boot.ts';
import { stacks } from '../stacks/index.ts';
import type { Stack } from '../stacks/stack.ts';
import type {
  BootObstacle,
  ConfigFileOf,
  GatewayTarget,
  Generated,
  HostInterface,
  NetworkFile,
  SoughtTarget,
} from '../types.ts';
import type { BootUse } from './at-work.ts';

/** The files of a stack. */
interface StackFiles {
  readonly stack: Stack;
  readonly files: readonly NetworkFile[];
  readonly configFileOf: ConfigFileOf | undefined;
}

/** The input of the look at the next boot. */
interface BootContext {
  readonly root: string;
  readonly target: GatewayTarget;
  /** the stack that is to bring the gateway, with its files after the change */
  readonly chosen: StackFiles;
  readonly others: readonly StackFiles[];
  readonly work: BootUse;
  /** interfaces of the running system; undefined below another root */
  readonly interfaces: readonly HostInterface[] | undefined;
}

/** What keeps the gateway from being used after a boot. */
interface BootSurvey {
  readonly problems: readonly string[];
  /** the ways out, in the order of the problems */
  readonly ways: readonly string[];
  /** what rc-wait cannot evaluate */
  readonly warnings: readonly string[];
}

/**
 * Looks whether the next boot brings the gateway's interface up, and whether the file that has the gateway is the
 * one that its stack uses. Reads files only.
 */
export async function surveyBoot(context: BootContext): Promise<BootSurvey> {
  const { chosen, target, others, work } = context;
  const isScripted = await work.isScripted(chosen.stack.name);
  const generated = chosen.stack.generates?.(chosen.files) ?? [];
  const obstacles: BootObstacle[] = [
    ...chosen.stack.bootObstacles(chosen.files, target, { isScripted }),
    ...generated.flatMap((one) => overrulingOf(one, others, target)),
    ...(await generatedFirst(context)),
  ];
  const reader = generated.find((one) => one.isFor(target))?.reader ?? chosen.stack.name;
  const warnings: string[] = [];
  const { daemonConfig } = stacks.find(({ name }) => name === reader)?.atBoot ?? {};
  if (daemonConfig !== undefined && !isScripted) {
    const config = await readConfig(context.root, daemonConfig);
    // What is generated comes with settings in /run that make the daemon manage it.
    const counted =
      reader === chosen.stack.name ? config : config.filter(({ path }) => path.startsWith('/etc/'));
    obstacles.push(...[daemonConfig.leavesAlone(counted, target)].filter((one) => one !== undefined));
    warnings.push(...broughtUp(context, daemonConfig, config));
  }
  const certain = obstacles.filter(({ isCertain }) => isCertain);
  const unsure = obstacles.filter(({ isCertain }) => !isCertain);
  return {
    problems: certain.map(({ reason }) => reason),
    ways: certain.map(({ way }) => way),
    warnings: [...unsure.map(({ reason, way }) => `${reason}; to be sure, ${way}`), ...warnings],
  };
}

/** What the reader's own files have against a generated one; a file that cannot be read is a warning. */
export function overrulingOf(
  generated: Generated,
  others: readonly Pick<StackFiles, 'stack' | 'files'>[],
  link: SoughtTarget,
): readonly BootObstacle[] {
  const reader = others.find(({ stack }) => stack.name === generated.reader);
  try {
    return reader?.stack.overrules?.(reader.files, generated, link) ?? [];
  } catch (error) {
    const reason = `what ${generated.reader} reads beside ${generated.name} cannot be told: ${reasonOf(error)}`;
    return [{ reason, way: 'mend that file', isCertain: false }];
  }
}

/** A file that another stack generates for the chosen one, and that comes before the one that gets the gateway. */
async function generatedFirst({ chosen, others, target, work }: BootContext): Promise<BootObstacle[]> {
  // The daemon has said which file it uses.
  if (chosen.stack.overrules === undefined || chosen.configFileOf?.has(target.interfaceName)) return [];
  const found: BootObstacle[] = [];
  for (const { stack, files } of others) {
    const used = generatedFor(stack, files, target).filter(({ reader }) => reader === chosen.stack.name);
    for (const one of used) {
      if (overrulingOf(one, [chosen], target).length > 0 || !(await work.isUsedAtBoot(stack.name))) continue;
      found.push({
        reason: `${stack.name} generates ${one.name} for ${target.interfaceName} at boot, and ${chosen.stack.name} uses that`,
        way: `let rc-wait write to ${stack.name}, with --network ${stack.name}`,
        isCertain: true,
      });
    }
  }
  return found;
}

function generatedFor(
  stack: Stack,
  files: readonly NetworkFile[],
  target: GatewayTarget,
): readonly Generated[] {
  try {
    return (stack.generates?.(files) ?? []).filter((one) => one.isFor(target));
  } catch {
    // Files that their stack cannot read generate nothing.
    return [];
  }
}

/** A daemon's own configuration; a file that cannot be read counts as missing. */
async function readConfig(root: string, { sources }: DaemonConfig): Promise<NetworkFile[]> {
  const files: NetworkFile[] = [];
  for (const glob of sources) {
    for (const path of await expand(root, glob).catch(() => [])) {
      const file = await readNetworkFile(root, path).catch(() => undefined);
      if (file !== undefined) files.push(file);
    }
  }
  return files;
}

/** What the daemon does about interfaces that no file configures, such as a profile with DHCP. */
function broughtUp(
  { chosen, others, target, interfaces }: BootContext,
  daemonConfig: DaemonConfig,
  config: readonly NetworkFile[],
): string[] {
  const all = interfaces ?? [{ name: 'eth0', addresses: [] }];
  return all
    .filter(({ name }) => /^e(th|n)/.test(name) && name !== target.interfaceName)
    .map(({ name, macAddress }) => ({ interfaceName: name, ...(macAddress ? { macAddress } : {}) }))
    .filter((link) => ![chosen, ...others].some(({ stack, files }) => mayConfigure(stack, files, link)))
    .flatMap((link) => daemonConfig.bringsUp(config, link) ?? []);
}

/** Whether files may be for an interface. A file that cannot be read may be for any. */
function mayConfigure(
  stack: Stack,
  files: readonly NetworkFile[],
  link: { readonly interfaceName: string },
): boolean {
  try {
    return stack.configures(files, link) || stack.defaults(files).some((one) => one.mayBeOn(link));
  } catch {
    return true;
  }
}
