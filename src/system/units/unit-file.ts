import type { Order } from '../../network/survey/losses.ts';

/** A command that a unit starts, and the line that holds it. */
interface UnitCommand {
  readonly path: string;
  /** from 1 */
  readonly line: number;
  readonly command: string;
}

/** What a systemd unit says of what runs when it is started. */
export interface UnitFile {
  readonly commands: readonly UnitCommand[];
  /** its variables, as assignments for a shell */
  readonly variables: string;
  readonly folder: string;
  /** the units that are started with it */
  readonly starts: readonly string[];
  /** it runs before or after the network is set up */
  readonly order: Order;
  /** it runs as another user than root, without the capability to change routes */
  readonly isUnprivileged: boolean;
  /** it has a network of its own (systemd.exec(5)) */
  readonly hasOwnNetwork: boolean;
}

interface Setting extends Pick<UnitCommand, 'path' | 'line'> {
  readonly key: string;
  readonly value: string;
}

/** The folders of units in the order in which systemd looks (systemd.unit(5)). */
export const unitFolders: readonly string[] = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/**
 * Reads a unit with its drop-ins, in this order (systemd.unit(5), systemd.service(5)).
 * @param instance of a template: the text between `@` and the suffix
 */
export function readUnit(
  files: readonly { readonly path: string; readonly text: string }[],
  instance = '',
): UnitFile {
  const settings = files.flatMap(({ path, text }) => settingsIn(path, text));
  const commands = lastingOf(settings, /^Exec(Start|StartPre|StartPost|Condition|Reload)$/);
  const words = (key: RegExp) => lastingOf(settings, key).flatMap(({ value }) => value.split(/\s+/));
  const last = (key: string) => settings.findLast((one) => one.key === key)?.value ?? '';
  const expand = (text: string) => expanded(text, instance);
  return {
    commands: commands.map(({ path, line, value }) => ({ path, line, command: commandOf(expand(value)) })),
    variables: lastingOf(settings, /^Environment$/)
      .flatMap(({ value }) => [...expand(value).matchAll(/"?\b([A-Za-z_]\w*)=([\w.:/-]*)"?/g)])
      .map(([, name, value]) => `${name}=${value}\n`)
      .join(''),
    folder: last('WorkingDirectory').replace(/^-/, '').replace(/^~$/, '/root') || '/',
    starts: words(/^(Wants|Requires|BindsTo|Upholds|OnSuccess|Unit|Service)$/).map(expand),
    order: orderOf(words(/^Before$/), words(/^After$/)),
    isUnprivileged: !/^(root|0)?$/.test(last('User')) && !/CAP_NET_ADMIN/.test(last('AmbientCapabilities')),
    hasOwnNetwork: /^(yes|true|on|1)$/i.test(last('PrivateNetwork')) || last('NetworkNamespacePath') !== '',
  };
}

function orderOf(before: readonly string[], after: readonly string[]): Order {
  const isSetup = /^(networking|network|NetworkManager|systemd-networkd|wicked)\.service$/;
  if (before.some((name) => isSetup.test(name) || /^network(-pre)?\.target$/.test(name))) return 'before';
  // The daemons' own units are active before the routes are set; their wait-online units are not.
  const isDone =
    /^(network-online\.target|(networking|network|wicked|rc-local|NetworkManager-wait-online|systemd-networkd-wait-online)\.service|rackconnect-deployed\.target)$/;
  return after.some((name) => isDone.test(name)) ? 'after' : 'unknown';
}

/** The settings with these keys; an empty one takes back those before it. */
function lastingOf(settings: readonly Setting[], key: RegExp): Setting[] {
  const found: Setting[] = [];
  for (const one of settings.filter((each) => key.test(each.key))) {
    if (one.value === '') found.splice(0, found.length, ...found.filter((each) => each.key !== one.key));
    else found.push(one);
  }
  return found;
}

/** The settings of a file, with continued lines joined; comments between these are left out (systemd.syntax(7)). */
function settingsIn(path: string, text: string): Setting[] {
  const found: Setting[] = [];
  let [joined, first] = ['', 0];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (/^\s*[#;]/.test(raw)) continue;
    if (joined === '') first = index;
    joined += raw.replace(/\\$/, ' ');
    if (raw.endsWith('\\')) continue;
    const equals = joined.indexOf('=');
    const key = joined.slice(0, Math.max(equals, 0)).trim();
    if (key !== '') found.push({ path, line: first + 1, key, value: joined.slice(equals + 1).trim() });
    joined = '';
  }
  return found;
}

/** A command line without the prefixes of systemd.service(5); `@` makes the second word the first argument. */
function commandOf(value: string): string {
  const [prefix = ''] = /^[-@:+!|]*/.exec(value) ?? [];
  const line = value.slice(prefix.length).replace(/\$\$/g, '$');
  return prefix.includes('@') ? line.replace(/^(\S+\s+)\S+\s*/, '$1') : line;
}

/** The text with the specifiers of the instance (systemd.unit(5)). */
function expanded(text: string, instance: string): string {
  return text.replace(/%([iIhtT%])/g, (all, letter: string) => {
    if (letter === 'i') return instance;
    // An escaped instance has "-" for "/".
    if (letter === 'I') return instance.replace(/-/g, '/').replace(/\\x2d/g, '-');
    return { h: '/root', t: '/run', T: '/tmp', '%': '%' }[letter] ?? all;
  });
}
