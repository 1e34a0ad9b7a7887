import { isIP } from 'node:net';
import { RcWaitError } from '../../../base/error.ts';
import { isResolverOption, ownEntries } from './edit.ts';
import type { Entry } from './file.ts';
import { namesIn } from './public.ts';
import type { InterfacesTree, ResolvedStanza } from './tree.ts';

/** What resolvers need when they go to the gateway's interface. */
interface MovedResolvers {
  /** options that are put out of use, in whatever stanza */
  readonly off: readonly Entry[];
  /** lines for the stanza of the gateway */
  readonly wanted: readonly string[];
}

/** Options of one meaning. */
interface Kind {
  /** the one that we write */
  readonly line: string;
  /** those that it takes the place of */
  readonly replaces: readonly string[];
  /** those whose words are the same */
  readonly takes: readonly string[];
  /** the words of one option that count */
  readonly words: (rest: string) => string[];
  /** by what two words are the same thing */
  readonly key: (word: string) => string;
}

const split = (rest: string) => rest.split(/\s+/).filter((word) => word !== '');
const itself = (word: string) => word;

/**
 * One line of each: ifupdown puts a line break between the values of an option that
 * is given twice (config.c), and of `search a` and `b` resolvconf's hook makes two
 * lines. `domain` is the older name for a search list of one (resolv.conf(5)).
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
 * Moves the resolvers of public interfaces below the stanza of the gateway, after
 * those that its interface has. Both families: a resolver is asked by whatever
 * route there is.
 * @throws RcWaitError NETWORK_FILE where a line is shared with an interface that keeps it
 */
export function moveResolvers(
  tree: InterfacesTree,
  home: ResolvedStanza,
  names: readonly string[],
  wished: string,
): MovedResolvers {
  const ours = ownEntries(tree.files);
  const interfacesOf = namesIn(tree, wished);
  const isTheirs = (entry: Entry) => isResolverOption(entry.word) && !ours.has(entry);
  const given = tree.stanzas.flatMap((stanza) => {
    const options = stanza.options.filter(isTheirs);
    return options.length > 0 && isGiven(stanza, usersOf(stanza, tree, interfacesOf), names) ? options : [];
  });
  const have = tree.stanzas
    .filter((stanza) => interfacesOf(stanza).includes(wished))
    .flatMap(({ effective }) => effective.filter(isTheirs));
  const off = [...given];
  const wanted: string[] = [];
  for (const kind of kinds) {
    const taken = wordsOf(kind, kind.takes, have).map(kind.key);
    const added = wordsOf(kind, kind.takes, given).filter((word) => !taken.includes(kind.key(word)));
    if (added.length === 0) continue;
    const own = home.options.filter((entry) => isTheirs(entry) && kind.replaces.includes(entry.word));
    refuseInherited(kind, home);
    off.push(...own);
    wanted.push(`${kind.line} ${[...wordsOf(kind, kind.replaces, own), ...added].join(' ')}`);
  }
  return { off, wanted };
}

/** The words of some options in their order, no doubles. */
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

/** Whether the options of a stanza are those of public interfaces. */
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

/** Of an inherited option and one of its own ifupdown makes two lines; for name servers alone that does not matter. */
function refuseInherited(
  { line, replaces }: Kind,
  { effective, options, file, head, name }: ResolvedStanza,
): void {
  const inherited = effective.some((entry) => !options.includes(entry) && replaces.includes(entry.word));
  if (line === 'dns-nameservers' || !inherited) return;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot edit ${file.path}: line ${head.number}: "${name}" inherits ${line}, and needs more of it`,
    { hint: `nothing was changed; write ${line} into the stanza itself` },
  );
}
