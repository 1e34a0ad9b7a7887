import { isDefaultPrefix, type Known } from '../route-words.ts';
import { toolIn } from './launch.ts';

/** What a command selects by: everything, one value, or a value that only a shell could tell. */
export type Selected =
  | { readonly kind: 'all' }
  | { readonly kind: 'one'; readonly value: string }
  | { readonly kind: 'unknown' };

/** The IPv4 default routes of the main table that a command takes out of the kernel. */
export interface Loss {
  readonly device: Selected;
  readonly via: Selected;
  /** it depends on something else, such as the protocol of the route, whether they go */
  readonly isMaybe: boolean;
}

const all: Selected = { kind: 'all' };

function selected(isGiven: boolean, value: Known): Selected {
  if (!isGiven) return all;
  return value === undefined ? { kind: 'unknown' } : { kind: 'one', value };
}

function ofDevice(device: Known, isMaybe = false): Loss {
  return { device: selected(true, device), via: all, isMaybe };
}

/** The IPv4 default routes that a command takes away; undefined if it takes none. */
export function lossOf(words: readonly Known[]): Loss | undefined {
  const [program = '', ...rest] = words;
  switch (toolIn(program)) {
    case 'ip':
      return ofIp(rest);
    case 'route':
      return ofRoute(rest);
    case 'ifconfig':
      return isDown(rest) ? ofDevice(rest[0]) : undefined;
    case 'ifdown':
      return ofIfdown(rest);
    case 'dhclient':
      return rest.some((word) => word === '-r' || word === '-x')
        ? ofDevice(
            rest.findLast((word) => word?.startsWith('-') !== true),
            true,
          )
        : undefined;
    case 'nmcli':
      return ofNmcli(rest);
    case 'networkctl':
      return rest[0] === 'down' ? ofDevice(rest[1]) : undefined;
    case 'systemctl':
    case 'service':
      return rest.includes('stop') && rest.some((word) => networkUnit.test(word ?? ''))
        ? { device: all, via: all, isMaybe: false }
        : undefined;
    default:
      return undefined;
  }
}

/** The units that take interfaces down when they stop; the daemons leave them as they are. */
const networkUnit = /^(networking|network|wicked)(\.service)?$/;

/** ifconfig(8): without its address or down, an interface loses its routes. */
function isDown([, ...rest]: readonly Known[]): boolean {
  return rest.some((word) => word === 'down' || word === '0.0.0.0' || word === '0');
}

function ofIfdown(words: readonly Known[]): Loss | undefined {
  if (words.some((word) => word === '-a' || word === '--all'))
    return { device: all, via: all, isMaybe: false };
  const name = words.find((word) => word?.startsWith('-') !== true);
  return words.length === 0 ? undefined : ofDevice(name?.replace(/=.*/, ''));
}

function ofNmcli(words: readonly Known[]): Loss | undefined {
  const [object = '', verb = '', ...rest] = words.filter((word) => word?.startsWith('-') !== true);
  if (isShort(object, 'device', 1) && /^(disconnect|disconn|down)/.test(verb)) return ofDevice(rest.at(-1));
  // A connection has a name of its own.
  if (isShort(object, 'connection', 1) && verb === 'down') return { device: all, via: all, isMaybe: true };
  if (isShort(object, 'networking', 1) && verb === 'off') return { device: all, via: all, isMaybe: false };
  return undefined;
}

/** Whether a word is a short form of another, of at least some letters. */
function isShort(word: string, whole: string, least: number): boolean {
  return word.length >= least && whole.startsWith(word);
}

function ofRoute(words: readonly Known[]): Loss | undefined {
  const rest = words.filter((word) => word?.startsWith('-') !== true || word === '-net');
  const [verb, ...more] = rest;
  if (verb !== 'del' && verb !== 'delete' && verb !== 'flush') return undefined;
  if (words.some((word) => word !== undefined && /^(--?inet6|-6|--?A6)$|:/.test(word))) return undefined;
  const at = (name: RegExp) => more.findIndex((word) => word !== undefined && name.test(word));
  const [gw, dev] = [at(/^(gw|gateway)$/), at(/^dev$/)];
  const target = more.find((word) => word !== '-net');
  if (verb !== 'flush' && target !== undefined && !isDefaultPrefix(target) && !/^0+(\.0+){0,3}$/.test(target))
    return undefined;
  return {
    device: selected(dev >= 0, more[dev + 1]),
    via: selected(gw >= 0, more[gw + 1]),
    isMaybe: verb !== 'flush' && target === undefined,
  };
}

/** ip(8): `route del`, `route flush`, `address flush`, `link set … down` and their short forms. */
function ofIp(words: readonly Known[]): Loss | undefined {
  if (words.some((word) => word === '-6' || word === 'inet6' || /^--?n(etns)?$/.test(word ?? '')))
    return undefined;
  const at = words.findIndex((word) => word?.startsWith('-') !== true && word !== 'inet');
  const [object, verb, ...rest] = at < 0 ? [] : words.slice(at);
  if (object === undefined || verb === undefined) return undefined;
  if (isShort(object, 'route', 1)) {
    if (isShort(verb, 'flush', 1)) return ofSelectors(rest, true);
    return isShort(verb, 'delete', 1) ? ofSelectors(rest, false) : undefined;
  }
  if (isShort(object, 'address', 1) && (isShort(verb, 'flush', 1) || isShort(verb, 'delete', 1)))
    return ofAddress(verb, rest);
  if (!isShort(object, 'link', 1)) return undefined;
  const name = rest.find((word) => word !== 'dev');
  if (isShort(verb, 'delete', 3)) return ofDevice(name);
  if (!isShort(verb, 'set', 1) || !rest.includes('down')) return undefined;
  return rest.includes('group') ? { device: all, via: all, isMaybe: true } : ofDevice(name);
}

/** The selectors of `ip route flush` and `ip route del`. */
function ofSelectors(words: readonly Known[], isFlush: boolean): Loss | undefined {
  let [isMaybe, isEverySet, prefix] = [false, true, undefined as Known];
  const found = new Map<string, Known>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) isMaybe = true;
    else if (word === 'cache') return undefined;
    else if (/^(to|root|exact|unicast|onlink)$/.test(word)) continue;
    else if (word === 'match') isMaybe = true;
    else if (/^(blackhole|unreachable|prohibit|throw|local|broadcast|multicast)$/.test(word))
      return undefined;
    else if (
      /^(dev|oif|via|table|scope|proto|protocol|type|src|from|metric|preference|tos|vrf|iif)$/.test(word)
    ) {
      at += words[at + 1] === 'inet' ? 2 : 1;
      found.set(word, words[at]);
    } else if (/^(mtu|advmss|expires|window|cwnd|initcwnd|initrwnd|nhid|weight|realm|realms)$/.test(word))
      at += 1;
    else {
      prefix = word;
      isEverySet = isDefaultPrefix(word) || word === 'main';
    }
  }
  if (!isEverySet && !(isMaybe && prefix !== undefined && /^\d/.test(prefix))) return undefined;
  if (found.has('vrf') || isOther(found, 'table', /^(main|254|all)$/)) return undefined;
  // A route through a gateway has the global scope, and is a unicast route (ip-route(8)).
  if (isOther(found, 'scope', /^(global|universe|0)$/) || isOther(found, 'type', /^(unicast|1)$/))
    return undefined;
  const depends = ['proto', 'protocol', 'src', 'from', 'metric', 'preference', 'tos', 'iif'].some((key) =>
    found.has(key),
  );
  // `ip route del` without a destination means the default route; `flush` means every route.
  if (!isFlush && words.length === 0) return undefined;
  return {
    device: selected(found.has('dev') || found.has('oif'), found.get('dev') ?? found.get('oif')),
    via: selected(found.has('via'), found.get('via')),
    isMaybe: isMaybe || depends || (found.get('table') === undefined && found.has('table')),
  };
}

/** Whether a selector is given with a value that does not match. */
function isOther(found: ReadonlyMap<string, Known>, key: string, matching: RegExp): boolean {
  const value = found.get(key);
  return value !== undefined && !matching.test(value);
}

/** An interface without its address loses the routes that need it; with another address they may stay. */
function ofAddress(verb: string, words: readonly Known[]): Loss | undefined {
  const dev = words.indexOf('dev');
  const scope = words[words.indexOf('scope') + 1];
  if (words.includes('scope') && scope !== undefined && !/^(global|universe|0)$/.test(scope))
    return undefined;
  const others = words.filter(
    (word, at) => !['dev', 'scope'].includes(word ?? '') && !/^(dev|scope)$/.test(words[at - 1] ?? ''),
  );
  return {
    device: selected(dev >= 0, words[dev + 1]),
    via: all,
    isMaybe: !verb.startsWith('f') || others.length > 0,
  };
}

/** A command that sets up interfaces again, and with them the gateway that their files hold. */
export function bringsBack(words: readonly Known[], interfaceName: string): boolean {
  const [program = '', ...rest] = words;
  const name = toolIn(program);
  const names = rest.some((word) => word === interfaceName || word?.startsWith(`${interfaceName}=`));
  if (name === 'ifup') return names || rest.includes('-a') || rest.includes('--all');
  if (name === 'netplan') return rest[0] === 'apply';
  if (name === 'networkctl') return (rest[0] === 'reconfigure' || rest[0] === 'up') && names;
  if (name === 'nmcli') {
    // A connection often has the interface in its name: `System eth1`.
    const isNamed = rest.some((word) => word?.includes(interfaceName));
    return rest.includes('on') || (isNamed && rest.some((word) => /^(up|connect|reapply)$/.test(word ?? '')));
  }
  if (name === 'rc-wait') return rest.includes('network') && rest.includes('apply');
  const service = /^(networking|network|NetworkManager|systemd-networkd|wicked)(\.service)?$/;
  const again = /^(restart|force-restart|reload-or-restart|try-restart|start)$/;
  if (name === 'systemctl' || name === 'service')
    return rest.some((word) => again.test(word ?? '')) && rest.some((word) => service.test(word ?? ''));
  return service.test(name) && again.test(rest[0] ?? '');
}
