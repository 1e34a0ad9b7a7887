import { entryOf } from '../../../base/text.ts';

/** A word of a command, or of a line of a route file; undefined if only a shell could tell it. */
export type Known = string | undefined;

/** The effect of the arguments of ip(8) or route(8) on the IPv4 default routes of the main table. */
export type RouteChange =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'adds' | 'deletes';
      /** undefined if it names none, or the word is unknown */
      readonly via: string | undefined;
      readonly device: string | undefined;
    }
  /** it removes more than the default route: the whole table */
  | { readonly kind: 'flushes' }
  /** its effect depends on an unknown word */
  | { readonly kind: 'unclear' };

const none: RouteChange = { kind: 'none' };
const unclear: RouteChange = { kind: 'unclear' };

/**
 * Whether a prefix is all of IPv4 as iproute2 and wicked write it: `default`, `0/0`, `0.0.0.0/0.0.0.0`. iproute2 reads its
 * numbers by strtoul(3), so `0x0/0x0` is one as well.
 */
export function isDefaultPrefix(prefix: string): boolean {
  return /^(default|any|all|[\da-fx.]+\/(0x)?0+|[\d.]+\/0+(\.0+){1,3})$/.test(prefix);
}

/** Whether an address is 0.0.0.0, in full or in a short form of inet_aton(3). */
export function isZero(address: string): boolean {
  return /^(0x)?0+(\.0+){0,3}$/.test(address);
}

/** The verbs of ip(8), in the order in which it compares; each may be abbreviated (iproute2's matches()). */
const verbs = [
  'list',
  'show',
  'get',
  'add',
  'change',
  'replace',
  'prepend',
  'append',
  'test',
  'delete',
  'flush',
  'save',
  'restore',
];
const otherSpellings: Readonly<Record<string, string>> = {
  lst: 'list',
  chg: 'change',
};

/** Options before the object that take a value. */
const valued = /^--?(f|fa|fam|fami|famil|family|rc|rcv|rcvbuf|l|lo|loops|n|ne|netn|netns)$/;

/** The effect of the words after `ip`. */
export function ipChange(words: readonly Known[]): RouteChange {
  let family = '';
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) return unclear;
    if (!word.startsWith('-')) break;
    if (/^--?b(a(t(ch?)?)?)?$/.test(word)) return unclear;
    if (/^--?[0460BM]$/.test(word)) family = word.slice(-1);
    if (!valued.test(word)) continue;
    at += 1;
    if (/^--?f/.test(word)) family = words[at] ?? 'unknown';
    // Another network namespace has routes of its own.
    if (/^--?n/.test(word)) return none;
  }
  const object = words[at];
  if (object === undefined || object === '' || !'route'.startsWith(object)) return none;
  if (!['', '4', 'inet', 'unknown'].includes(family)) return none;
  const given = words[at + 1];
  if (at + 1 >= words.length) return none;
  if (given === undefined) return unclear;
  const verb = entryOf(otherSpellings, given) ?? verbs.find((one) => one.startsWith(given));
  return verb === undefined ? none : changeBy(verb, words.slice(at + 2));
}

function changeBy(verb: string, words: readonly Known[]): RouteChange {
  if (['list', 'show', 'get', 'test', 'save'].includes(verb)) return none;
  // It adds the routes of a dump in its standard input (iproute_restore() of iproute2).
  if (verb === 'restore') return unclear;
  if (verb === 'flush') return flushed(words);
  const spec = ipSpec(words);
  if (spec === 'unclear') return unclear;
  if (spec === undefined) return none;
  return { kind: verb === 'delete' ? 'deletes' : 'adds', ...spec };
}

function flushed(words: readonly Known[]): RouteChange {
  // Whatever the value of such a selector is, it selects some routes and not the default route as such.
  const isSelector = (word: Known) => /^(dev|oif|iif|via|proto|protocol|scope|type|src)$/.test(word ?? '');
  if (words.some((word, at) => word === undefined && !isSelector(words[at - 1]))) return unclear;
  const selects = words.filter(
    (word) => !['exact', 'to', 'root', 'match', 'table', 'main', '254'].includes(word ?? ''),
  );
  const [first] = selects;
  if (first === 'cache') return none;
  const table = words[words.indexOf('table') + 1];
  if (words.includes('table') && !['main', '254', 'all'].includes(table ?? '')) return none;
  if (selects.length === 1 && isDefaultPrefix(first ?? '') && !words.includes('root')) {
    return { kind: 'deletes', via: undefined, device: undefined };
  }
  // For one interface, protocol or network, the effect depends on the routes that exist.
  return selects.length === 0 || isDefaultPrefix(first ?? '') || first === 'all' ? { kind: 'flushes' } : none;
}

/** Words of a route that take a value; `nexthop` begins a hop. */
const routeOptions =
  /^(src|via|from|tos|dsfield|expires|metric|preference|priority|scope|mtu|hoplimit|advmss|reordering|rtt|rttvar|window|cwnd|initcwnd|initrwnd|features|quickack|congctl|rto_min|realms?|proto(col)?|table|vrf|dev|oif|pref|encap|ttl-propagate|nhid|weight|as|fastopen_no_cookie|error|iif|prio|ssthresh)$/;
const flags = /^(onlink|pervasive|nexthop|to|lock|inet|dead|linkdown|offload)$/;
const types =
  /^(unicast|local|broadcast|multicast|throw|unreachable|prohibit|blackhole|xresolve|anycast|nat)$/;

/** The next hop of a default route. */
interface Spec {
  readonly via: string | undefined;
  readonly device: string | undefined;
}

/**
 * The next hop of an IPv4 default route of the main table, from the arguments of "ip route add"; undefined
 * for any other route. Without a destination the route is the default (iproute_modify() of iproute2).
 */
export function ipSpec(words: readonly Known[]): Spec | undefined | 'unclear' {
  const options = new Map<string, Known>();
  let prefix: { readonly word: Known } | undefined;
  let type: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word !== undefined && flags.test(word)) continue;
    if (word !== undefined && types.test(word)) type = word;
    else if (word !== undefined && routeOptions.test(word)) {
      const family = word === 'via' && /^inet6?$/.test(words[at + 1] ?? '') ? 1 : 0;
      const lock = words[at + 1] === 'lock' ? 1 : 0;
      at += 1 + family + lock;
      if (!options.has(word)) options.set(word, words[at]);
    } else prefix ??= { word };
  }
  const isGiven = (name: string) => options.has(name);
  const via = options.get('via');
  if (type !== undefined && type !== 'unicast') return undefined;
  if (isGiven('vrf') || (prefix === undefined && words.length === 0)) return undefined;
  if (prefix?.word !== undefined && !isDefaultPrefix(prefix.word)) return undefined;
  if (via?.includes(':') && !words.includes('inet6')) return undefined;
  const table = isGiven('table') ? options.get('table') : 'main';
  if (table !== undefined && table !== 'main' && table !== '254') return undefined;
  if (table === undefined || (prefix !== undefined && prefix.word === undefined)) return 'unclear';
  return { via, device: options.get('dev') ?? options.get('oif') };
}

/** The effect of the words after `route` (route(8) of net-tools, and busybox's). */
export function routeChange(words: readonly Known[]): RouteChange {
  if (words.some((word) => word !== undefined && /^(--?inet6|inet6|-6|--?A6)$|:/.test(word))) return none;
  const at = words.findIndex((word) => word === undefined || !(word.startsWith('-') || word === 'inet'));
  if (at < 0) return none;
  const verb = words[at];
  if (verb === undefined) return unclear;
  if (verb === 'flush') return { kind: 'flushes' };
  if (!['add', 'del', 'delete'].includes(verb)) return none;
  const rest = words.slice(at + 1);
  const isHost = rest.includes('-host');
  const [target, ...options] = rest.filter((word) => !/^-(net|host|inet|4)$/.test(word ?? ''));
  const after = (...names: string[]) => {
    const found = options.findIndex((word) => word !== undefined && names.includes(word));
    return found < 0 ? undefined : options[found + 1];
  };
  if (rest.length === 0 || options.includes('reject')) return none;
  if (target === undefined) return unclear;
  const netmask = after('netmask', 'genmask');
  const hasMask = options.some((word) => word === 'netmask' || word === 'genmask');
  if (hasMask && netmask === undefined && isZero(target)) return unclear;
  const isWide = !hasMask || (netmask !== undefined && isZero(netmask));
  if (isHost || !(isDefaultPrefix(target) || (isZero(target) && isWide))) return none;
  if (hasMask && !isWide && target !== 'default') return none;
  const device = after('dev') ?? (options.includes('dev') ? undefined : lastDevice(options));
  return { kind: verb === 'add' ? 'adds' : 'deletes', via: after('gw', 'gateway'), device };
}

/** The device at the end of the words, where route(8) needs no word before it. */
function lastDevice(options: readonly Known[]): string | undefined {
  const [before = '', last] = options.length > 1 ? options.slice(-2) : ['', ...options];
  const isValue = /^(gw|gateway|netmask|genmask|metric|mss|window|irtt)$/.test(before);
  return last === undefined || isValue || /^(mod|dyn|reinstate|\d.*)$/.test(last) ? undefined : last;
}
