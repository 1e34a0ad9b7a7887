import { namesWithDropIns, type UnitListing, unitPaths, wantedUnits } from '../../system/units/listing.ts';
import { isReachedByBoot, unitInstance } from '../../system/units/names.ts';
import { readUnit, type UnitFile } from '../../system/units/unit-file.ts';
import type { Order } from '../stacks/at-boot.ts';
import { stacks } from '../stacks/index.ts';

/** Reads a text file below the root; undefined if it does not exist, or cannot be read. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** A unit that is started at boot. */
export interface StartedUnit {
  readonly unit: UnitFile;
  /** whether it runs before or after the network is set up */
  readonly order: Order;
  /** an administrator wrote it, or a part of it */
  readonly isOwners: boolean;
}

/** More than any boot starts. */
const mostUnits = 1000;

/**
 * The units that a boot starts: default.target with what it requires and wants, what other targets want by a link,
 * and what these start in turn: the service of a timer, a path or a socket, and the units of `Wants=` and its kind.
 * A drop-in is also read for a unit that is started by other means, such as D-Bus or a generator.
 * @param more units that rules of udev start
 */
export async function startedUnits(
  listing: UnitListing,
  read: ReadText,
  more: readonly string[],
): Promise<StartedUnit[]> {
  const waiting = ['default.target', ...wantedUnits(listing), ...more];
  waiting.push(...namesWithDropIns(listing).filter((name) => name.endsWith('.service')));
  const seen = new Set<string>();
  const started: StartedUnit[] = [];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (seen.has(name) || seen.size >= mostUnits || !/\.(service|timer|path|socket|target)$/.test(name))
      continue;
    seen.add(name);
    const one = isReachedByBoot(name) ? await unitOf(name, listing, read) : undefined;
    if (one === undefined) continue;
    started.push(one);
    waiting.push(...one.unit.starts);
    if (!/\.(service|target)$/.test(name) && !one.unit.starts.some((other) => other.endsWith('.service')))
      waiting.push(name.replace(/\.\w+$/, '.service'), name.replace(/\.\w+$/, '@.service'));
  }
  return started;
}

/** A unit by its name; undefined if it is masked, or does not exist. */
async function unitOf(name: string, listing: UnitListing, read: ReadText): Promise<StartedUnit | undefined> {
  const files: { path: string; text: string }[] = [];
  for (const path of unitPaths(listing, name)) {
    const text = await read(path);
    if (text !== undefined) files.push({ path, text });
  }
  if (files.length === 0) return undefined;
  const unit = readUnit(files, unitInstance(name));
  return { unit, order: orderOf(unit), isOwners: files.some(({ path }) => path.startsWith('/etc/')) };
}

/** The units that set up the network: those of stacks. */
const settingUp = stacks.flatMap(({ atBoot }) => atBoot.units);

/** The units that are started once the routes are set; the daemons' own units are active before. */
const settledWith = [
  ...stacks.flatMap(({ atBoot }) => atBoot.setUpWith),
  'network-online.target',
  'rc-local.service',
  'rackconnect-deployed.target',
];

function orderOf({ before, after }: UnitFile): Order {
  const ahead = [...settingUp, 'network.target', 'network-pre.target'];
  if (before.some((name) => ahead.includes(name))) return 'before';
  return after.some((name) => settledWith.includes(name)) ? 'after' : 'unknown';
}

/** Scripts of SysV init that are the job of a unit, or that the survey reads itself. */
const ofUnits = /^(dhcpcd|nova-agent|cloud-.*|rc-?local|rc-wait)$/;

/** Whether a script of SysV init does what the survey reads from other files, as a stack's does. */
export function isReadElsewhere(name: string): boolean {
  const isStacks = stacks.some(
    ({ atBoot }) => atBoot.units.includes(`${name}.service`) || atBoot.sysvNames?.includes(name),
  );
  return isStacks || ofUnits.test(name);
}
