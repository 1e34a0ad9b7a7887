import { stat } from 'node:fs/promises';
import { errnoOf, reasonOf } from '../../base/error.ts';
import { openBelow, realpathBelow } from '../../system/root.ts';
import { expand } from '../plan/stack-files.ts';
import { dhcpcdHook, dhcpcdHookPath } from '../stacks/ifupdown/dhcpcd-hook.ts';
import { doingsOf, isBringer, type Way } from '../stacks/text/route-command.ts';
import type { Actor, Work } from './at-work.ts';
import { dhcpcdRouters, execLines, isRunIn, readScript, scriptGroups } from './boot-scripts.ts';

/** A default route that is set at boot, but not by the stacks' own settings. */
interface ScriptDefault extends Way {
  readonly path: string;
}

/** The default routes that scripts set at boot. */
export interface ScriptFindings {
  readonly defaults: readonly ScriptDefault[];
  /** scripts that rc-wait cannot evaluate, for a person */
  readonly warnings: readonly string[];
  /** the number of scripts read */
  readonly count: number;
}

/** A command line in a stack's file that a shell runs at boot. */
export interface HookLine {
  readonly path: string;
  readonly line: string;
}

/** In bytes: larger than any script that sets routes. */
const longestScriptBytes = 256 * 1024;

/** Deeper than scripts that set routes call each other. */
const deepest = 3;

/** Reads all scripts below the root that run at boot or when the network comes up. Changes nothing, runs nothing. */
export async function readScripts(
  root: string,
  lines: readonly HookLine[],
  atWork: Work['isAtWork'],
): Promise<ScriptFindings> {
  const reader = new ScriptReader(root);
  for (const group of scriptGroups) {
    const paths = (await Promise.all(group.globs.map((glob) => expand(root, glob)))).flat();
    for (const path of paths.filter((one) => isRunIn(group, one))) {
      await reader.add(path, () => isRun(group.runBy, atWork), { isExecuted: group.isExecuted });
    }
  }
  for (const { path, line } of lines) await reader.addLine(path, line);
  await reader.addUnits();
  await reader.addDhcpcd(atWork);
  return reader.findings();
}

async function isRun(runBy: readonly Actor[] | undefined, atWork: Work['isAtWork']): Promise<boolean> {
  if (runBy === undefined) return true;
  for (const actor of runBy) if (await atWork(actor)) return true;
  return false;
}

class ScriptReader {
  readonly #root: string;
  readonly #seen = new Set<string>();
  readonly #defaults: ScriptDefault[] = [];
  readonly #warnings = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  findings(): ScriptFindings {
    return { defaults: this.#defaults, warnings: [...this.#warnings], count: this.#seen.size };
  }

  /** @param counts whether the script runs; called only if there is something to report */
  async add(
    path: string,
    counts: () => Promise<boolean>,
    { isExecuted = true, depth = 0 }: { isExecuted?: boolean; depth?: number } = {},
  ): Promise<'read' | 'missing'> {
    if (this.#seen.has(path)) return 'read';
    const script = await readOne(this.#root, path, isExecuted);
    if (script === undefined) return 'missing';
    this.#seen.add(path);
    if ('why' in script) {
      if (await counts()) this.#warnings.add(`${path} is run, and cannot be read: ${script.why}`);
      return 'read';
    }
    const { adds, isUnclear, runs } = readScript(othersIn(path, script.text));
    if ((adds.length > 0 || isUnclear) && !(await counts())) return 'read';
    this.#defaults.push(...adds.map((way) => ({ ...way, path })));
    if (isUnclear) this.#warnings.add(unclear(path));
    for (const word of runs) {
      if (depth < deepest && word?.startsWith('/') && !isOfSystem(word)) {
        await this.add(word, counts, { isExecuted: false, depth: depth + 1 });
      }
    }
    return 'read';
  }

  /** Adds the programs of a command line in a stack's own file; the stack itself reads the routes in it. */
  async addLine(path: string, line: string): Promise<void> {
    for (const word of doingsOf(line).runs) {
      const from = `a command of ${path}`;
      if (word === undefined) this.#warnings.add(`${from} runs what only a shell could tell: ${line}`);
      else if (isBringer(word)) this.#warnings.add(`${from} runs ${word}, which may bring a default route`);
      else if (!word.includes('/')) await this.#addNamed(word);
      else if (isOfSystem(word)) await this.add(word, async () => true);
      else if ((await this.add(word, async () => true, { isExecuted: false })) === 'missing') {
        this.#warnings.add(`${from} runs ${word}, which is not there to be read`);
      }
    }
  }

  /** Adds a program without a path, from /usr/local: a distribution's own programs set no default routes. */
  async #addNamed(word: string): Promise<void> {
    for (const folder of ['/usr/local/sbin', '/usr/local/bin']) {
      if ((await this.add(`${folder}/${word}`, async () => true)) === 'read') return;
    }
  }

  /** Adds the systemd units that an administrator wrote and enabled. */
  async addUnits(): Promise<void> {
    const links = await Promise.all(
      ['wants', 'requires'].map((kind) => expand(this.#root, `/etc/systemd/system/*.${kind}/*.service`)),
    );
    for (const name of new Set(links.flat().map((path) => path.slice(path.lastIndexOf('/') + 1)))) {
      const path = `/etc/systemd/system/${name}`;
      const unit = await readOne(this.#root, path, false);
      if (unit === undefined || 'why' in unit) continue;
      const { adds, isUnclear, runs } = doingsOf(execLines(unit.text));
      this.#defaults.push(...adds.map((way) => ({ ...way, path })));
      if (isUnclear) this.#warnings.add(unclear(path));
      for (const word of runs) {
        if (word?.startsWith('/') && !isOfSystem(word)) await this.add(word, async () => true, { depth: 1 });
      }
    }
  }

  /** Adds the routers in dhcpcd's configuration, if it runs as its own service. */
  async addDhcpcd(atWork: Work['isAtWork']): Promise<void> {
    const path = '/etc/dhcpcd.conf';
    const file = await readOne(this.#root, path, false);
    const ways = file === undefined || 'why' in file ? [] : dhcpcdRouters(file.text);
    if (ways.length > 0 && (await atWork('dhcpcd')))
      this.#defaults.push(...ways.map((way) => ({ ...way, path })));
  }
}

/** The text of a script without the lines that rc-wait added. */
function othersIn(path: string, text: string): string {
  return path === dhcpcdHookPath ? (dhcpcdHook(text, []) ?? '') : text;
}

function unclear(path: string): string {
  return `${path} is run, and sets routes in a way that only running it tells`;
}

/** Whether a program belongs to the distribution; no such program sets a default route by itself. */
function isOfSystem(path: string): boolean {
  return /^\/(usr\/)?(s?bin|lib|libexec)\//.test(path);
}

/** A script's text, or why it cannot be read; undefined if the file does not exist or nothing would run it. */
async function readOne(
  root: string,
  path: string,
  isExecuted: boolean,
): Promise<{ text: string } | { why: string } | undefined> {
  try {
    const stats = await stat(await realpathBelow(root, path));
    if (!stats.isFile() || (isExecuted && (stats.mode & 0o111) === 0)) return undefined;
    if (stats.size > longestScriptBytes) return { why: `it has ${stats.size} bytes` };
    const { bytes } = await openBelow(root, path, longestScriptBytes);
    return bytes.includes(0) ? { why: 'it is no script' } : { text: bytes.toString('latin1') };
  } catch (error) {
    return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' ? undefined : { why: reasonOf(error) };
  }
}
