import {
  asInstance,
  dropInFolders,
  isReachedByBoot,
  isUnitName,
  suffixOf,
  templateOf,
  unitInstance,
} from './names.ts';

/** A name in a folder of units. A link to /dev/null and an empty file are masks (systemd.unit(5)). */
export type UnitEntry =
  | { readonly kind: 'file' | 'mask' }
  /** the path that a symbolic link holds, below the root; only its last name counts if it is a folder of units */
  | { readonly kind: 'link'; readonly target: string };

/** One folder of units. */
export interface UnitFolder {
  readonly path: string;
  readonly units: ReadonlyMap<string, UnitEntry>;
  /** the folders `NAME.d`, `NAME.wants` and their kind, each with its names, and whether a name is only a mask */
  readonly inner: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
}

/** The names in all folders of units. */
export interface UnitListing {
  /** in systemd's order */
  readonly folders: readonly UnitFolder[];
  /** the start links of SysV init: `/etc/rc2.d/S01ssh` */
  readonly sysvLinks: readonly string[];
}

/** A unit by its name. */
type FoundUnit =
  | { readonly kind: 'absent' }
  | { readonly kind: 'masked'; readonly path: string }
  /** the names are all that it has, the own one first: those of its aliases too */
  | { readonly kind: 'found'; readonly path: string; readonly names: readonly string[] };

/** Deeper than aliases of aliases go. */
const deepest = 8;

/** Looks a unit up as systemd does: by its name and by that of its template, through aliases, past no mask. */
export function findUnit(listing: UnitListing, name: string, depth = 0): FoundUnit {
  for (const candidate of [name, templateOf(name)]) {
    for (const { path: folder, units } of listing.folders) {
      const entry = candidate === undefined ? undefined : units.get(candidate);
      if (entry === undefined) continue;
      const path = `${folder}/${candidate}`;
      if (entry.kind === 'mask') return { kind: 'masked', path };
      const alias = aliasIn(listing, entry, candidate ?? name);
      if (alias === undefined) return { kind: 'found', path, names: namesOf(listing, name) };
      if (depth >= deepest) return { kind: 'absent' };
      const real = findUnit(listing, asInstance(alias, unitInstance(name)), depth + 1);
      return real.kind === 'found' ? { ...real, names: [...new Set([name, ...real.names])] } : real;
    }
  }
  return { kind: 'absent' };
}

/** The other unit that a link leads to; a link out of the folders, or to the same name, is the unit's own file. */
function aliasIn({ folders }: UnitListing, entry: UnitEntry, name: string): string | undefined {
  if (entry.kind !== 'link') return undefined;
  const at = entry.target.lastIndexOf('/');
  const other = entry.target.slice(at + 1);
  // Debian's links lead to /lib/systemd/system, also where /lib is itself a link to /usr/lib.
  const folder = entry.target.slice(0, at);
  const isInside = folders.some(({ path }) => path === folder || path === `/usr${folder}`);
  const isAlias = isInside && other !== name && isUnitName(other) && suffixOf(other) === suffixOf(name);
  return isAlias ? other : undefined;
}

/** The names of a unit: its own, and each that is a link to it. */
function namesOf(listing: UnitListing, name: string): string[] {
  const own = [name, templateOf(name) ?? name];
  const isOwn = (other: string | undefined): boolean => other !== undefined && own.includes(other);
  const aliases = listing.folders.flatMap(({ units }) =>
    [...units].flatMap(([alias, entry]) =>
      isOwn(aliasIn(listing, entry, alias)) ? [asInstance(alias, unitInstance(name))] : [],
    ),
  );
  return [...new Set([name, ...aliases])];
}

/** The link or file that masks a unit; undefined: it is not masked. */
export function maskOf(listing: UnitListing, name: string): string | undefined {
  const unit = findUnit(listing, name);
  return unit.kind === 'masked' ? unit.path : undefined;
}

/** The paths of a unit's file and of its drop-ins, in the order in which systemd reads them; empty: nothing to start. */
export function unitPaths(listing: UnitListing, name: string): string[] {
  const unit = findUnit(listing, name);
  return unit.kind === 'found' ? [unit.path, ...dropInsOf(listing, unit.names)] : [];
}

/** The drop-ins of a unit, sorted by their names. Of those with one name the first folder's counts, also as a mask. */
function dropInsOf({ folders }: UnitListing, names: readonly string[]): string[] {
  const special = names.flatMap((name) =>
    folders.flatMap((folder) => dropInFolders(name).map((inner) => ({ folder, inner }))),
  );
  const general = folders.map((folder) => ({ folder, inner: `${suffixOf(names[0] ?? '').slice(1)}.d` }));
  const found = new Map<string, string | undefined>();
  for (const { folder, inner } of [...special, ...general]) {
    for (const [file, isMask] of folder.inner.get(inner) ?? []) {
      if (file.endsWith('.conf') && !found.has(file))
        found.set(file, isMask ? undefined : `${folder.path}/${inner}/${file}`);
    }
  }
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, path]) => (path === undefined ? [] : [path]));
}

/** The units, other than templates, that have drop-ins of an administrator's: something may start each of them. */
export function namesWithDropIns({ folders }: UnitListing): string[] {
  const inner = folders
    .filter(({ path }) => !/^(\/usr)?\/lib\//.test(path))
    .flatMap((folder) => [...folder.inner.keys()]);
  const names = inner.filter((name) => name.endsWith('.d')).map((name) => name.slice(0, -'.d'.length));
  return [...new Set(names.filter((name) => isUnitName(name) && !/(@|-)\.\w+$/.test(name)))];
}

/**
 * The units that others want at boot by a link, as `systemctl enable` and packages make it. The link's own name counts
 * and not its target; a link to /dev/null masks the links of that name in later folders (process_deps() in systemd's
 * load-dropin.c). Releases before 234 take any file for a link.
 */
export function wantedUnits({ folders }: UnitListing): string[] {
  const found = new Map<string, boolean>();
  for (const { inner } of folders) {
    for (const [folder, names] of inner) {
      const [, wanting] = /^(.+)\.(?:wants|requires|upholds)$/.exec(folder) ?? [];
      if (wanting === undefined || !isReachedByBoot(wanting)) continue;
      for (const [name, isMask] of names) {
        const key = `${folder}/${name}`;
        if (!found.has(key)) found.set(key, isMask);
      }
    }
  }
  const wanted = [...found].filter(([, isMask]) => !isMask).map(([key]) => key.slice(key.indexOf('/') + 1));
  return [...new Set(wanted)];
}

/** Whether a boot starts a unit, by a link of `systemctl enable`, or as a script of SysV init. */
export function isEnabled(listing: UnitListing, name: string): boolean {
  const unit = findUnit(listing, name);
  if (unit.kind === 'masked') return false;
  const names = unit.kind === 'found' ? unit.names : [name];
  return wantedUnits(listing).some((one) => names.includes(one)) || isSysv(listing, name);
}

function isSysv(listing: UnitListing, name: string): boolean {
  return sysvScripts(listing).some((script) => `${script.name}.service` === name);
}

/** A script of SysV init that a run level starts. */
export interface SysvScript {
  readonly name: string;
  /** the paths at which it may be; the first that exists counts */
  readonly candidates: readonly string[];
}

/** The scripts that systemd makes units of; a unit of the same name, masked or not, goes before (systemd-sysv-generator(8)). */
export function sysvScripts(listing: UnitListing): SysvScript[] {
  const scripts = new Map<string, SysvScript>();
  for (const path of listing.sysvLinks) {
    const name = path.slice(path.lastIndexOf('/') + 1).slice('S01'.length);
    if (scripts.has(name) || findUnit(listing, `${name}.service`).kind !== 'absent') continue;
    scripts.set(name, { name, candidates: [`/etc/init.d/${name}`, `/etc/rc.d/init.d/${name}`, path] });
  }
  return [...scripts.values()];
}
