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
  const commands = commandLine
    .split(/&&|\|\||[;|&\n](?!\d)/)
    .map((command) => command.replace(/\d?>{1,2}\s*(&\d|\S+)/g, '').trim())
    .filter((command) => !/^(|true|:|\/bin\/true|exit 0)$/.test(command));
  const count = commands.filter(changesDefaultRoute).length;
  if (count === 0) return 'other';
  return count === commands.length && !/[`(]/.test(commandLine) ? 'default-route' : 'mixed';
}

function changesDefaultRoute(command: string): boolean {
  // Wrappers such as `if …; then`, `[ … ]`, `(`, `sudo`: the program may stand anywhere in a command.
  const ip = /(?:^|[\s(`])(?:\/\S*\/)?ip\s+(.*)$/.exec(command);
  if (ip?.[1] !== undefined) return ipChangesDefault(ip[1].split(/\s+/));
  const route = /(?:^|[\s(`])(?:\/\S*\/)?route\s+(.*)$/.exec(command);
  return route?.[1] !== undefined && routeChangesDefault(route[1].split(/\s+/));
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
