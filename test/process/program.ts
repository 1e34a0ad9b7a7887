import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The Node that rc-wait is made for, whatever runs the tests. */
export const node = at('node_modules/.bin/node');

/** The program, as its sources. */
export const main = at('src/main.ts');

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** flags of Node itself */
  readonly nodeArgs?: readonly string[];
  /** a program that runs this one, such as setpriv with its flags */
  readonly under?: readonly string[];
}

/** How a program ended. */
export interface Ended {
  /** the exit status; undefined: a signal ended it */
  readonly exit: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** rc-wait as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** resolves once the output (both streams) matches */
  saw(pattern: RegExp): Promise<void>;
}

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts any program; without a terminal, and with nothing of rc-wait's or systemd's in its environment. */
export function startProgram(
  argv: readonly [string, ...string[]],
  env: StartOptions['env'] = {},
  stdin: 'ignore' | 'pipe' = 'ignore',
): Program {
  const [file, ...args] = argv;
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', TMPDIR: process.env.TMPDIR ?? '/tmp', ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  running.add(child);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('its output is a pipe');
  let out = '';
  let err = '';
  stdout.on('data', (data) => {
    out += data;
  });
  stderr.on('data', (data) => {
    err += data;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      resolve({ exit: code ?? undefined, out, err });
    });
  });
  return {
    child,
    ended,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(out) || pattern.test(err)) resolve();
        };
        stdout.on('data', look);
        stderr.on('data', look);
        child.once('close', () => reject(new Error(`it ended without ${pattern}:\n${out}\n${err}`)));
        look();
      }),
  };
}

/** Starts rc-wait with these arguments. */
export function start(
  args: readonly string[],
  { env, nodeArgs = [], under = [] }: StartOptions = {},
): Program {
  const [file = node, ...rest] = [...under, node, ...nodeArgs, main, ...args];
  return startProgram([file, ...rest], env);
}

/** Runs rc-wait to its end. */
export function rcWait(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}
