import { valueForEnvironment } from '../../system/environment.ts';
import type { Hook } from './find.ts';
import { type HookLaunch, runHook } from './run-one.ts';

/** How hooks run. */
export interface HooksOptions {
  /** the result document, one line of JSON */
  readonly input: string;
  /** variables besides those of every hook; long values are cut, and the document has them whole */
  readonly env: Readonly<Record<string, string>>;
  /** for each hook */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** starts hooks elsewhere than in child processes of rc-wait */
  readonly launch?: HookLaunch | undefined;
  /** receives each line that a hook writes, prefixed with its name */
  readonly onLine: (line: string) => void;
  /** receives what a person should know */
  readonly onWarning: (warning: string) => void;
  /** receives the hook that starts now, counted from 1 */
  readonly onStart: (name: string, number: number) => void;
}

/**
 * The environment of every hook. Not rc-wait's own, which contains the URL of --signal, a secret, and
 * variables that rc-wait itself would take for flags.
 */
const ordinary: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/sh',
  LANG: 'C.UTF-8',
};

/**
 * Runs hooks one after another. A hook that fails or hangs is reported, and the others still run: they are
 * independent, and the wait that they announce has ended already. Never throws.
 * @returns the names of the hooks that an interruption kept from starting
 */
export async function runHooks(hooks: readonly Hook[], options: HooksOptions): Promise<readonly string[]> {
  const { input, timeoutMs, signal, launch, onLine, onWarning, onStart } = options;
  for (const [index, { name, path }] of hooks.entries()) {
    if (signal.aborted) {
      const left = hooks.slice(index).map((hook) => hook.name);
      onWarning(`interrupted: not run: ${left.join(' ')}`);
      return left;
    }
    onStart(name, index + 1);
    const own = Object.entries(options.env).map(([variable, value]) => [
      variable,
      valueForEnvironment(value),
    ]);
    const env: Readonly<Record<string, string>> = { ...ordinary, ...Object.fromEntries(own) };
    const { ok, how } = await runHook({
      path,
      env,
      input,
      timeoutMs,
      signal,
      launch,
      onLine: (line) => onLine(`${name}: ${line}`),
    });
    if (!ok) onWarning(`the hook ${name} did not succeed: ${how}`);
  }
  return [];
}
