import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackName } from '../../base/stack-names.ts';
import { realpathBelow } from '../../system/root.ts';
import type { Run } from '../../system/tool.ts';
import { expand } from '../plan/stack-files.ts';
import { stacks } from '../stacks/index.ts';

/** What may set default routes at boot: a stack, or a DHCP client that works by itself. */
export type Actor = StackName | 'dhcpcd';

/**
 * The units of which one brings up what an actor's files say. netplan has none: its generator runs
 * at every boot where it is installed.
 */
const units: Readonly<Record<Actor, readonly string[]>> = {
  netplan: [],
  ifupdown: ['networking.service'],
  networkd: ['systemd-networkd.service'],
  networkmanager: ['NetworkManager.service'],
  ifcfg: ['network.service', 'NetworkManager.service'],
  wicked: ['wicked.service', 'wickedd.service'],
  dhcpcd: ['dhcpcd.service'],
};

/** What is at work at boot. */
export interface Work {
  /** whether the files of an actor count at boot */
  isAtWork(actor: Actor): Promise<boolean>;
  /** whether scripts bring up all that its files say, whatever a daemon makes of them */
  isScripted(actor: Actor): Promise<boolean>;
  /** whether a unit is at work now; below a root that is not running none is */
  isActive(unit: string): Promise<boolean>;
}

/** What netplan's generator has written at this boot. */
const generated = ['/run/systemd/network/10-netplan-*', '/run/NetworkManager/system-connections/netplan-*'];

/** The running system, as far as it is asked. */
interface Asked {
  readonly isInstalled: (tool: string) => Promise<boolean>;
  readonly run: Run;
}

/** On the running system: its program is there, and one of its units is active or enabled. */
export function workRunning(root: string, { isInstalled, run }: Asked): Work {
  const ask = async (question: 'is-active' | 'is-enabled', unit: string) => {
    const argv = ['systemctl', question, '--quiet', unit] as const;
    const { ok, how } = await run({ argv, timeoutMs: 10_000 });
    // Without systemd nobody can be asked; what is installed is at work then.
    return ok || how.startsWith('cannot be started');
  };
  const isActive = remembering((unit: string) => ask('is-active', unit));
  const isUp = async (unit: string) => (await isActive(unit)) || ask('is-enabled', unit);
  return {
    isActive,
    isScripted: async (actor) => actor === 'ifcfg' && isUp('network.service'),
    isAtWork: remembering(async (actor) => {
      if (!(await anyOf(toolsOf(actor), isInstalled))) return false;
      if (actor !== 'netplan') return anyOf(units[actor], isUp);
      return anyOf(generated, async (glob) => (await expand(root, glob)).length > 0);
    }),
  };
}

/** Asks once for each thing. */
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
 * Below a root that is not running: its program is there, and one of its units is wanted by a target.
 * Where the tree has no program of any stack it is no whole disk, and everything counts.
 */
export function workBelow(root: string): Work {
  const has = (tool: string) => anyOf(folders, (folder) => isThere(root, `/${folder}/${tool}`));
  let isWhole: Promise<boolean> | undefined;
  const isWanted = (actor: Actor) => anyOf(units[actor], (unit) => hasLink(root, unit));
  const isAtWork = async (actor: Actor): Promise<boolean> => {
    isWhole ??= anyOf(
      stacks.flatMap(({ tools }) => tools),
      has,
    );
    if (!(await isWhole)) return true;
    if (!(await anyOf(toolsOf(actor), has))) return false;
    // netplan's generator has networkd started, without a link that could be seen here.
    return units[actor].length === 0 || (actor === 'networkd' && (await has('netplan'))) || isWanted(actor);
  };
  return { isAtWork: remembering(isAtWork), isScripted: async () => true, isActive: async () => false };
}

function toolsOf(actor: Actor): readonly string[] {
  return stacks.find(({ name }) => name === actor)?.tools ?? [actor];
}

/** By a link of `systemctl enable`, or of SysV init; unless it is masked. */
async function hasLink(root: string, unit: string): Promise<boolean> {
  const masked = await readlink(join(root, '/etc/systemd/system', unit)).catch(() => '');
  if (masked === '/dev/null') return false;
  const name = unit.replace(/\.service$/, '');
  const globs = [
    `/etc/systemd/system/*.wants/${unit}`,
    `/etc/systemd/system/*.requires/${unit}`,
    `/usr/lib/systemd/system/*.wants/${unit}`,
    `/etc/rc[S2345].d/S??${name}`,
    `/etc/rc.d/rc[2345].d/S??${name}`,
  ];
  for (const glob of globs) {
    for (const path of await expand(root, glob)) {
      // The link itself: it leads to a path of the server's, not to one of this machine's.
      if (
        await lstat(join(root, path)).then(
          () => true,
          () => false,
        )
      )
        return true;
    }
  }
  return false;
}

async function isThere(root: string, path: string): Promise<boolean> {
  return realpathBelow(root, path).then(
    () => true,
    () => false,
  );
}

async function anyOf<T>(all: readonly T[], test: (one: T) => Promise<boolean>): Promise<boolean> {
  for (const one of all) if (await test(one)) return true;
  return false;
}
