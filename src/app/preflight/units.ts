import type { PreflightTree } from './tree.ts';

const unitFolders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/** Whether a target or another unit starts a unit at boot: a link of `systemctl enable`, or one of SysV init. */
export async function isEnabled(tree: PreflightTree, unit: string): Promise<boolean> {
  if ((await maskOf(tree, unit)) !== undefined) return false;
  const globs = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'].flatMap(
    (folder) => [`${folder}/*.wants/${unit}`, `${folder}/*.requires/${unit}`],
  );
  // Debian links the script `ssh` beside ssh.service; it says nothing of ssh.socket.
  if (unit.endsWith('.service')) {
    const name = unit.slice(0, -'.service'.length);
    globs.push(`/etc/rc[2345].d/S??${name}`, `/etc/rc.d/rc[2345].d/S??${name}`);
  }
  for (const glob of globs) {
    for (const path of await tree.expand(glob)) if (await tree.has(path)) return true;
  }
  return false;
}

/** The link that masks a unit; undefined: it is not masked. */
export async function maskOf(tree: PreflightTree, unit: string): Promise<string | undefined> {
  for (const folder of ['/etc/systemd/system', '/run/systemd/system'])
    if ((await tree.link(`${folder}/${unit}`)) === '/dev/null') return `${folder}/${unit}`;
  return undefined;
}

/** The paths of a unit and of its drop-ins, in the order in which systemd reads them. */
export async function unitPaths(tree: PreflightTree, unit: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const folder of unitFolders) {
    if (paths.length === 0 && (await tree.has(`${folder}/${unit}`))) paths.push(`${folder}/${unit}`);
  }
  // Drop-ins are read by name, whatever folder they are in; a generator's come first, since they have numbers or none.
  const dropIns: string[] = [];
  for (const folder of [...unitFolders.toReversed(), '/run/systemd/generator'])
    dropIns.push(...(await tree.expand(`${folder}/${unit}.d/*.conf`)));
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  return [...paths, ...dropIns.sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0))];
}
