import { isIP } from 'node:net';
import { RcWaitError } from '../../../base/error.ts';
import { isResolverOption, ownEntries } from './edit.ts';
import type { Entry } from './file.ts';
import { namesIn } from './public.ts';
import type { InterfacesTree, ResolvedStanza } from './tree.ts';

/** The edit that moves resolvers to the gateway's interface. */
interface MovedResolvers {
  /** options to disable, in any stanza */
  readonly off: readonly Entry[];
  /** lines to add to the gateway's stanza */
  readonly wanted: readonly string[];
}

/** Options with the same meaning. */
interface Kind {
  /** the option that rc-wait writes */
  readonly line: string;
  /** options that the new line replaces */
  readonly replaces: readonly string[];
  /** options whose words it collects */
  readonly takes: readonly string[];
  /** the valid words of one option */
  readonly words: (rest: string) => string[];
  /** two words with the same key are duplicates */
  readonly key: (word: string) => string;
}

const split = (rest: string) => rest.split(/\s+/).filter((word) => word !== '');
const itself = (word: string) => word;

/**
 * One line for each kind: ifupdown joins the values of an option that is given twice by a line break
 * (config.c), and resolvconf's hook turns `search a` and `b` into two lines. `domain` is the older name
 * for a search list of one (resolv.conf(5)).
 */
const kinds: readonly Kind[] = [
  {
    line: 'dns-nameservers',
    replaces: ['dns-nameservers', 'dns-nameserver'],
    takes: ['dns-nameservers', 'dns-nameserver'],
    words: (rest) => split(rest).filter((word) => isIP(word.replace(/%.*/, '')) !== 0),
    key: itself,
  },
  {
    line: 'dns-search',
    replaces: ['dns-search'],
    takes: ['dns-search', 'dns-domain'],
    words: split,
    key: itself,
  },
  {
    line: 'dns-sortlist',
    replaces: ['dns-sortlist'],
    takes: ['dns-sortlist'],
    words: split,
    key: itself,
  },
  {
    line: 'dns-options',
    replaces: ['dns-options'],
    takes: ['dns-options'],
    words: split,
    key: (word) => word.replace(/:.*/, ''),
  },
];

/**
 * Moves the resolvers of public interfaces into the gateway's stanza, after those of its interface. Both
 * families move, because a resolver is reached by any route.
 * @throws RcWaitError NETWORK_FILE if an interface that keeps a line shares it
 */
export function moveResolvers(
  tree: InterfacesTree,
  home: ResolvedStanza,
  names: readonly string[],
  gatewayInterface: string,
): MovedResolvers {
  const own = ownEntries(tree.files);
  const interfacesOf = namesIn(tree, gatewayInterface);
  const isForeign = (entry: Entry) => isResolverOption(entry.word) && !own.has(entry);
  const given = tree.stanzas.flatMap((stanza) => {
    const options = stanza.options.filter(isForeign);
    return options.length > 0 && isGiven(stanza, usersOf(stanza, tree, interfacesOf), names) ? options : [];
  });
  const have = tree.stanzas
    .filter((stanza) => interfacesOf(stanza).includes(gatewayInterface))
    .flatMap(({ effective }) => effective.filter(isForeign));
  const off = [...given];
  const wanted: string[] = [];
  for (const kind of kinds) {
    const taken = wordsOf(kind, kind.takes, have).map(kind.key);
    const added = wordsOf(kind, kind.takes, given).filter((word) => !taken.includes(kind.key(word)));
    if (added.length === 0) continue;
    const replaced = home.options.filter((entry) => isForeign(entry) && kind.replaces.includes(entry.word));
    refuseInherited(kind, home);
    off.push(...replaced);
    wanted.push(`${kind.line} ${[...wordsOf(kind, kind.replaces, replaced), ...added].join(' ')}`);
  }
  return { off, wanted };
}

/** The words of some options, in order and without duplicates. */
function wordsOf(kind: Kind, options: readonly string[], entries: readonly Entry[]): string[] {
  const words = entries.filter(({ word }) => options.includes(word)).flatMap(({ rest }) => kind.words(rest));
  const keys = words.map(kind.key);
  return words.filter((word, index) => keys.indexOf(kind.key(word)) === index);
}

/** The interfaces that get the options of a stanza: its own, and those of stanzas that inherit from it. */
function usersOf(
  stanza: ResolvedStanza,
  tree: InterfacesTree,
  interfacesOf: (stanza: ResolvedStanza) => string[],
): string[] {
  const heirs = tree.stanzas.filter(({ parent }) => parent === stanza);
  return [...interfacesOf(stanza), ...heirs.flatMap((heir) => usersOf(heir, tree, interfacesOf))];
}

/** Whether only public interfaces get the options of a stanza. */
function isGiven(stanza: ResolvedStanza, users: readonly string[], names: readonly string[]): boolean {
  const other = users.find((name) => !names.includes(name));
  if (other === undefined) return users.length > 0;
  const moving = users.find((name) => names.includes(name));
  if (moving === undefined) return false;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot edit ${stanza.file.path}: line ${stanza.head.number}: ${moving}, whose resolvers are to move, shares those of "${stanza.name}" with ${other}`,
    { hint: 'nothing was changed; write the dns- options into the stanzas of the interfaces themselves' },
  );
}

/** If a stanza both inherits an option and sets it, ifupdown emits both; only for name servers is that harmless. */
function refuseInherited(
  { line, replaces }: Kind,
  { effective, options, file, head, name }: ResolvedStanza,
): void {
  const inherited = effective.some((entry) => !options.includes(entry) && replaces.includes(entry.word));
  if (line === 'dns-nameservers' || !inherited) return;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot edit ${file.path}: line ${head.number}: "${name}" inherits ${line}, and rc-wait cannot add to it`,
    { hint: `nothing was changed; write ${line} into the stanza itself` },
  );
}
