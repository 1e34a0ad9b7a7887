import { RcWaitError } from '../../../base/error.ts';
import type { InterfaceRef, NetworkFile } from '../../types.ts';
import { commandsIn } from '../text/script-words.ts';
import { type Assignment, isBackup, readShellFile, type ShellFile, valueIn } from '../text/shell.ts';

const folder = '/etc/sysconfig/network-scripts';

/** A line of a settings file that has the shell read another file. */
interface SourceLine {
  /** undefined if only a shell could tell */
  readonly path: string | undefined;
  /** from 1 */
  readonly line: number;
}

/** Files that source each other deeper than this are no settings. */
const deepest = 4;

/**
 * The paths of the files that settings files source. The network-scripts are shell scripts and source ifcfg files
 * from their own folder (`ifup` and `source_config()` of initscripts); so the shell reads these files, too.
 */
export function sourcedBy(file: NetworkFile): string[] {
  return isOfRoutes(file) ? [] : sourceLines(file).flatMap(({ path }) => path ?? []);
}

/** Whether a file is an ifcfg file, or the file for all interfaces. */
function isSettings(path: string): boolean {
  return (path.startsWith(`${folder}/ifcfg-`) && !isBackup(path)) || path === '/etc/sysconfig/network';
}

/** Whether a file is one of routes, with a syntax of its own. */
function isOfRoutes({ path }: NetworkFile): boolean {
  return path.startsWith(`${folder}/route-`) || path === '/etc/sysconfig/static-routes';
}

function sourceLines({ text }: NetworkFile): SourceLine[] {
  return commandsIn(text).flatMap(({ words: [first, second], line }): SourceLine[] => {
    if (first?.value !== '.' && first?.value !== 'source') return [];
    const path = second?.value;
    if (path === undefined || path.split('/').includes('..')) return [{ path: undefined, line }];
    return [{ path: path.startsWith('/') ? path : `${folder}/${path.replace(/^(\.\/)+/, '')}`, line }];
  });
}

/** The settings that decide on default routes, addresses, names and resolvers. */
const deciding =
  /^(GATEWAY\d*|GATEWAYDEV|DEFROUTE|ONBOOT|BOOTPROTO|DEVICE|HWADDR|IPADDR\d*|PREFIX\d*|NETMASK\d*|DNS\d+|DOMAIN|MASTER|BRIDGE|PHYSDEV|VLAN|VLAN_ID|NM_CONTROLLED)$/;

/**
 * A settings file with the assignments of the files that it sources, in the order of the shell. A file that does
 * not exist sets nothing; one that only a shell could tell is left to `requireClear`.
 */
export function withSourced(file: NetworkFile, files: readonly NetworkFile[]): ShellFile {
  const own = readShellFile(file);
  try {
    return { ...own, assignments: effective(own, files, 0) };
  } catch {
    return own;
  }
}

/**
 * Refuses settings files of which only a shell could tell what the files that they source set.
 * @throws RcWaitError NETWORK_FILE with path and line
 */
export function requireClear(files: readonly NetworkFile[], link: InterfaceRef): void {
  for (const file of ofScripts(files, link)) effective(readShellFile(file), files, 0);
}

/**
 * The settings files that the scripts read. NetworkManager ignores lines that are no assignments (shvar.c of its
 * ifcfg-rh plugin), so where it has the interface only the files count that it leaves to the scripts.
 */
function ofScripts(files: readonly NetworkFile[], { file: used }: InterfaceRef): NetworkFile[] {
  const isLeft = (file: NetworkFile) =>
    /^(no|n|false|0)$/i.test(valueIn(readShellFile(file), 'NM_CONTROLLED') ?? '');
  return files.filter((file) => isSettings(file.path) && (used === undefined || isLeft(file)));
}

function effective(own: ShellFile, files: readonly NetworkFile[], depth: number): Assignment[] {
  const assignments: Assignment[] = [];
  let from = 0;
  for (const source of sourceLines(own)) {
    const to = own.assignments.findIndex((one) => (one.lines[0] ?? 0) >= source.line);
    const end = to < 0 ? own.assignments.length : Math.max(from, to);
    assignments.push(...own.assignments.slice(from, end), ...settingsOf(own, source, files, depth));
    from = end;
  }
  return [...assignments, ...own.assignments.slice(from)];
}

function settingsOf(
  { path: from }: NetworkFile,
  { path, line }: SourceLine,
  files: readonly NetworkFile[],
  depth: number,
): Assignment[] {
  if (path === undefined || depth >= deepest) throw unclear(from, line, path);
  const file = files.find((one) => one.path === path);
  if (file === undefined) return [];
  const assignments = readable(() => effective(readShellFile(file), files, depth + 1), from, line, path);
  const found = assignments.filter(({ key }) => deciding.test(key));
  if (found.some(({ value }) => value === undefined)) throw unclear(from, line, path);
  return found;
}

function readable<T>(read: () => T, from: string, line: number, path: string): T {
  try {
    return read();
  } catch {
    throw unclear(from, line, path);
  }
}

function unclear(from: string, line: number, path = 'a file that only a shell could tell'): RcWaitError {
  return new RcWaitError(
    'NETWORK_FILE',
    `cannot read ${from}: line ${line}: settings of the interface may come from ${path}`,
    { hint: `nothing was changed; write these settings into ${from} itself, and take the line out` },
  );
}

/** The files that the scripts' settings files source, directly or by others. */
export function sourcedFiles(files: readonly NetworkFile[], link: InterfaceRef): NetworkFile[] {
  const found = new Set<NetworkFile>();
  const waiting = ofScripts(files, link);
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    for (const { path } of sourceLines(file)) {
      const next = files.find((one) => one.path === path && !isSettings(one.path));
      if (next === undefined || found.has(next)) continue;
      found.add(next);
      waiting.push(next);
    }
  }
  return [...found];
}
