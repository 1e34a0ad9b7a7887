import {
  type Ipv4Address,
  type Ipv4Prefix,
  ipv4ToNumber,
  parseIpv4,
  parseIpv4Prefix,
} from '../../../base/ipv4.ts';
import type { NetworkFile } from '../../types.ts';
import { globPattern, hasWildcard, matchesGlob } from '../text/glob.ts';
import {
  cannotReadInterfaces,
  type Entry,
  entriesOf,
  type InterfacesFile,
  readInterfacesFile,
  type Stanza,
} from './file.ts';

/** The file that ifupdown reads first. */
export const startPath = '/etc/network/interfaces';

/** A stanza with what it inherits. */
export interface ResolvedStanza extends Stanza {
  readonly file: InterfacesFile;
  /** the options in effect, inherited ones first */
  readonly effective: readonly Entry[];
  /** the stanza that it inherits from */
  readonly parent: ResolvedStanza | undefined;
}

/** Everything that ifupdown reads from a set of files. */
export interface InterfacesTree {
  /** in the order in which ifupdown opens them */
  readonly files: readonly InterfacesFile[];
  readonly stanzas: readonly ResolvedStanza[];
}

/**
 * Follows `source` and `source-directory` from /etc/network/interfaces. Like ifupdown,
 * it reads a file only once, however often others include it.
 * @throws RcWaitError NETWORK_FILE with path and line
 */
export function readTree(files: readonly NetworkFile[]): InterfacesTree {
  const tree = { files: [] as InterfacesFile[], stanzas: [] as ResolvedStanza[] };
  const start = files.find(({ path }) => path === startPath);
  if (start !== undefined) walk(start, files, tree);
  return tree;
}

function walk(
  start: NetworkFile,
  files: readonly NetworkFile[],
  tree: { files: InterfacesFile[]; stanzas: ResolvedStanza[] },
): void {
  if (tree.files.some(({ path }) => path === start.path)) return;
  const file = readInterfacesFile(start);
  tree.files.push(file);
  for (const entry of file.entries) {
    const stanza = file.stanzas.find(({ head }) => head === entry);
    if (stanza !== undefined) tree.stanzas.push(resolve(stanza, file, tree.stanzas));
    for (const glob of globsOf(file.path, entry)) {
      const named = files.filter(({ path }) => matchesGlob(path, glob) && isRead(entry, path));
      for (const next of named.sort((a, b) => (a.path < b.path ? -1 : 1))) walk(next, files, tree);
    }
  }
}

/** Whether a file is read: in a directory only certain names are (interfaces(5), INCLUDING OTHER FILES). */
function isRead({ kind }: Entry, path: string): boolean {
  return kind !== 'source-directory' || /\/[A-Za-z0-9_-]+$/.test(path);
}

/** The globs of all files that a file includes. */
export function includesOf(file: NetworkFile): string[] {
  return entriesOf(file.text).flatMap((entry) => globsOf(file.path, entry));
}

function globsOf(path: string, { kind, rest, number }: Entry): string[] {
  if (kind !== 'source' && kind !== 'source-directory') return [];
  // ifupdown passes the line to wordexp(3). rc-wait follows globs, but not what depends on an environment.
  if (/[$`'"\\~{}]/.test(rest))
    throw cannotReadInterfaces(path, number, `cannot follow "${rest}": it needs a shell to expand it`);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return rest
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => (word.startsWith('/') ? word : folder + word) + (kind === 'source-directory' ? '/*' : ''));
}

/** ifupdown copies the inherited options from a stanza earlier in the files. */
function resolve(stanza: Stanza, file: InterfacesFile, before: readonly ResolvedStanza[]): ResolvedStanza {
  if (stanza.inherits === undefined) return { ...stanza, file, effective: stanza.options, parent: undefined };
  const parent = before.find(
    ({ name, family }) =>
      name === stanza.inherits && (stanza.family === undefined || family === stanza.family),
  );
  if (parent === undefined) {
    throw cannotReadInterfaces(
      file.path,
      stanza.head.number,
      `no stanza "${stanza.inherits}" is defined before it to inherit from`,
    );
  }
  return {
    ...stanza,
    file,
    family: stanza.family ?? parent.family,
    method: stanza.method ?? parent.method,
    effective: [...parent.effective, ...stanza.options],
    parent,
  };
}

/**
 * Refuses an interface for which a `mapping` script chooses the stanza when it comes up:
 * the files do not tell which one it will choose.
 */
export function refuseMapping({ files }: InterfacesTree, interfaceName: string): void {
  for (const { path, entries } of files) {
    for (const { kind, rest, number } of entries) {
      if (kind !== 'mapping' || !rest.split(/\s+/).some((glob) => globPattern(glob).test(interfaceName)))
        continue;
      throw cannotReadInterfaces(path, number, `a mapping script decides which stanza ${interfaceName} gets`);
    }
  }
}

/** The static IPv4 address of a stanza; undefined if it has none. */
export function addressOf({ effective }: ResolvedStanza): Ipv4Prefix | undefined {
  const option = (word: string) => effective.findLast((entry) => entry.word === word)?.rest;
  const [host = '', slash] = (option('address') ?? '').split('/');
  const address = parseIpv4(host);
  if (address === undefined) return undefined;
  const length = prefixLengthOf(option('netmask') ?? slash) ?? classOf(address);
  return parseIpv4Prefix(`${address}/${length}`);
}

/** The length of `255.255.224.0` or `19`. */
function prefixLengthOf(netmask: string | undefined): number | undefined {
  if (netmask === undefined || /^\d+$/.test(netmask))
    return netmask === undefined ? undefined : Number(netmask);
  const mask = parseIpv4(netmask);
  if (mask === undefined) return undefined;
  const bits = ipv4ToNumber(mask).toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

/** The prefix length by class, which ifupdown uses without a netmask (compute_v4_mask() in its archcommon.c). */
function classOf(address: Ipv4Address): number {
  const firstOctet = Number(address.split('.')[0]);
  if (firstOctet <= 127) return 8;
  return firstOctet <= 191 ? 16 : 24;
}

/** Whether a stanza is the interface's own, for IPv4. */
export function isInetOf({ name, family }: ResolvedStanza, interfaceName: string): boolean {
  return family === 'inet' && name === interfaceName && !hasWildcard(name);
}
