import { isIP } from 'node:net';
import { RcWaitError } from '../../../base/error.ts';
import { both, type Need, nothing } from '../text/overlay.ts';
import { type Assignment, linesToDisable, type ShellFile } from '../text/shell.ts';

/** Resolvers and search domains of one or more interfaces. */
export interface Resolvers {
  /** addresses of IPv4 and IPv6 */
  readonly servers: readonly string[];
  readonly domains: readonly string[];
}

/**
 * Whether a setting ties a resolver or search domains to its interface. PEERDNS does not:
 * it controls the resolvers from DHCP, which stay with the interface that has the lease.
 */
export function isResolver(key: string): boolean {
  return isServer(key) || isDomain(key);
}

function isServer(key: string): boolean {
  return /^DNS[1-9]\d*$/.test(key);
}

function isDomain(key: string): boolean {
  return key === 'DOMAIN' || key === 'IPV6_DOMAIN';
}

/**
 * The resolvers of some files, in order and without duplicates.
 * @throws RcWaitError NETWORK_FILE if only a shell could tell one
 */
export function resolversOf(files: readonly ShellFile[]): Resolvers {
  const servers = files.flatMap((file) => serversIn(file).map((one) => wordsOf(file, one)));
  const domains = files.flatMap((file) => domainsIn(file).map((one) => wordsOf(file, one)));
  return { servers: [...new Set(servers.flat())], domains: [...new Set(domains.flat())] };
}

/** The need of a file whose resolvers move away. */
export function sourceNeed(file: ShellFile): Need {
  const given = file.assignments.filter(({ key }) => isResolver(key));
  return { off: [], temporary: linesToDisable(file, given), wanted: [] };
}

/**
 * The need of the file that gets resolvers, after its own. The numbers must have no gap, because
 * ifup-post of RHEL reads DNS1 to DNS3 and stops at the first that is missing.
 * @throws RcWaitError NETWORK_FILE if lines have to be rewritten and only a shell could tell their values
 */
export function receiverNeed(file: ShellFile, moved: Resolvers): Need {
  return both(serverNeed(file, moved.servers), domainNeed(file, moved.domains));
}

function serverNeed(file: ShellFile, moved: readonly string[]): Need {
  const own = serversIn(file);
  const added = moved.filter((server) => !own.some(({ value }) => value === server));
  if (added.length === 0) return nothing;
  const isGapless = own.every(({ key }, index) => key === `DNS${index + 1}`);
  const kept = isGapless ? [] : own.flatMap((one) => wordsOf(file, one));
  const first = isGapless ? own.length + 1 : 1;
  const written = new Map([...kept, ...added].map((server, index) => [`DNS${first + index}`, server]));
  // An empty setting of the same number would contradict the new one.
  const off = file.assignments.filter(({ key }) => isServer(key) && (!isGapless || written.has(key)));
  return {
    off: [],
    temporary: linesToDisable(file, off),
    wanted: [...written].map(([key, server]) => `${key}=${server}`),
  };
}

function domainNeed(file: ShellFile, moved: readonly string[]): Need {
  const own = domainsIn(file);
  const have = own.flatMap(({ value }) => value?.split(/\s+/) ?? []);
  const added = moved.filter((domain) => !have.includes(domain));
  if (added.length === 0) return nothing;
  const kept = own.filter(({ key }) => key === 'DOMAIN').flatMap((one) => wordsOf(file, one));
  const off = file.assignments.filter(({ key }) => key === 'DOMAIN');
  return {
    off: [],
    temporary: linesToDisable(file, off),
    wanted: [`DOMAIN="${[...kept, ...added].join(' ')}"`],
  };
}

/** The effective servers, sorted by number: the last setting of each number, unless empty. */
function serversIn({ assignments }: ShellFile): Assignment[] {
  const last = new Map(assignments.filter(({ key }) => isServer(key)).map((one) => [one.key, one]));
  return [...last.values()]
    .filter(({ value }) => value !== '')
    .sort((a, b) => Number(a.key.slice(3)) - Number(b.key.slice(3)));
}

function domainsIn({ assignments }: ShellFile): Assignment[] {
  const last = new Map(assignments.filter(({ key }) => isDomain(key)).map((one) => [one.key, one]));
  return [...last.values()].filter(({ value }) => value?.trim() !== '');
}

/** The words of a setting, if they can be written elsewhere. */
function wordsOf({ path }: ShellFile, { key, value, lines }: Assignment): string[] {
  const words = value?.trim().split(/\s+/);
  const isPlain = isServer(key)
    ? words?.length === 1 && isIP(words[0]?.replace(/%[\w.-]+$/, '') ?? '') !== 0
    : words?.every((word) => /^[\w.~-]+$/.test(word));
  if (words !== undefined && isPlain) return words;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot edit ${path}: line ${(lines[0] ?? 0) + 1} sets ${key} to a value that cannot be moved to another file`,
    { hint: `nothing was changed; write the value of ${key} out, or take the line out` },
  );
}
