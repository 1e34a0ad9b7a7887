import { RcWaitError, reasonOf } from '../../base/error.ts';
import type { Run } from '../../system/tool.ts';
import { isGatewayRoute, readDefaultRoutes } from '../kernel/routes.ts';
import { askDaemon, readStackFiles } from '../plan/stack-files.ts';
import { systemdRelease } from '../plan/systemd-release.ts';
import { stacks } from '../stacks/index.ts';
import type { Stack } from '../stacks/stack.ts';
import { disabledContent, linesOf } from '../stacks/text/marks.ts';
import type { ConfigFileOf, FileDefault, GatewayTarget, HostInterface, NetworkFile } from '../types.ts';
import { inWords, isForeign, withoutSource } from './accounting.ts';
import { type BootUse, workBelow, workRunning } from './at-work.ts';
import { surveyBoot } from './boot.ts';
import { readScripts } from './scripts.ts';

/** The files of a stack that were read. */
interface StackFiles {
  readonly stack: Stack;
  readonly files: readonly NetworkFile[];
  /** whether its program is installed; undefined if unknown */
  readonly installed: boolean | undefined;
  readonly configFileOf: ConfigFileOf | undefined;
}

/** What the survey reads from the running system. */
interface SurveyHost {
  readonly interfaces: () => readonly HostInterface[];
  readonly isInstalled: (tool: string) => Promise<boolean>;
  readonly isPresent: (interfaceName: string) => boolean;
  readonly run: Run;
}

/** The input of a survey. */
export interface SurveyContext {
  readonly root: string;
  /** undefined below a root that is not running */
  readonly host: SurveyHost | undefined;
  readonly readings: readonly StackFiles[];
  /** the stack whose files the plan changes */
  readonly chosen: StackFiles | undefined;
  /** the files of that stack after the change */
  readonly after: readonly NetworkFile[];
  readonly target: GatewayTarget;
  /** the files need no change; then a route that only the kernel has may be left over from before */
  readonly isSettled: boolean;
}

/** Sources of default routes that the plan does not disable. */
export interface Survey {
  /** conflicts with the plan, for a person; if empty, the plan may be applied */
  readonly problems: readonly string[];
  /** how to solve the problems */
  readonly hint: string;
  /** sources that rc-wait cannot evaluate, for a person */
  readonly warnings: readonly string[];
}

/**
 * Surveys the default routes in all stacks' files, in the scripts that a boot runs, and in the kernel. After a
 * reboot, routes that the plan leaves in place would come back beside the wanted one, or instead of it.
 */
export async function surveyDefaults(context: SurveyContext): Promise<Survey> {
  const { root, host, chosen, target, after } = context;
  const work = withChosen(host === undefined ? workBelow(root) : workRunning(root, host), chosen);
  const { others, warnings } = await readOthers(context);
  const problems: string[] = [];
  for (const other of others) {
    const left = await remainingIn(other, context, work);
    warnings.push(...left.warnings);
    problems.push(
      ...left.defaults.map(
        (one) => `${one.path} (${other.stack.name}) brings "${inWords(one, one.isLeased)}"`,
      ),
    );
  }
  const changed = chosen === undefined ? [] : [{ ...chosen, files: after, before: chosen.files }];
  const lines = [...changed, ...others].flatMap((one) => commandsOf(one, target));
  const scripts = await readScripts(root, target, lines, work.isUsedAtBoot);
  warnings.push(...scripts.warnings);
  for (const { path, line, via, device } of scripts.defaults) {
    const isWanted = via === target.gateway && (device === undefined || device === target.interfaceName);
    const at = line === undefined ? '' : ` (line ${line})`;
    if (!isWanted)
      problems.push(
        `${path}, which runs at boot or when the network comes up, sets "${inWords({ via, device })}"${at}`,
      );
  }
  const thing = problems.length > 0 ? 'default route' : 'command';
  problems.push(...scripts.losses);
  const ways =
    problems.length > 0
      ? [`take that ${thing} out there, or see to it that nothing reads that file at boot`]
      : [];
  if (chosen !== undefined) {
    const interfaces = host?.interfaces();
    const boot = await surveyBoot({
      root,
      target,
      chosen: { ...chosen, files: after },
      others,
      work,
      interfaces,
    });
    problems.push(...boot.problems);
    ways.push(...boot.ways);
    warnings.push(...boot.warnings);
  }
  const hint = `nothing was changed; ${ways.join('; ')}, and try again`;
  if (problems.length > 0 || host === undefined) return { problems, hint, warnings };
  const kernel = await kernelSurvey(context, host, scripts.count);
  if (!context.isSettled || kernel.isHeld) return { ...kernel, warnings };
  return { problems: [], hint, warnings: [...warnings, ...kernel.problems] };
}

/** The error for a survey with problems. */
export function refusal({ problems, hint }: Survey, { gateway }: GatewayTarget): RcWaitError {
  const reasons = problems.join('; ');
  return new RcWaitError('NETWORK_FILE', `cannot make ${gateway} the only default route: ${reasons}`, {
    hint,
  });
}

/** The chosen stack always counts as in use at boot. */
function withChosen(work: BootUse, chosen: StackFiles | undefined): BootUse {
  return {
    ...work,
    isUsedAtBoot: async (actor) => actor === chosen?.stack.name || work.isUsedAtBoot(actor),
  };
}

async function kernelSurvey(
  { chosen, target, readings }: SurveyContext,
  host: SurveyHost,
  scripts: number,
): Promise<Pick<Survey, 'problems' | 'hint'> & { readonly isHeld: boolean }> {
  const known = chosen === undefined ? [] : [...chosen.stack.defaults(chosen.files), ...beforeMarks(chosen)];
  const kernel = (await readDefaultRoutes(host.run)) ?? [];
  const routes = withoutSource(kernel, known, target, host.interfaces());
  const looked = readings.map(({ stack, files }) => `${files.length} of ${stack.name}`).join(', ');
  const words = routes.map((route) => `"${route.words.join(' ')}"`);
  return {
    isHeld: isGatewayRoute(kernel[0], target),
    problems: words.map(
      (one) =>
        `nothing that the change takes away brings the kernel's ${one}, so it may be back after a reboot (looked at files: ${looked}, ${scripts} scripts)`,
    ),
    hint: `nothing was changed; find what sets it and take it out there, or, where nothing does any more, run "ip route del" with these words: ${words.join(', ')}; and try again`,
  };
}

/** The default routes before rc-wait disabled lines; empty if the stack cannot parse the restored lines. */
function beforeMarks({ stack, files }: StackFiles): readonly FileDefault[] {
  const before = files.map(({ path, text }) => {
    const lines = linesOf(text).map((line) => (disabledContent(line.text) ?? line.text) + line.ending);
    return { path, text: lines.join('') };
  });
  try {
    return stack.defaults(before);
  } catch {
    return [];
  }
}

/** The other stacks' files; a file that cannot be read causes a warning, not an error. */
async function readOthers({ root, readings, chosen }: SurveyContext) {
  const others = readings.filter((one) => one.stack !== chosen?.stack && one.installed !== false);
  const warnings: string[] = [];
  for (const stack of stacks.filter((one) => !readings.some((reading) => reading.stack === one))) {
    try {
      const files = await readStackFiles(stack, root);
      others.push({ stack, files, installed: undefined, configFileOf: undefined });
    } catch (error) {
      warnings.push(notLookedAt(stack, error));
    }
  }
  return { others, warnings };
}

function notLookedAt({ name }: Stack, error: unknown): string {
  return `the files of ${name} were not looked at for default routes: ${reasonOf(error)}`;
}

/** The default routes that another stack sets at boot. Its daemon is queried only if its files have any. */
async function remainingIn(
  other: StackFiles,
  { root, host, target }: SurveyContext,
  work: BootUse,
): Promise<{ defaults: readonly FileDefault[]; warnings: readonly string[] }> {
  const { stack, files } = other;
  try {
    const foreign = stack
      .defaults(files)
      .filter(
        (one) =>
          one.isAtBoot &&
          isForeign(one, target) &&
          (one.device === undefined || (host?.isPresent(one.device) ?? true)),
      );
    if (foreign.length === 0 || !(await work.isUsedAtBoot(stack.name))) return { defaults: [], warnings: [] };
    const used = await usedBy(other, host, work);
    const inUse = foreign.filter(({ path }) => isUsed(stack, path, used));
    const isCleared = inUse.some((one) => one.clearedFrom !== undefined);
    const release = isCleared ? ((await systemdRelease(root)) ?? 0) : 0;
    return { defaults: inUse.filter((one) => release < (one.clearedFrom ?? Infinity)), warnings: [] };
  } catch (error) {
    const isUsedAtBoot = await work.isUsedAtBoot(stack.name);
    return { defaults: [], warnings: isUsedAtBoot ? [notLookedAt(stack, error)] : [] };
  }
}

/** The files that a stack's daemon uses; undefined if all files count: no daemon to query, or scripts read them all. */
async function usedBy({ stack, configFileOf }: StackFiles, host: SurveyHost | undefined, work: BootUse) {
  if (host === undefined || stack.daemon?.question === undefined || (await work.isScripted(stack.name)))
    return undefined;
  if (!(await work.isActive(stack.daemon.unit))) return undefined;
  const used = configFileOf ?? (await askDaemon(stack, host.run));
  return used === undefined ? undefined : [...used.values()];
}

/** Whether a file is used by the daemon; a package's file in /lib counts only if a daemon names it. */
function isUsed({ atBoot }: Stack, path: string, used: readonly string[] | undefined): boolean {
  if (used === undefined) return !/^(\/usr)?\/lib\/systemd\//.test(path);
  return used.some((one) => path === one || atBoot.isUsedWith?.(path, one));
}

/** The commands in a stack's files, with the numbers of their lines before the change. */
function commandsOf(
  { stack, files, before = files }: StackFiles & { before?: readonly NetworkFile[] },
  target: GatewayTarget,
) {
  try {
    return (stack.atBoot.commands?.(files, target) ?? []).map((one) => {
      const [now, then] = [files, before].map((all) => linesIn(all, one.path));
      return { ...one, stack: stack.name, number: 1 + sameLine(now ?? [], then ?? [], one.number - 1) };
    });
  } catch {
    // A stack does not run a file that it cannot parse.
    return [];
  }
}

function linesIn(files: readonly NetworkFile[], path: string): string[] {
  return linesOf(files.find((file) => file.path === path)?.text ?? '').map(({ text }) => text);
}

/** The index, among other lines, of a line by its text and its turn among equal lines. */
function sameLine(lines: readonly string[], others: readonly string[], index: number): number {
  const turn = lines.slice(0, index).filter((line) => line === lines[index]).length;
  const equal = [...others.keys()].filter((at) => others[at] === lines[index]);
  return equal[turn] ?? index;
}
