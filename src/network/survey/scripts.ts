import type { StackName } from '../../base/stack-names.ts';
import { sysvScripts, type UnitListing } from '../../system/units/listing.ts';
import { listUnits } from '../../system/units/read.ts';
import { expand } from '../plan/stack-files.ts';
import type { BootCommand, Order } from '../stacks/at-boot.ts';
import { hasWildcard, nameOf } from '../stacks/text/glob.ts';
import { type At, atLine, effectsOf, namesRoutes, type RouteEffects } from '../stacks/text/script/doings.ts';
import { isOfSystem, type Launch } from '../stacks/text/script/launch.ts';
import type { GatewayTarget } from '../types.ts';
import { anyOf, type BootUse } from './at-work.ts';
import { dhcpcdRouters, isRunIn, isShipped, readScript, scriptGroups } from './boot-scripts.ts';
import { bootcmdCommands, cloudConfigs, cloudInitOff } from './bootcmd.ts';
import { cronCommands, crontabs, isOfUser } from './cron.ts';
import type { ScriptDefault, ScriptFindings } from './findings.ts';
import { weigh } from './losses.ts';
import { routeByPppd } from './ppp.ts';
import { readScriptFile } from './read-script.ts';
import { udevRules, udevStarts } from './udev.ts';
import { isReadElsewhere, startedUnits } from './units.ts';

/** A command line in a stack's file that a shell runs at boot. */
export interface HookLine extends BootCommand {
  readonly stack: StackName;
}

/** Deeper than scripts that set routes call each other, and more than any boot runs. */
const [deepest, mostScripts] = [6, 1000];

/** How a script comes to run. */
interface Context {
  readonly order: Order;
  /** an administrator wrote what runs it; packages run programs whose names only a shell could tell all the time */
  readonly isOwners: boolean;
  readonly isConditional: boolean;
  readonly depth: number;
  /** whether it runs at all; called only if there is something to report */
  counts(): Promise<boolean>;
}

const always = async () => true;
const start = { isConditional: false, depth: 0, counts: always } as const;

/** Reads all scripts below the root that run at boot or when the network comes up. Changes nothing, runs nothing. */
export async function readScripts(
  root: string,
  target: GatewayTarget,
  lines: readonly HookLine[],
  atWork: BootUse['isUsedAtBoot'],
): Promise<ScriptFindings> {
  const reader = new ScriptReader(root, target);
  for (const group of scriptGroups) {
    const { globs, runBy, isExecuted, order = 'after', isOwners = false } = group;
    const counts = async () => runBy === undefined || anyOf(runBy, atWork);
    const paths = (await Promise.all(globs.map((glob) => expand(root, glob)))).flat();
    for (const path of paths.filter((one) => isRunIn(group, one)))
      await reader.add(path, isExecuted ? 'executed' : 'shell', { ...start, counts, order, isOwners });
  }
  for (const one of lines) await reader.addHook(one, () => atWork(one.stack));
  const units = await listUnits(root);
  await reader.addUnits(units, await reader.addUdev());
  await reader.addSysv(units);
  await reader.addCron();
  await reader.addBootcmd();
  await reader.addDhcpcd(atWork);
  return reader.findings();
}

class ScriptReader {
  readonly #root: string;
  readonly #target: GatewayTarget;
  readonly #seen = new Set<string>();
  readonly #defaults: ScriptDefault[] = [];
  readonly #losses = new Set<string>();
  readonly #warnings = new Set<string>();

  constructor(root: string, target: GatewayTarget) {
    this.#root = root;
    this.#target = target;
  }

  findings(): ScriptFindings {
    return {
      defaults: this.#defaults,
      losses: [...this.#losses],
      warnings: [...this.#warnings],
      count: this.#seen.size,
    };
  }

  /** Adds a script, and what it runs. */
  async add(path: string, how: Launch['how'], context: Context): Promise<'read' | 'missing'> {
    if (this.#seen.has(path)) return 'read';
    const script = await readScriptFile(this.#root, path, how === 'executed' || how === 'folder');
    if (script === undefined) return 'missing';
    if (this.#seen.size >= mostScripts) {
      this.#warnings.add(
        `a boot runs more than ${mostScripts} scripts; ${path} and others were not looked at`,
      );
      return 'read';
    }
    this.#seen.add(path);
    if ('why' in script) {
      if (!isOfSystem(path) && (await context.counts()))
        this.#warnings.add(`${path} runs at boot, but cannot be read: ${script.why}`);
      return 'read';
    }
    const doings = readScript(script.text, path, how);
    if (isShipped(path)) await this.#addCertain(path, doings, context);
    else await this.#addDoings(path, doings, context, { isNaming: namesRoutes(script.text) });
    return 'read';
  }

  /** Adds a command line of a stack's own file; the stack itself reads the routes that it adds. */
  async addHook({ path, line, number, order }: HookLine, counts: Context['counts']): Promise<void> {
    const doings = atLine(effectsOf(line), number);
    await this.#addDoings(
      path,
      { ...doings, adds: [], unclear: [] },
      { ...start, counts, order, isOwners: true },
    );
  }

  /** Adds the programs that rules of udev start. Resolves to the units that they start. */
  async addUdev(): Promise<readonly string[]> {
    const rules = (await Promise.all(udevRules.map((glob) => expand(this.#root, glob)))).flat();
    const byName = new Map<string, string>();
    for (const path of rules) if (!byName.has(nameOf(path))) byName.set(nameOf(path), path);
    const units: string[] = [];
    for (const path of byName.values()) {
      const started = udevStarts((await this.#textOf(path)) ?? '');
      units.push(...started.units);
      const isOwners = !isOfSystem(path);
      for (const { line, command } of started.commands) {
        const doings = atLine(effectsOf(command), line);
        const context: Context = { ...start, order: 'unknown', isOwners };
        await (isOwners ? this.#addDoings(path, doings, context) : this.#addCertain(path, doings, context));
      }
    }
    return units;
  }

  /** Adds the systemd units that a boot starts. */
  async addUnits(units: UnitListing, more: readonly string[]): Promise<void> {
    for (const { unit, order, isOwners } of await startedUnits(units, (path) => this.#textOf(path), more)) {
      if (unit.hasOwnNetwork) continue;
      const context = { ...start, order, isOwners: isOwners && !unit.isUnprivileged };
      for (const { path, line, command } of unit.commands) {
        const doings = atLine(effectsOf(unit.variables + command, unit.folder), line);
        if (isOwners) await this.#addDoings(path, doings, context);
        else await this.#addCertain(path, doings, context);
      }
    }
  }

  /** Adds the scripts of SysV init that a boot starts. */
  async addSysv(units: UnitListing): Promise<void> {
    for (const { candidates } of sysvScripts(units).filter(({ name }) => !isReadElsewhere(name))) {
      await this.#addFirst(candidates, 'executed', { ...start, order: 'unknown', isOwners: false });
    }
  }

  /** Adds the commands of root's crontabs. */
  async addCron(): Promise<void> {
    const tables = await Promise.all(crontabs.map((glob) => expand(this.#root, glob)));
    for (const path of tables.flat()) {
      for (const one of cronCommands(path, (await this.#textOf(path)) ?? '')) {
        const context: Context = { ...start, order: 'unknown', isOwners: isOfUser(path) || one.isAtBoot };
        const doings = atLine(effectsOf(one.variables + one.command, '/root'), one.line);
        await this.#addDoings(path, doings, context, { isNaming: namesRoutes(one.command) });
      }
    }
  }

  /** Adds the commands of cloud-init's `bootcmd`. */
  async addBootcmd(): Promise<void> {
    if (await this.#isThere(cloudInitOff)) return;
    const files = await Promise.all(cloudConfigs.map((glob) => expand(this.#root, glob)));
    for (const path of files.flat()) {
      for (const { line, command } of bootcmdCommands((await this.#textOf(path)) ?? '')) {
        const doings = atLine(effectsOf(command), line);
        const context: Context = { ...start, order: 'unknown', isOwners: true };
        await this.#addDoings(path, doings, context, { isNaming: namesRoutes(command) });
      }
    }
  }

  /** Adds the routers in dhcpcd's configuration, if it runs as its own service. */
  async addDhcpcd(atWork: BootUse['isUsedAtBoot']): Promise<void> {
    const path = '/etc/dhcpcd.conf';
    const text = await this.#textOf(path);
    const ways = text === undefined ? [] : dhcpcdRouters(text);
    if (ways.length > 0 && (await atWork('dhcpcd')))
      this.#defaults.push(...ways.map((way) => ({ ...way, path, line: undefined })));
  }

  /** Adds only the routes through a known gateway: all that a script of a distribution is believed to do. */
  async #addCertain(path: string, { adds, runs }: RouteEffects, context: Context): Promise<void> {
    const known = adds.filter(({ via }) => via !== undefined);
    if (known.length > 0 && (await context.counts()))
      this.#defaults.push(...known.map(({ via, device, line }) => ({ path, line, via, device })));
    for (const launch of runs.filter(({ candidates: [first = '/'] }) => !isOfSystem(first) && first !== '/'))
      await this.#addLaunch(path, launch, { ...context, isOwners: false }, false);
  }

  /** Adds what a script or a command line does, and the files that it runs. */
  async #addDoings(
    path: string,
    { adds, unclear, takes, bringers, runs }: RouteEffects,
    context: Context,
    { isNaming = false }: { readonly isNaming?: boolean } = {},
  ): Promise<void> {
    if (adds.length + unclear.length + takes.length + bringers.length > 0 && !(await context.counts()))
      return;
    this.#defaults.push(...adds.map(({ via, device, line }) => ({ path, line, via, device })));
    for (const at of unclear)
      this.#warn(path, at, 'runs at boot and sets routes that rc-wait cannot determine');
    for (const at of bringers) await this.#addBringer(path, at, context.isConditional);
    for (const taken of takes) {
      const one = { ...taken, isConditional: taken.isConditional || context.isConditional };
      const weight = weigh(one, this.#target, context.order);
      if (weight === 'certain')
        this.#losses.add(
          `${path} (line ${one.line}) runs "${one.words}", which takes the gateway away again`,
        );
      if (weight === 'possible')
        this.#warn(path, one, `runs "${one.words}", which may take the gateway away`);
    }
    for (const launch of runs) await this.#addLaunch(path, launch, context, isNaming);
  }

  /** Adds a command that brings up an interface; of a link of PPP the options tell what it does with the route. */
  async #addBringer(path: string, at: At, isConditional: boolean): Promise<void> {
    const route = await routeByPppd(at.words, (file) => this.#textOf(file));
    if (route === 'leaves') return;
    if (route === 'replaces' && !isConditional && !at.isConditional)
      this.#losses.add(
        `${path} (line ${at.line}) runs "${at.words}", which replaces the default route (replacedefaultroute of pppd)`,
      );
    else this.#warn(path, at, `runs "${at.words}", which may bring a default route`);
  }

  async #addLaunch(path: string, launch: Launch, context: Context, isNaming: boolean): Promise<void> {
    const { candidates, how, isNamed, isConditional, words } = launch;
    if (candidates.length === 0) {
      if ((context.isOwners || isNaming) && (await context.counts()))
        this.#warn(path, launch, `runs what only a shell could tell: ${words}`);
      return;
    }
    if (context.depth >= deepest) return;
    const inner = {
      ...context,
      isConditional: context.isConditional || isConditional,
      depth: context.depth + 1,
    };
    const found = await this.#addFirst(candidates, how, inner);
    const [first = ''] = candidates;
    if (found === 'read' || isNamed || isOfSystem(first) || hasWildcard(first) || isConditional) return;
    if (how === 'folder' || !context.isOwners || (await this.#isThere(first)) || !(await context.counts()))
      return;
    this.#warn(path, launch, `runs ${first}, which is not there to be read`);
  }

  /** Adds the first candidate that exists. */
  async #addFirst(
    candidates: readonly string[],
    how: Launch['how'],
    context: Context,
  ): Promise<'read' | 'missing'> {
    for (const one of candidates) {
      const glob = how === 'folder' ? `${one}/*` : one;
      const paths = hasWildcard(glob) ? await expand(this.#root, glob) : [glob];
      const results = [];
      for (const path of paths) {
        // What run-parts(8) or a script itself passes over is taken along: better a warning too many.
        if (how === 'folder' && /(~|\.(bak|old|orig|rpmnew|rpmsave|rpmorig|dpkg-\w+|swp))$/.test(path))
          continue;
        results.push(await this.add(path, how, context));
      }
      if (results.includes('read')) return 'read';
    }
    return 'missing';
  }

  #warn(path: string, { line }: Pick<At, 'line'>, words: string): void {
    this.#warnings.add(`${path} (line ${line}) ${words}`);
  }

  async #isThere(path: string): Promise<boolean> {
    return (await readScriptFile(this.#root, path, false)) !== undefined;
  }

  async #textOf(path: string): Promise<string | undefined> {
    const file = await readScriptFile(this.#root, path, false);
    return file === undefined || 'why' in file ? undefined : file.text;
  }
}
