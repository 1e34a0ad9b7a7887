import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, reasonOf } from '../../base/error.ts';
import { distrust, rootAlone } from '../../base/trust.ts';
import { hookNames } from './names.ts';

/** A program to run when a wait has ended. */
export interface Hook {
  readonly name: string;
  readonly path: string;
}

/** The hooks in a folder. */
export interface FoundHooks {
  /** in the order in which they run */
  readonly hooks: readonly Hook[];
  /** why others do not run, in words; a person should know */
  readonly refused: readonly string[];
  /** files that are not hooks, by their names or because they are not executable */
  readonly passed: readonly string[];
}

/**
 * Finds the hooks in a folder. They run as root, so only files that nobody else can have written count. A
 * missing folder has no hooks. Never throws.
 */
export async function findHooks(folder: string): Promise<FoundHooks> {
  const hooks: Hook[] = [];
  const refused: string[] = [];
  const passed: string[] = [];
  try {
    const names = await readdir(folder);
    const wanted = hookNames(names);
    passed.push(...names.filter((name) => !wanted.includes(name)));
    // An empty folder is no danger and needs no warning.
    const fault = wanted.length === 0 ? undefined : distrust(folder, rootAlone);
    if (fault !== undefined)
      return { hooks, refused: [`cannot run the hooks in ${folder}: ${fault}`], passed };
    for (const name of wanted) {
      const path = join(folder, name);
      const judged = await judge(path);
      if (judged === 'passed') passed.push(name);
      else if (judged === 'hook') hooks.push({ name, path });
      else refused.push(`cannot run the hook ${path}: ${judged.why}`);
    }
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? ''))
      refused.push(`cannot look for hooks in ${folder}: ${reasonOf(error)}`);
  }
  return { hooks, refused, passed };
}

async function judge(path: string): Promise<'hook' | 'passed' | { readonly why: string }> {
  try {
    const stats = await stat(path);
    if (!stats.isFile() || (stats.mode & 0o111) === 0) return 'passed';
    const why = distrust(path, rootAlone);
    return why === undefined ? 'hook' : { why };
  } catch (error) {
    return { why: reasonOf(error) };
  }
}
