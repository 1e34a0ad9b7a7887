import { mustRun, parseDefaultRoutes } from '../kernel/routes.ts';
import { type Before, describeRoutes, restoreRoutes, type Settling } from '../kernel/wait-for-route.ts';
import type { Command } from '../types.ts';
import { type PutBack, putFilesBack } from './files.ts';
import type { JournalEntry } from './journal/entry.ts';

/** The result of undoing a change. */
export interface Undone extends PutBack {
  /** why the default routes are not restored; undefined: they are, or were never touched */
  readonly kernel: string | undefined;
}

export interface UndoOptions {
  readonly root: string;
  /** the commands that load the old files; undefined: the kernel was never touched */
  readonly commands: readonly Command[] | undefined;
  readonly settling: Settling;
  readonly onStep: (name: string) => Promise<void>;
}

/** Restores the state in the journal: first the files, then the kernel. Continues after failures. */
export async function undoChange(entry: JournalEntry, options: UndoOptions): Promise<Undone> {
  const { root, commands, settling, onStep } = options;
  const back = await putFilesBack(root, entry.files, onStep);
  if (commands === undefined) return { ...back, kernel: undefined };
  const kernel = await putKernelBack(commands, beforeOf(entry), settling);
  await onStep('kernel put back');
  return { ...back, kernel };
}

/** The default routes in an entry; undefined if ip(8) had failed, or nothing ran below the root. */
export function beforeOf({ routes, interface: interfaceName }: JournalEntry): Before | undefined {
  if (routes === null) return undefined;
  return { routes: routes.flatMap((words) => parseDefaultRoutes(words.join(' '))), interfaceName };
}

/** @returns undefined if the kernel has the old routes; else why not */
async function putKernelBack(
  commands: readonly Command[],
  before: Before | undefined,
  settling: Settling,
): Promise<string | undefined> {
  const problems: string[] = [];
  for (const command of commands) {
    if (!(await mustRun(command, settling.run))) continue;
    const { ok, how, output } = await settling.run(command);
    if (!ok) problems.push(commandFailed(command, how, output));
  }
  // Without a command that restores the routes there is nothing to wait for.
  const patience = { ...settling, settleMs: commands.length > 0 ? settling.settleMs : 0 };
  const isBack = before === undefined ? problems.length === 0 : await restoreRoutes(patience, before);
  if (isBack) return undefined;
  return [`the default route is not back: ${await describeRoutes(settling.run)}`, ...problems].join('; ');
}

/** How a command failed, with the end of its output. */
export function commandFailed({ argv }: Command, how: string, output: string): string {
  const said = output.trim().split('\n').slice(-5).join(' / ');
  return `"${argv.join(' ')}" failed (${how})${said === '' ? '' : `: ${said}`}`;
}

/** What could not be restored, for a person; undefined if everything is restored. */
export function lossesOf({ foreign, problems, kernel }: Undone): string | undefined {
  const changed = foreign.map((path) => `cannot put ${path} back: somebody else has changed it since`);
  const files = [...changed, ...problems];
  if (kernel === undefined) return files.length === 0 ? undefined : files.join('; ');
  return files.length === 0 ? `the old files are back, but ${kernel}` : [...files, kernel].join('; ');
}
