import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeBytes, encodeBytes } from '../../base/bytes.ts';
import { errnoOf, RcWaitError } from '../../base/error.ts';
import { makeFolder, readRegular } from '../../base/files.ts';
import type { Finished, Run } from '../../system/tool.ts';
import type { Stack } from '../stacks/stack.ts';
import type { GatewayTarget, NetworkFile, ParsedRoute, Parser } from '../types.ts';
import { faultIn } from './parsed.ts';

/** New files that are not in use yet. */
export interface Verification {
  readonly stack: Stack;
  readonly target: GatewayTarget;
  /** the stack's current files */
  readonly before: readonly NetworkFile[];
  /** the files after the change */
  readonly after: readonly NetworkFile[];
  /** whether the files belong to the system on which the tool runs */
  readonly isRunning: boolean;
}

/** The machine on which a stack's tool runs. */
interface Machine {
  readonly isInstalled: (tool: string) => Promise<boolean>;
  readonly run: Run;
}

/**
 * Lets the stack's own tool parse the new files before any of them is written. If the tool is not installed,
 * or its answer cannot be parsed, nothing is refused.
 *
 * If the tool rejects the old files as well, the decision is left to the checks before the reload; where there is no
 * reload, it is a warning. If it rejects
 * only the new files, that counts on the running system; below another root it is only a warning, because the
 * system there may have a release that accepts them.
 * @returns a warning for a person; undefined without one
 * @throws RcWaitError NETWORK_FILE if the routes that the tool derives from the files are wrong
 */
export async function verifyFiles(
  { stack, target, before, after, isRunning }: Verification,
  { isInstalled, run }: Machine,
): Promise<string | undefined> {
  const { parser } = stack;
  if (parser === undefined || !(await isInstalled(parser.tool))) return undefined;
  const now = await parse(parser, after, target, run);
  if (now === undefined) return undefined;
  const old = isSame(before, after) ? undefined : await parse(parser, before, target, run);
  if (!now.finished.ok) {
    if (old?.finished.ok !== true)
      return isRunning && old !== undefined ? undefined : refusesAll(parser, now, isRunning);
    const fault = `refuses the new files: ${failureWords(now)}`;
    if (isRunning) throw refusal(target, fault, { parser, isRunning });
    return `${parser.tool} of this machine ${fault}; that of the disk may be another release, and was not asked`;
  }
  const fault = now.routes && faultIn(target, now.routes, old?.finished.ok ? old.routes : undefined);
  if (fault !== undefined) throw refusal(target, fault, { parser, isRunning });
  return undefined;
}

/** The result of a query to the tool. */
interface Parsed {
  readonly finished: Finished;
  /** undefined if the answer does not show them */
  readonly routes: readonly ParsedRoute[] | undefined;
}

/** Queries the tool about files in a folder that nobody else can open and that is deleted afterwards. */
async function parse(
  parser: Parser,
  files: readonly NetworkFile[],
  target: GatewayTarget,
  run: Run,
): Promise<Parsed | undefined> {
  const folder = await privateFolder();
  if (folder === undefined) return undefined;
  try {
    const question = parser.question(files, folder, target);
    if (question === undefined || !(await isLaid(question.files, folder))) return undefined;
    const finished = await run(question.command);
    const made = finished.ok ? await readMade(folder, parser.makes) : [];
    const { output: printed, isCut } = finished;
    const routes =
      finished.ok && isCut !== true ? parser.routes({ files, target, printed, made }) : undefined;
    return { finished, routes };
  } finally {
    // A leftover is harmless: /run is empty after the next boot.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** In bytes: more than a tool writes for network files. */
const largestMadeBytes = 16 * 2 ** 20;

/** Copies files into a folder; false if that fails. */
async function isLaid(files: readonly NetworkFile[], folder: string): Promise<boolean> {
  try {
    for (const { path, text } of files) {
      makeFolder(join(folder, dirname(path)), 0o700);
      const file = await open(join(folder, path), 'wx', 0o600);
      await file.writeFile(encodeBytes(text)).finally(() => file.close());
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * A new folder in /run, where only root can create one, or in /tmp; undefined if neither works. TMPDIR is
 * ignored: the caller controls it, and it may point to a file system that hangs.
 */
async function privateFolder(): Promise<string | undefined> {
  for (const parent of process.geteuid?.() === 0 ? ['/run', '/tmp'] : ['/tmp']) {
    try {
      return await mkdtemp(join(parent, 'rc-wait-parse-'));
    } catch {
      // missing or read-only, as in the sandbox of rc-wait's own service
    }
  }
  return undefined;
}

async function readMade(folder: string, makes: readonly string[]): Promise<NetworkFile[]> {
  const made: NetworkFile[] = [];
  for (const path of makes) {
    const entries = await readdir(join(folder, path), { withFileTypes: true }).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    });
    for (const entry of entries.filter((one) => one.isFile())) {
      made.push({
        path: join(path, entry.name),
        text: decodeBytes(readRegular(join(folder, path, entry.name), largestMadeBytes).bytes),
      });
    }
  }
  return made;
}

function isSame(before: readonly NetworkFile[], after: readonly NetworkFile[]): boolean {
  const texts = new Map(before.map(({ path, text }) => [path, text]));
  return before.length === after.length && after.every(({ path, text }) => texts.get(path) === text);
}

function refusesAll({ tool }: Parser, parsed: Parsed, isRunning: boolean): string {
  return `${tool}${isRunning ? '' : ' of this machine'} refuses the files as they are: ${failureWords(parsed)}`;
}

function failureWords({ finished: { how, output } }: Parsed): string {
  const said = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
  return said === '' ? how : `${how}, ${said.slice(-500)}`;
}

function refusal(
  { gateway, interfaceName }: GatewayTarget,
  fault: string,
  { parser, isRunning }: { readonly parser: Parser; readonly isRunning: boolean },
): RcWaitError {
  const who = isRunning ? parser.tool : `${parser.tool} of this machine`;
  const way = isRunning
    ? 'put the default route in by hand, and let rc-wait look at it with "rc-wait network check"'
    : 'where the disk has another release of it, start that server and run rc-wait there; else put the default route in by hand';
  return new RcWaitError(
    'NETWORK_FILE',
    `cannot bring the gateway ${gateway} into use on ${interfaceName}: ${who} ${fault}`,
    { hint: `nothing was changed; ${way}` },
  );
}
