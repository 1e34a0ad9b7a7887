import { isCalledFor, parseDefaultRoutes } from '../kernel/routes.ts';
import { type Before, bringBack, describeRoutes, type Settling } from '../kernel/wait-for-route.ts';
import type { Command } from '../types.ts';
import { type PutBack, putFilesBack } from './files.ts';
import type { JournalEntry } from './journal/entry.ts';

/** What became of a change that was to be undone. */
export interface Undone extends PutBack {
  /** why the default routes are not what they were; undefined: they are, or nobody touched them */
  readonly kernel: string | undefined;
}

export interface UndoOptions {
  readonly root: string;
  /** the commands that bring the old files into the kernel; undefined: the kernel was never touched */
  readonly commands: readonly Command[] | undefined;
  readonly settling: Settling;
  readonly onStep: (name: string) => Promise<void>;
}

/** Puts everything back as the journal has it: the files first, then the kernel. Goes on whatever fails. */
export async function undoChange(entry: JournalEntry, options: UndoOptions): Promise<Undone> {
  const { root, commands, settling, onStep } = options;
  const back = await putFilesBack(root, entry.files, onStep);
  if (commands === undefined) return { ...back, kernel: undefined };
  const kernel = await putKernelBack(commands, beforeOf(entry), settling);
  await onStep('kernel put back');
  return { ...back, kernel };
}

/** The default routes that an entry remembers; undefined when ip(8) did not tell them. */
export function beforeOf({ routes, interface: interfaceName }: JournalEntry): Before | undefined {
  if (routes === null) return undefined;
  return { routes: routes.flatMap((words) => parseDefaultRoutes(words.join(' '))), interfaceName };
}

/** @returns undefined when the kernel holds the routes; else why not */
async function putKernelBack(
  commands: readonly Command[],
  before: Before | undefined,
  settling: Settling,
): Promise<string | undefined> {
  const problems: string[] = [];
  for (const command of commands) {
    if (!(await isCalledFor(command, settling.run))) continue;
    const { ok, how, output } = await settling.run(command);
    if (!ok) problems.push(commandFailed(command, how, output));
  }
  // With no command to bring the routes back, there is nothing to wait for.
  const patience = { ...settling, settleMs: commands.length > 0 ? settling.settleMs : 0 };
  const isBack = before === undefined ? problems.length === 0 : await bringBack(patience, before);
  if (isBack) return undefined;
  return [`the default route is not back: ${await describeRoutes(settling.run)}`, ...problems].join('; ');
}

/** How a command failed, with the end of what it said. */
export function commandFailed({ argv }: Command, how: string, output: string): string {
  const said = output.trim().split('\n').slice(-5).join(' / ');
  return `"${argv.join(' ')}" failed (${how})${said === '' ? '' : `: ${said}`}`;
}

/** What could not be put back, in words; undefined when everything is back. */
export function lossesOf({ foreign, problems, kernel }: Undone): string | undefined {
  const changed = foreign.map((path) => `cannot put ${path} back: somebody else has changed it since`);
  const files = [...changed, ...problems];
  if (kernel === undefined) return files.length === 0 ? undefined : files.join('; ');
  return files.length === 0 ? `the old files are back, but ${kernel}` : [...files, kernel].join('; ');
}
