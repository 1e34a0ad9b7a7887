/** What a command line of an `up` or `down` option has to do with IPv4 default routes. */
export type RouteCommand =
  /** nothing */
  | 'other'
  /** it adds, changes or deletes one, and does nothing else */
  | 'default-route'
  /** it does that together with something else: it cannot be taken out as a whole */
  | 'mixed';

/**
 * Sorts a command line of interfaces(5), which /bin/sh runs: `ip route add
 * default via …`, `route add default gw …` and their kind, with `|| true` and
 * redirections. Routes of IPv6 and of tables other than main are "other".
 */
export function routeCommand(commandLine: string): RouteCommand {
  const commands = commandsOf(commandLine);
  const count = commands.filter(changesDefaultRoute).length;
  if (count === 0) return 'other';
  return count === commands.length && !/[`(]/.test(commandLine) ? 'default-route' : 'mixed';
}

/** Where an IPv4 default route leads, as far as a command says. */
export interface Way {
  readonly via: string | undefined;
  /** undefined also where only ifupdown knows it: `$IFACE` */
  readonly device: string | undefined;
}

/** The IPv4 default routes that a command line adds or changes; those that it deletes are none. */
export function waysAdded(commandLine: string): Way[] {
  return commandsOf(commandLine)
    .filter((command) => changesDefaultRoute(command) && !/\sd(el(ete)?)?\s/.test(command))
    .map((command) => {
      const words = command.replaceAll(/[()`]/g, ' ').trim().split(/\s+/);
      const after = (word: RegExp) => words[words.findIndex((one) => word.test(one)) + 1];
      const via = words.some((word) => /^(via|gw)$/.test(word)) ? after(/^(via|gw)$/) : undefined;
      const device = words.includes('dev') ? after(/^dev$/) : lastDevice(words);
      return { via, device: device?.includes('$') ? undefined : device };
    });
}

/** route(8) takes the device without a word before it, at the end. */
function lastDevice(words: readonly string[]): string | undefined {
  const [before = '', last = ''] = words.slice(-2);
  const isValue = /^(gw|netmask|metric|mss|window|irtt|add)$/.test(before);
  const isFlag = /^(reject|mod|dyn|reinstate|onlink|default|\d.*)$/.test(last);
  return words.some((word) => /(^|\/)route$/.test(word)) &&
    !words.some((word) => /(^|\/)ip$/.test(word)) &&
    !isValue &&
    !isFlag
    ? last
    : undefined;
}

function commandsOf(commandLine: string): string[] {
  return commandLine
    .split(/&&|\|\||[;|&\n](?!\d)/)
    .map((command) => command.replace(/\d?>{1,2}\s*(&\d|\S+)/g, '').trim())
    .filter((command) => !/^(|true|:|\/bin\/true|exit 0)$/.test(command));
}

function changesDefaultRoute(command: string): boolean {
  // Wrappers such as `if …; then`, `[ … ]`, `(`, `sudo`: the program may stand anywhere in a command.
  const words = command.split(/[\s(`]+/);
  const argumentsOf = (program: string): readonly string[] | undefined => {
    const at = words.findIndex(
      (word) => word === program || (word.startsWith('/') && word.endsWith(`/${program}`)),
    );
    return at === -1 ? undefined : words.slice(at + 1);
  };
  const ip = argumentsOf('ip');
  if (ip !== undefined) return ipChangesDefault(ip);
  const route = argumentsOf('route');
  return route !== undefined && routeChangesDefault(route);
}

/** ip-route(8): objects and verbs may be shortened; the prefix may be left out for the default. */
function ipChangesDefault(words: readonly string[]): boolean {
  if (words.some((word) => word === '-6' || word === 'inet6' || word.includes(':'))) return false;
  const [object, verb, ...rest] = words.filter(
    (word, index) => !word.startsWith('-') && words[index - 1] !== '-f',
  );
  if (!object || !/^r(o(u(te?)?)?)?$/.test(object)) return false;
  if (!verb || !/^(a(dd?|pp.*)?|c(h.*)?|r(ep.*)?|prep.*|d(el.*)?)$/.test(verb)) return false;
  const table = rest[rest.indexOf('table') + 1];
  if (rest.includes('table') && table !== 'main' && table !== '254') return false;
  const to = rest.find((word) => !/^(to|unicast)$/.test(word)) ?? '';
  return isEverything(to) || /^(via|dev|nexthop)$/.test(to);
}

/** route(8): `add default gw G`, `add -net 0.0.0.0 netmask 0.0.0.0 gw G`. */
function routeChangesDefault(words: readonly string[]): boolean {
  if (words.some((word) => /inet6|^-6$|:/.test(word))) return false;
  const [verb, ...rest] = words.filter((word) => !word.startsWith('-'));
  if (verb !== 'add' && verb !== 'del') return false;
  const [target = '', ...options] = rest;
  const netmask = options[options.indexOf('netmask') + 1];
  const wide = !options.includes('netmask') || netmask === '0.0.0.0';
  return isEverything(target) || (target === '0.0.0.0' && wide);
}

function isEverything(prefix: string): boolean {
  return prefix === 'default' || /^(0|0\.0\.0\.0)\/0+$/.test(prefix);
}
