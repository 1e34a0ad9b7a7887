import type { StackName } from '../../base/stack-names.ts';
import { realpathBelow } from '../../system/root.ts';
import type { Run } from '../../system/tool.ts';
import { isEnabled, type UnitListing } from '../../system/units/listing.ts';
import { listUnits } from '../../system/units/read.ts';
import { expand } from '../plan/stack-files.ts';
import type { AtBoot } from '../stacks/at-boot.ts';
import { stacks } from '../stacks/index.ts';

/** A program that may set default routes at boot: a stack, or an independent DHCP client. */
type Configurator = StackName | 'dhcpcd';

/** How a boot uses an actor's files; a DHCP client has a unit of its name. */
function factsOf(actor: Configurator): Pick<AtBoot, 'units' | 'generated' | 'scriptUnit'> {
  return stacks.find(({ name }) => name === actor)?.atBoot ?? { units: [`${actor}.service`] };
}

/** Which actors set up the network at boot. */
export interface BootUse {
  /** whether an actor's files are applied at boot */
  isUsedAtBoot(actor: Configurator): Promise<boolean>;
  /** whether scripts apply all of its files, regardless of a daemon */
  isScripted(actor: Configurator): Promise<boolean>;
  /** whether a unit is active now; false below a root that is not running */
  isActive(unit: string): Promise<boolean>;
}

/** The queries to the running system. */
interface Asked {
  readonly isInstalled: (tool: string) => Promise<boolean>;
  readonly run: Run;
}

/** On the running system an actor counts if its program is installed and one of its units is active or enabled. */
export function workRunning(root: string, { isInstalled, run }: Asked): BootUse {
  const ask = async (question: 'is-active' | 'is-enabled', unit: string) => {
    const argv = ['systemctl', question, '--quiet', unit] as const;
    const { ok, how } = await run({ argv, timeoutMs: 10_000 });
    // Without systemd there is nothing to query, so every installed actor counts.
    return ok || how.startsWith('cannot be started');
  };
  const isActive = remembering((unit: string) => ask('is-active', unit));
  const isUp = async (unit: string) => (await isActive(unit)) || ask('is-enabled', unit);
  return {
    isActive,
    isScripted: async (actor) => {
      const { scriptUnit } = factsOf(actor);
      return scriptUnit !== undefined && isUp(scriptUnit);
    },
    isUsedAtBoot: remembering(async (actor) => {
      if (!(await anyOf(toolsOf(actor), isInstalled))) return false;
      const { units, generated } = factsOf(actor);
      if (generated === undefined) return anyOf(units, isUp);
      return anyOf(generated, async (glob) => (await expand(root, glob)).length > 0);
    }),
  };
}

/** Caches the answer for each thing. */
function remembering<T>(ask: (thing: T) => Promise<boolean>): (thing: T) => Promise<boolean> {
  const known = new Map<T, Promise<boolean>>();
  return (thing) => {
    const answer = known.get(thing) ?? ask(thing);
    known.set(thing, answer);
    return answer;
  };
}

const folders = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'sbin', 'usr/bin', 'bin'];

/**
 * Below a root that is not running an actor counts if its program is installed and a target wants one of its
 * units. A tree without any stack's program is not a complete disk; then every actor counts.
 */
export function workBelow(root: string): BootUse {
  const has = (tool: string) => anyOf(folders, (folder) => isThere(root, `/${folder}/${tool}`));
  let isWhole: Promise<boolean> | undefined;
  let listing: Promise<UnitListing> | undefined;
  const isStarted = async (unit: string) => {
    listing ??= listUnits(root);
    return isEnabled(await listing, unit);
  };
  const wholeness = () => {
    isWhole ??= anyOf(
      stacks.flatMap(({ tools }) => tools),
      has,
    );
    return isWhole;
  };
  const isUsedAtBoot = async (actor: Configurator): Promise<boolean> => {
    if (!(await wholeness())) return true;
    if (!(await anyOf(toolsOf(actor), has))) return false;
    const { units } = factsOf(actor);
    return units.length === 0 || (await anyOf(units, isStarted)) || anyOf(startersOf(actor), has);
  };
  const isScripted = async (actor: Configurator) => {
    const { scriptUnit } = factsOf(actor);
    return scriptUnit !== undefined && (!(await wholeness()) || isStarted(scriptUnit));
  };
  return { isUsedAtBoot: remembering(isUsedAtBoot), isScripted, isActive: async () => false };
}

/** The programs of stacks whose generators start the unit of an actor, without a link in the tree. */
function startersOf(actor: Configurator): readonly string[] {
  return stacks.flatMap(({ atBoot, tools }) => (atBoot.starts?.some((name) => name === actor) ? tools : []));
}

function toolsOf(actor: Configurator): readonly string[] {
  return stacks.find(({ name }) => name === actor)?.tools ?? [actor];
}

async function isThere(root: string, path: string): Promise<boolean> {
  return realpathBelow(root, path).then(
    () => true,
    () => false,
  );
}

/** Whether one of them will do. */
export async function anyOf<T>(all: readonly T[], test: (one: T) => Promise<boolean>): Promise<boolean> {
  for (const one of all) if (await test(one)) return true;
  return false;
}
