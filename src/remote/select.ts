import { RcWaitError } from '../base/error.ts';
import { anyCharacter, characterOf, fitsGlob, type GlobPart, thisCharacter } from '../base/glob.ts';
import type { SeenServer } from '../openstack/servers.ts';

/** Which servers to wait for: every named one, and every one that fits all filters. */
export interface Selection {
  /** ids or exact names */
  readonly named: readonly string[];
  /** every server */
  readonly all: boolean;
  /** `*`, `?` and `[abc]`; one fitting pattern suffices */
  readonly globs: readonly string[];
  /** a server must have all of them */
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The ids, if only ids are asked for: then no list is needed. Otherwise undefined. */
export function onlyIds({ named, all, globs, metadata }: Selection): readonly string[] | undefined {
  const isOnly = !all && globs.length === 0 && metadata.length === 0;
  return isOnly && named.length > 0 && named.every((one) => uuid.test(one))
    ? named.map((id) => id.toLowerCase())
    : undefined;
}

/** Tests whether a server is selected. */
export function matcherOf({ named, all, globs, metadata }: Selection): (server: SeenServer) => boolean {
  const names = new Set(named);
  const ids = new Set(named.map((one) => one.toLowerCase()));
  const patterns = globs.map(globPattern);
  const isFiltered = patterns.length > 0 || metadata.length > 0;
  const fits = (server: SeenServer): boolean =>
    (patterns.length === 0 || patterns.some((pattern) => pattern.test(server.name))) &&
    metadata.every(([key, value]) => server.metadata[key] === value);
  return (server) =>
    ids.has(server.id.toLowerCase()) || names.has(server.name) || (isFiltered ? fits(server) : all);
}

/** A glob for a whole name; an unclosed `[` stands for itself. */
function globPattern(glob: string): { test(name: string): boolean } {
  const parts: GlobPart[] = [];
  const last = glob.lastIndexOf(']');
  for (let at = 0; at < glob.length; ) {
    // A "]" right after the "[" belongs to the set.
    const [whole, not, set = ''] = (at < last && /^\[([!^]?)(\]?[^\]]*)\]/.exec(glob.slice(at))) || [];
    const character = String.fromCodePoint(glob.codePointAt(at) ?? 0);
    const isSet = whole !== undefined && whole.length > 2;
    if (isSet) parts.push(characterOf(set, not !== '') ?? notAPattern(glob));
    else if (character === '*') parts.push('*');
    else parts.push(character === '?' ? anyCharacter : thisCharacter(character));
    at += isSet ? whole.length : character.length;
  }
  return { test: (name) => fitsGlob(parts, name) };
}

function notAPattern(glob: string): never {
  throw new RcWaitError(
    'USAGE',
    `cannot use --name ${glob}: it is not a pattern such as "web-*" or "db-[12]"`,
  );
}

/** A server that was found, for `checkFound`. */
interface FoundServer {
  readonly id: string;
  readonly name: string;
  readonly region: string;
}

/**
 * Checks that what was found is what was asked for.
 * @throws RcWaitError CONFIGURATION when a named server is missing or ambiguous, or no server fits
 */
export function checkFound(
  { named }: Selection,
  found: readonly FoundServer[],
  regions: readonly string[],
): void {
  const where = regions.join(', ');
  const matching = named.map((one) => ({
    one,
    servers: found.filter(({ id, name }) => id.toLowerCase() === one.toLowerCase() || name === one),
  }));
  const unknown = matching.filter(({ servers }) => servers.length === 0).map(({ one }) => one);
  if (unknown.length > 0) {
    throw new RcWaitError('CONFIGURATION', `cannot wait for ${listed(unknown)}: no such server in ${where}`, {
      hint: 'a server is named by its id or its whole name; other regions are looked at with --regions',
    });
  }
  const several = matching.find(({ servers }) => servers.length > 1);
  if (several !== undefined) {
    const places = several.servers.map(({ id, region }) => `${id} in ${region}`);
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot wait for ${several.one}: ${places.length} servers have that name`,
      {
        hint: `name it by its id: ${listed(places)}`,
      },
    );
  }
  if (found.length === 0) {
    throw new RcWaitError('CONFIGURATION', `cannot wait: no server in ${where} fits`, {
      hint: 'other regions are looked at with --regions',
    });
  }
}

const mostListed = 10;

function listed(words: readonly string[]): string {
  const rest = words.length - mostListed;
  return `${words.slice(0, mostListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
