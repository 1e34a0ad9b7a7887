import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { parseIpv4 } from '../../../base/ipv4.ts';

/*
 * What makes netplan refuse a file, and with it all of its files: a value of the wrong type or an unknown key
 * (process_mapping() and the tables of handlers in src/parse.c, the same from 0.99 to 1.1). Only what every release
 * refuses is a fault here; a key that no release up to 1.1 knows is a doubt, because a later one may know it.
 */

/** What netplan finds wrong in a file. */
interface ShapeFault {
  readonly reason: string;
  /** the offset in the text */
  readonly at: number;
}

/** What netplan makes of a file's shape. */
export interface Shape {
  /** the first fault that every release refuses */
  readonly fault: ShapeFault | undefined;
  /** keys that no known release takes */
  readonly unknownKeys: readonly ShapeFault[];
}

/** What is taken at a place: any value, one of three types, a list of something, or a mapping with known keys. */
type Rule =
  | { readonly type: 'any' | 'scalar' | 'mapping' }
  | { readonly type: 'word'; readonly isTaken: (word: string) => boolean; readonly what: string }
  | { readonly type: 'sequence'; readonly of: Rule }
  | { readonly type: 'scalar or mapping'; readonly key: Rule }
  /** `isClosed`: an unknown key is a fault, because there was never another one */
  | { readonly type: 'keys'; readonly keys: Rules; readonly isClosed?: true }
  /** a mapping of names to things of a kind; `renderer` may stand among them */
  | { readonly type: 'names'; readonly of: Rule };

type Rules = ReadonlyMap<string, Rule>;

const any: Rule = { type: 'any' };
const scalar: Rule = { type: 'scalar' };
const mapping: Rule = { type: 'mapping' };
const list = (of: Rule): Rule => ({ type: 'sequence', of });
const keys = (known: Rules): Rule => ({ type: 'keys', keys: known });
const each = (rule: Rule, names: string): [string, Rule][] => names.split(' ').map((name) => [name, rule]);

/** handle_generic_bool() */
const truth: Rule = {
  type: 'word',
  isTaken: (word) => /^(true|on|yes|y|false|off|no|n)$/i.test(word),
  what: 'true or false',
};

const ipv4: Rule = {
  type: 'word',
  isTaken: (word) => parseIpv4(word) !== undefined,
  what: 'an IPv4 address',
};

/** handle_generic_addresses(): an address without its length is refused. */
const address: Rule = {
  type: 'word',
  isTaken: (word) => {
    const [, head = '', length] = /^(.*)\/(\d+)$/.exec(word) ?? [];
    if (length === undefined) return false;
    return (
      head.includes(':') || (parseIpv4(head) !== undefined && Number(length) >= 1 && Number(length) <= 32)
    );
  },
  what: 'an address with the length of its prefix, such as 192.0.2.1/24',
};

const renderer: Rule = {
  type: 'word',
  isTaken: (word) => ['networkd', 'NetworkManager', 'sriov'].includes(word),
  what: '"networkd" or "NetworkManager"',
};

/** handle_network_version(), with strtol(3) */
const version: Rule = { type: 'word', isTaken: (word) => /^\s*\+?0*2(?!\d)/.test(word), what: '2' };

const route = keys(
  new Map([
    ...each(scalar, 'from scope table to type via metric mtu congestion-window advertised-receive-window'),
    ...each(truth, 'on-link'),
  ]),
);

const overrides = keys(
  new Map([
    ...each(scalar, 'hostname route-metric use-domains'),
    ...each(truth, 'send-hostname use-dns use-hostname use-mtu use-ntp use-routes'),
  ]),
);

/** The keys of all kinds of definitions together. */
const definition = keys(
  new Map<string, Rule>([
    ...each(truth, 'critical dhcp4 dhcp6 ipv6-privacy optional ignore-carrier wakeonlan emit-lldp'),
    ...each(
      scalar,
      'accept-ra activation-mode dhcp-identifier gateway6 ipv6-address-generation ipv6-address-token ipv6-mtu macaddress mtu neigh-suppress',
    ),
    ['addresses', list({ type: 'scalar or mapping', key: address })],
    ['dhcp4-overrides', overrides],
    ['dhcp6-overrides', overrides],
    ['ra-overrides', mapping],
    ['gateway4', ipv4],
    ['renderer', renderer],
    ['nameservers', keys(new Map([...each(list(scalar), 'addresses search')]))],
    ['routes', list(route)],
    ['routing-policy', list(mapping)],
    ...each(list(scalar), 'link-local optional-addresses'),
    ...each(mapping, 'networkmanager openvswitch'),
    // Physical ones. A driver may be a list from 0.104 on.
    ['match', keys(new Map([...each(scalar, 'name macaddress'), ['driver', any]]))],
    ['wakeonwlan', list(scalar)],
    ...each(
      scalar,
      'set-name receive-checksum-offload transmit-checksum-offload tcp-segmentation-offload tcp6-segmentation-offload generic-segmentation-offload generic-receive-offload large-receive-offload',
    ),
    // Ethernet, Wi-Fi and modems.
    ['auth', mapping],
    ['access-points', mapping],
    ...each(
      scalar,
      'link virtual-function-count embedded-switch-mode delay-virtual-functions-rebind infiniband-mode regulatory-domain',
    ),
    ...each(
      scalar,
      'apn auto-config device-id network-id number password pin sim-id sim-operator-id username',
    ),
    // Definitions that depend on others.
    ['interfaces', list(scalar)],
    ['parameters', mapping],
    ...each(
      scalar,
      'id table peer mode local remote ttl mark port mac-learning ageing aging limit type-of-service flow-label do-not-fragment short-circuit arp-proxy hairpin port-mac-learning',
    ),
    ...each(any, 'key keys'),
    ['peers', list(mapping)],
    ...each(list(any), 'notifications checksums extensions port-range'),
  ]),
);

const sections =
  'bonds bridges ethernets tunnels vlans wifis modems vrfs dummy-devices nm-devices virtual-ethernets';

const document: Rule = {
  type: 'keys',
  isClosed: true,
  keys: new Map([
    [
      'network',
      keys(
        new Map<string, Rule>([
          ['renderer', renderer],
          ['version', version],
          ['openvswitch', mapping],
          ...each({ type: 'names', of: definition }, sections),
        ]),
      ),
    ],
  ]),
};

/** Compares a document, which is not empty, with netplan's grammar. */
export function shapeOf(yaml: Document): Shape {
  const reader = new Reader(yaml);
  try {
    reader.check(yaml.contents, document, 'the document');
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { fault: fault.shape, unknownKeys: reader.unknownKeys };
  }
  return { fault: undefined, unknownKeys: reader.unknownKeys };
}

/** Ends the comparison: netplan looks no further either. */
class Fault extends Error {
  readonly shape: ShapeFault;

  constructor(shape: ShapeFault) {
    super(shape.reason);
    this.shape = shape;
  }
}

class Reader {
  readonly unknownKeys: ShapeFault[] = [];
  readonly #document: Document;
  /** An anchor may be named a million times, and is compared once for each rule. */
  readonly #seen = new Map<unknown, Set<Rule>>();

  constructor(yaml: Document) {
    this.#document = yaml;
  }

  /** @throws Fault */
  check(value: unknown, rule: Rule, name: string, place: unknown = value): void {
    const node = isAlias(value) ? value.resolve(this.#document) : value;
    const seen = this.#seen.get(node) ?? new Set();
    if (seen.has(rule)) return;
    this.#seen.set(node, seen.add(rule));
    switch (rule.type) {
      case 'any':
        return;
      case 'scalar':
        if (!isText(node)) throw expected('a single value', name, place, node);
        return;
      case 'mapping':
        this.#pairs(node, name, place);
        return;
      case 'word':
        if (!isText(node) || !rule.isTaken(textIn(node))) throw expected(rule.what, name, place, node);
        return;
      case 'sequence':
        if (!isSeq(node)) throw expected('a sequence', name, place, node);
        for (const item of node.items) this.check(item, rule.of, `an item of ${name}`);
        return;
      case 'scalar or mapping':
        if (isMap(node)) this.check(node.items[0]?.key, rule.key, name, place);
        else this.check(node, rule.key, name, place);
        return;
      case 'keys':
        for (const { key, value: own } of this.#pairs(node, name, place)) this.#key(key, own, rule);
        return;
      case 'names':
        for (const { key, value: own } of this.#pairs(node, name, place)) this.#named(key, own, rule.of);
        return;
    }
  }

  #key(key: unknown, value: unknown, { keys: known, isClosed }: Extract<Rule, { type: 'keys' }>): void {
    const name = this.#text(key);
    if (name === undefined) throw expected('a single value', 'a key', key, {});
    const rule = known.get(name);
    if (rule !== undefined) {
      this.check(value, rule, `"${name}"`, hasPlace(value) ? value : key);
      return;
    }
    const reason = `netplan knows no key "${name}" here`;
    // libyaml, unlike PyYAML, merges nothing: << is a key like any other, and no release knows it.
    if (name === '<<' || isClosed) throw new Fault({ reason, at: offsetOf(key) });
    this.unknownKeys.push({ reason, at: offsetOf(key) });
  }

  #named(key: unknown, value: unknown, of: Rule): void {
    const name = this.#text(key);
    if (name === undefined) throw expected('a single value', 'a name', key, {});
    // assert_valid_id() and handle_network_type()
    if (!/^[!-~]+$/.test(name) || /[*?[\]]/.test(name))
      throw expected('a name without blanks, "*", "?" and brackets', `"${name}"`, key);
    this.check(value, name === 'renderer' ? renderer : of, `"${name}"`, hasPlace(value) ? value : key);
  }

  #pairs(node: unknown, name: string, place: unknown): YAMLMap['items'] {
    if (!isMap(node)) throw expected('a mapping', name, place, node);
    return node.items;
  }

  #text(key: unknown): string | undefined {
    const node = isAlias(key) ? key.resolve(this.#document) : key;
    return isText(node) ? textIn(node) : undefined;
  }
}

/** An empty value is a scalar for libyaml. */
function isText(node: unknown): boolean {
  return node === null || isScalar(node);
}

function textIn(node: unknown): string {
  return isScalar(node) ? String(node.value ?? '') : '';
}

function expected(what: string, name: string, place: unknown, node: unknown = place): Fault {
  const isEmpty = isText(node) && textIn(node) === '';
  const reason = isEmpty ? `${name} is empty, and netplan expects ${what}` : `${name} is not ${what}`;
  return new Fault({ reason, at: offsetOf(place) });
}

function hasPlace(node: unknown): boolean {
  return (node as Node | null)?.range != null;
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
