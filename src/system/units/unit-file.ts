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
  /** the units before which it is started */
  readonly before: readonly string[];
  /** the units after which it is started */
  readonly after: readonly string[];
  /** it runs as another user than root, without the capability to change routes */
  readonly isUnprivileged: boolean;
  /** it has a network of its own (systemd.exec(5)) */
  readonly hasOwnNetwork: boolean;
}

interface Setting extends Pick<UnitCommand, 'path' | 'line'> {
  readonly key: string;
  readonly value: string;
}

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
    before: words(/^Before$/).map(expand),
    after: words(/^After$/).map(expand),
    isUnprivileged: !/^(root|0)?$/.test(last('User')) && !/CAP_NET_ADMIN/.test(last('AmbientCapabilities')),
    hasOwnNetwork: /^(yes|true|on|1)$/i.test(last('PrivateNetwork')) || last('NetworkNamespacePath') !== '',
  };
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
