import { within } from '../base/deadline.ts';
import { RcWaitError } from '../base/error.ts';
import { seesRemoteMount } from '../system/remote-mounts.ts';
import type { Finished, Run } from '../system/tool.ts';
import { cloudsPlaces } from './cloud/files.ts';
import type { Io } from './io.ts';

/** The time limit for the file systems of all named paths, in ms, on a machine that is not busy. */
const leastMs = 10_000;

/** How much longer than the same programs took beside a local file, at least. A busy machine is not a dead server. */
const timesLonger = 20;

/** The time limit for the programs beside a local file, in ms. If they take longer, nothing is known. */
const longestTrialMs = 120_000;

/** Longer than SIGKILL takes for a process that still hears it, in ms. */
const killMs = 500;

/** A path that rc-wait is about to use, and what named it. */
export interface NamedPath {
  readonly path: string;
  /** such as `--state-dir` */
  readonly by: string;
}

/** The flags whose values are files or folders. */
const pathFlags = [
  'root',
  'state-dir',
  'ca-file',
  'catalog',
  'scenario',
  'token-cache',
  'hooks-dir',
  'metrics-file',
  'report',
] as const;

/**
 * Says a line for each path whose file system has answered. It reads a byte of a file and enters a folder: attributes
 * alone may come from a cache. `[ -f` keeps it away from FIFOs and devices.
 */
const script =
  'for path; do if [ -f "$path" ]; then head -c 1 -- "$path"; elif [ -d "$path" ]; then (cd -- "$path"); fi >/dev/null 2>&1; echo; done';

/**
 * Refuses a command line that names a path whose file system does not answer.
 * @throws RcWaitError CONFIGURATION
 */
export async function requireNamedAnswers(
  args: Readonly<Record<string, unknown>>,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): Promise<void> {
  if (seesRemoteMount()) await requireAnswers(namedPaths(args, env), signal);
}

/** The files and folders that a command line and the environment name. */
export function namedPaths(args: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): NamedPath[] {
  const byFlag = pathFlags.flatMap((flag) => {
    const path = args[flag];
    return typeof path === 'string' && !['', '-', '/'].includes(path) ? [{ path, by: `--${flag}` }] : [];
  });
  // Only commands that log in read files of clouds.
  if (!('os-cloud' in args)) return byFlag;
  return [...byFlag, ...cloudsPlaces(env).map((path) => ({ path, by: 'the places of clouds.yaml' }))];
}

/**
 * Refuses paths whose file system does not answer, such as a dead NFS or FUSE mount. Another process looks: reading in
 * this one would hang with it, and a thread that hangs keeps a process from exiting. It is left behind if even SIGKILL does not end it.
 * @throws RcWaitError CONFIGURATION
 */
export async function requireAnswers(
  paths: readonly NamedPath[],
  signal: Io['signal'],
  run?: Run,
): Promise<void> {
  const start = run ?? (await import('../system/tool.ts')).runCommand;
  const look = (named: readonly string[], timeoutMs: number, onStart?: (pid: number) => void) =>
    start({ argv: ['sh', '-c', script, 'sh', ...named], timeoutMs }, signal, onStart);
  const beganMs = performance.now();
  const trial = await look(['/proc/self/stat'], longestTrialMs);
  // Without a shell nothing is known, and an interrupt is the command's own business.
  if (!trial.ok || signal.aborted) return;
  const limitMs = Math.ceil(Math.max(leastMs, timesLonger * (performance.now() - beganMs)) / 1000) * 1000;
  let isStarted = false;
  const work = look(
    paths.map(({ path }) => path),
    limitMs,
    () => {
      isStarted = true;
    },
  );
  const end = await within<Finished | undefined>(work, limitMs + killMs, () => undefined);
  if (end?.ok || !isStarted || signal.aborted) return;
  // The output of what even SIGKILL does not end is not known.
  const silent = end === undefined ? paths : paths.slice(end.output.split('\n').length - 1).slice(0, 1);
  if (silent.length === 0) return;
  const inWords = (words: readonly string[]) => [...new Set(words)].join(' or ');
  const names = inWords(silent.map(({ path }) => path));
  throw new RcWaitError('CONFIGURATION', `cannot read ${names}: no answer within ${limitMs / 1000} s`, {
    hint: `named by ${inWords(silent.map(({ by }) => by))}; the server or the daemon of its file system does not answer (NFS, FUSE and the like)`,
  });
}
