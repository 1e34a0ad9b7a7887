/**
 * The folders of units in the order in which systemd looks (systemd.unit(5)). Left out: `transient`, which a boot
 * empties, and `generator.late`, which holds what systemd makes of the scripts of SysV init. The last is /usr/lib's
 * where that is not merged.
 */
export const unitFolders: readonly string[] = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/** Whether a word can be the name of a unit (systemd.unit(5)). */
export function isUnitName(word: string): boolean {
  return /^[\w:.\\-]+(@[\w:.\\-]*)?\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/.test(
    word,
  );
}

/** The type of a unit with its dot: `.service`. */
export function suffixOf(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('.'), 0));
}

/** The text between `@` and the suffix; empty for a template, and for a unit that is no instance. */
export function unitInstance(name: string): string {
  const at = name.indexOf('@');
  return at < 0 ? '' : name.slice(at + 1, -suffixOf(name).length);
}

/** The template of an instance: `getty@.service`; undefined for other units. */
export function templateOf(name: string): string | undefined {
  if (unitInstance(name) === '') return undefined;
  return name.slice(0, name.indexOf('@') + 1) + suffixOf(name);
}

/** A name with an instance in place of nothing: an alias of a template leads to the same instance. */
export function asInstance(name: string, instance: string): string {
  const isTemplate = name.includes('@') && unitInstance(name) === '';
  return isTemplate ? name.slice(0, name.indexOf('@') + 1) + instance + suffixOf(name) : name;
}

/**
 * The folders of drop-ins for a name, the most special one first: `a-b@c.service.d`, `a-b@.service.d`,
 * `a-.service.d`. `service.d` is for all services; systemd looks there last, whatever folder of units it is in
 * (unit_file_find_dropin_paths() in systemd's dropin.c).
 */
export function dropInFolders(name: string): string[] {
  const suffix = suffixOf(name);
  const [prefix = ''] = name.slice(0, -suffix.length).split('@', 1);
  const parts = prefix.split('-');
  const prefixes = parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join('-')}-${suffix}`);
  const template = templateOf(name);
  return [name, ...(template === undefined ? [] : [template]), ...prefixes.reverse()].map(
    (one) => `${one}.d`,
  );
}

/** What a boot does not reach: targets of shutdown, rescue and the initrd, and units that hardware or fstab starts. */
const notAtBoot =
  /^((halt|poweroff|reboot|shutdown|sleep|suspend|hibernate|hybrid-sleep|suspend-then-hibernate|rescue|emergency|final|umount|kexec|exit|soft-reboot|initrd[\w-]*|system-update[\w-]*)\.target|.*\.(device|mount|swap))$/;

/** Whether a boot may start a unit that another one wants. */
export function isReachedByBoot(name: string): boolean {
  return !notAtBoot.test(name);
}
