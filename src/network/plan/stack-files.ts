import { accessSync, constants, type Dirent, statSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decodeBytes } from '../../base/bytes.ts';
import { errnoOf, RcWaitError, reasonOf } from '../../base/error.ts';
import { toolPath } from '../../system/environment.ts';
import { links } from '../../system/links.ts';
import { isNullBelow, isRunningSystem, openBelow, realpathBelow } from '../../system/root.ts';
import type { Run } from '../../system/tool.ts';
import type { Stack } from '../stacks/stack.ts';
import { componentsOf, globPattern, hasWildcard } from '../stacks/text/glob.ts';
import type { Command, ConfigFileOf, HostInterface, NetworkFile } from '../types.ts';
import { accountBelow, type ReadingAccount, whyDenied } from './reading-account.ts';

/** More than any network file has; a larger file is something else. */
const longestFileBytes = 1024 * 1024;

/** More than any server has; without it, a `source` that names itself through links would never end. */
const mostFiles = 500;

/** In characters: longer than a daemon's answer about thousands of links. */
const longestAnswer = 16 * 1024 * 1024;

/**
 * All files that a stack reads below the root, including files that other files name.
 * @throws RcWaitError NETWORK_FILE if a file cannot be read; it is never treated as missing
 */
export async function readStackFiles(stack: Stack, root: string): Promise<NetworkFile[]> {
  const files = new Map<string, NetworkFile>();
  const account = stack.readsAs === undefined ? undefined : await accountBelow(root, stack.readsAs);
  const globs = [...stack.sources];
  for (let glob = globs.shift(); glob !== undefined; glob = globs.shift()) {
    for (const path of await expand(root, glob)) {
      if (files.has(path) || stack.ignores?.(path)) continue;
      const file = await readNetworkFile(root, path, stack, account);
      if (file === undefined) continue;
      files.set(path, file);
      if (files.size > mostFiles) {
        throw new RcWaitError(
          'NETWORK_FILE',
          `cannot read the files of ${stack.name}: there are more than ${mostFiles}`,
        );
      }
      globs.push(...(stack.includes?.(file) ?? []));
    }
  }
  return [...files.values()];
}

/**
 * One file; undefined if it does not exist or is not a regular file. A link to /dev/null
 * counts as an empty file, even below a root without /dev/null: with such a link systemd
 * and others mask the file of the same name in another folder.
 */
export async function readNetworkFile(
  root: string,
  path: string,
  { needsEveryFile, whyIgnored }: Pick<Stack, 'needsEveryFile' | 'whyIgnored'> = {},
  account?: ReadingAccount,
): Promise<NetworkFile | undefined> {
  try {
    if (isNullBelow(root, path)) return { path, text: '' };
    const real = await realpathBelow(root, path);
    const found = statSync(real);
    if (!found.isFile()) return undefined;
    if (found.size > longestFileBytes)
      throw new Error(`it has ${found.size} bytes, more than a network file has`);
    const { bytes, stats } = await openBelow(root, path, longestFileBytes);
    const isRunning = isRunningSystem(root);
    const ignored =
      whyIgnored?.(stats, isRunning) ?? (account && (await whyDenied(account, root, path, stats, isRunning)));
    const file = { path, text: decodeBytes(bytes) };
    if (ignored === undefined) return file;
    return { ...file, ...(isRunning ? { ignored } : { ignoredAsItIs: ignored }) };
  } catch (error) {
    const link = needsEveryFile && isAbsence(error) ? await linkTarget(root, path) : undefined;
    if (link !== undefined) throw leadsNowhere(path, link);
    if (isAbsence(error)) return undefined;
    if (error instanceof RcWaitError) throw error;
    throw new RcWaitError('NETWORK_FILE', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** What a symbolic link in the file's place holds; undefined without one. */
async function linkTarget(root: string, path: string): Promise<string | undefined> {
  try {
    return await readlink(join(await realpathBelow(root, dirname(path)), basename(path)));
  } catch {
    return undefined;
  }
}

function leadsNowhere(path: string, link: string): RcWaitError {
  return new RcWaitError(
    'NETWORK_FILE',
    `cannot read ${path}: it is a symbolic link to ${link}, which does not exist`,
    { hint: 'nothing was changed; take the link away, or put there what it leads to' },
  );
}

/** The file does not exist. ENOTDIR counts too: /etc/sysconfig/network is a folder on SUSE and a file on RHEL. */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
}

/** The paths below the root that a glob matches, sorted as a shell sorts them in the C locale. */
export async function expand(root: string, glob: string): Promise<string[]> {
  let paths = [''];
  for (const component of componentsOf(glob)) {
    if (!hasWildcard(component)) {
      paths = paths.map((path) => `${path}/${component}`);
      continue;
    }
    const pattern = globPattern(component);
    const found: string[] = [];
    for (const path of paths) {
      const names = (await entriesIn(root, path))
        .map(({ name }) => name)
        .filter((name) => pattern.test(name));
      found.push(...names.sort().map((name) => `${path}/${name}`));
    }
    paths = found;
  }
  return paths;
}

async function entriesIn(root: string, path: string): Promise<Dirent[]> {
  try {
    return await readdir(await realpathBelow(root, path), { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return [];
    if (error instanceof RcWaitError) throw error;
    throw new RcWaitError('NETWORK_FILE', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The interfaces of the running system with an IPv4 address, except loopback. */
export function runningInterfaces(): HostInterface[] {
  return (
    links()
      // The stacks' tools would take a name with a leading hyphen for an option.
      .filter(
        ({ name, isLoopback, addresses }) => addresses.length > 0 && !isLoopback && !name.startsWith('-'),
      )
      .map(({ name, macAddress, addresses }) => ({ name, macAddress, addresses }))
  );
}

/** Merges the entries with the same name into one that has all their addresses. */
export function mergeInterfaces(interfaces: readonly HostInterface[]): HostInterface[] {
  return [...Map.groupBy(interfaces, ({ name }) => name)].map(([name, group]) => {
    const macAddress = group.find((one) => one.macAddress !== undefined)?.macAddress;
    const addresses = group.flatMap((one) => one.addresses);
    return { name, addresses, ...(macAddress === undefined ? {} : { macAddress }) };
  });
}

/** Whether a program is installed in a folder of `toolPath`. */
export async function isInstalled(tool: string): Promise<boolean> {
  for (const folder of toolPath().split(':')) {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      // not in this folder
    }
  }
  return false;
}

/**
 * The interfaces that the stack's daemon says it manages: empty if it is not active;
 * undefined if there is no daemon or no usable answer.
 */
export async function askDaemon({ daemon }: Stack, run: Run): Promise<ConfigFileOf | undefined> {
  if (daemon === undefined) return undefined;
  const isActive = { argv: ['systemctl', 'is-active', '--quiet', daemon.unit], timeoutMs: 10_000 } as const;
  if (!(await run(isActive)).ok) return new Map();
  if (daemon.question === undefined) return undefined;
  const { command, olderCommand, understand } = daemon.question;
  const ask = (one: Command) => run({ ...one, longestOutput: longestAnswer });
  const first = await ask(command);
  const { ok, output, isCut } = first.ok || olderCommand === undefined ? first : await ask(olderCommand);
  // The cut part may hold the very interface, which would then count as unmanaged.
  return ok && isCut !== true ? understand(output) : undefined;
}
