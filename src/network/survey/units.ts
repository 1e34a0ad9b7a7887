import { namesWithDropIns, type UnitListing, unitPaths, wantedUnits } from '../../system/units/listing.ts';
import { instanceOf, isReachedByBoot } from '../../system/units/names.ts';
import { readUnit, type UnitFile } from '../../system/units/unit-file.ts';
import type { Order } from './losses.ts';

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
 */
export async function startedUnits(listing: UnitListing, read: ReadText): Promise<StartedUnit[]> {
  const waiting = ['default.target', ...wantedUnits(listing)];
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
  const unit = readUnit(files, instanceOf(name));
  return { unit, order: orderOf(unit), isOwners: files.some(({ path }) => path.startsWith('/etc/')) };
}

function orderOf({ before, after }: UnitFile): Order {
  const isSetup = /^(networking|network|NetworkManager|systemd-networkd|wicked)\.service$/;
  if (before.some((name) => isSetup.test(name) || /^network(-pre)?\.target$/.test(name))) return 'before';
  // The daemons' own units are active before the routes are set; their wait-online units are not.
  const isDone =
    /^(network-online\.target|(networking|network|wicked|rc-local|NetworkManager-wait-online|systemd-networkd-wait-online)\.service|rackconnect-deployed\.target)$/;
  return after.some((name) => isDone.test(name)) ? 'after' : 'unknown';
}

/** Scripts that set up the network by the files of a stack, or are the job of a unit. */
const ofStacks =
  /^(networking|network|wicked|NetworkManager|network-manager|dhcpcd|nova-agent|cloud-.*|rc-?local|rc-wait)$/;

/** Whether a script of SysV init does what the survey reads from other files. */
export function isReadElsewhere(name: string): boolean {
  return ofStacks.test(name);
}
