import { expand } from '../plan/stack-files.ts';
import { readUnit, type UnitFile, unitFolders } from '../../system/units/unit-file.ts';

/** Reads a text file below the root; undefined if it does not exist, or cannot be read. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** A unit that is started at boot. */
export interface StartedUnit {
  readonly unit: UnitFile;
  /** an administrator wrote it, or a part of it */
  readonly isOwners: boolean;
}

/** More than any boot starts. */
const mostUnits = 1000;

/** Targets that no boot reaches. */
const notAtBoot =
  /\/((halt|poweroff|reboot|shutdown|sleep|suspend|hibernate|hybrid-sleep|suspend-then-hibernate|rescue|emergency|final|umount|kexec|exit|soft-reboot|initrd[\w-]*|system-update[\w-]*)\.target|[^/]*\.(device|mount|swap))\.(wants|requires|upholds)\//;

/**
 * The units that a boot starts: those that a target wants, by a link of `systemctl enable` or of a package, and
 * what these start in turn: the service of a timer, a path or a socket, and the units of `Wants=` and its kind.
 */
export async function startedUnits(root: string, read: ReadText): Promise<StartedUnit[]> {
  const folders = unitFolders.flatMap((folder) =>
    ['wants', 'requires', 'upholds'].map((kind) => `${folder}/*.${kind}/*`),
  );
  const links = (await Promise.all(folders.map((glob) => expand(root, glob)))).flat();
  const waiting = links.filter((path) => !notAtBoot.test(path)).map(nameOf);
  // A drop-in is also read for a unit that is started by other means, such as D-Bus or a generator.
  const dropIns = await Promise.all(
    unitFolders.slice(0, 3).map((folder) => expand(root, `${folder}/*.service.d/*.conf`)),
  );
  waiting.push(
    ...dropIns
      .flat()
      .map((path) => nameOf(path.slice(0, path.lastIndexOf('/'))).replace(/\.d$/, ''))
      .filter((name) => !/(@|-)\.service$/.test(name) && name !== 'service'),
  );
  const seen = new Set<string>();
  const started: StartedUnit[] = [];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (seen.has(name) || seen.size >= mostUnits || !/^[\w:.\\@-]+\.(service|timer|path|socket)$/.test(name))
      continue;
    seen.add(name);
    const one = await unitOf(name, root, read);
    if (one === undefined) continue;
    started.push(one);
    waiting.push(...one.unit.starts);
    if (!name.endsWith('.service') && !one.unit.starts.some((other) => other.endsWith('.service')))
      waiting.push(name.replace(/\.\w+$/, '.service'), name.replace(/\.\w+$/, '@.service'));
  }
  return started;
}

/** A unit by its name; undefined if it is masked, or does not exist. */
async function unitOf(name: string, root: string, read: ReadText): Promise<StartedUnit | undefined> {
  const [, before = '', instance] = /^([^@]+)@(.*)\.\w+$/.exec(name) ?? [];
  const suffix = name.slice(name.lastIndexOf('.'));
  const names = instance ? [name, `${before}@${suffix}`] : [name];
  const main = await firstOf(
    names.flatMap((one) => unitFolders.map((folder) => `${folder}/${one}`)),
    read,
  );
  // A link to /dev/null, or an empty file, masks a unit.
  if (main === undefined || main.text.trim() === '') return undefined;
  const parts = await dropInsOf(names, suffix, root, read);
  const files = [main, ...parts];
  return {
    unit: readUnit(files, instance ?? ''),
    isOwners: files.some(({ path }) => path.startsWith('/etc/')),
  };
}

async function firstOf(paths: readonly string[], read: ReadText) {
  for (const path of paths) {
    const text = await read(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

/** The drop-ins of a unit, sorted by their names; one in an earlier folder replaces its namesake (systemd.unit(5)). */
async function dropInsOf(names: readonly string[], suffix: string, root: string, read: ReadText) {
  const [name = ''] = names;
  const parts = name.slice(0, -suffix.length).split('-');
  // `foo-.service.d` is for all units whose names begin with `foo-`, `service.d` for all services.
  const general = parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join('-')}-${suffix}`);
  const folders = [suffix.slice(1), ...general, ...names].map((one) => `${one}.d`);
  const found = new Map<string, string>();
  for (const folder of [...unitFolders].reverse()) {
    for (const own of folders) {
      for (const path of await expand(root, `${folder}/${own}/*.conf`)) found.set(nameOf(path), path);
    }
  }
  const files: { path: string; text: string }[] = [];
  for (const [, path] of [...found].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const text = await read(path);
    if (text !== undefined) files.push({ path, text });
  }
  return files;
}

/** A script of SysV init that a run level starts. */
export interface SysvScript {
  readonly name: string;
  readonly candidates: readonly string[];
}

/** Scripts that set up the network by the files of a stack, or are the job of a unit. */
const ofStacks =
  /^(networking|network|wicked|NetworkManager|network-manager|dhcpcd|nova-agent|cloud-.*|rc-?local|rc-wait)$/;

/** The scripts of SysV init that systemd's generator makes units of; a unit of the same name goes before. */
export async function sysvScripts(root: string, read: ReadText): Promise<SysvScript[]> {
  const globs = ['/etc/rc[2345S].d/S??*', '/etc/rc.d/rc[2345].d/S??*', '/etc/init.d/rc[2345].d/S??*'];
  const links = (await Promise.all(globs.map((glob) => expand(root, glob)))).flat();
  const scripts: SysvScript[] = [];
  for (const path of links) {
    const name = nameOf(path).slice(3);
    if (ofStacks.test(name) || scripts.some((one) => one.name === name)) continue;
    const unit = await firstOf(
      unitFolders.map((folder) => `${folder}/${name}.service`),
      read,
    );
    if (unit !== undefined) continue;
    scripts.push({ name, candidates: [`/etc/init.d/${name}`, `/etc/rc.d/init.d/${name}`, path] });
  }
  return scripts;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
