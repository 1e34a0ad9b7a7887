import { valueForEnvironment } from '../../system/environment.ts';
import type { Hook } from './find.ts';
import { type Launch, runHook } from './run-one.ts';

/** How hooks are run. */
export interface HooksOptions {
  /** the result document, one line of JSON */
  readonly input: string;
  /** variables beside those of every hook; long values are cut, and the document has them whole */
  readonly env: Readonly<Record<string, string>>;
  /** for each of them */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** starts them elsewhere than in processes of our own */
  readonly launch?: Launch | undefined;
  /** told what a hook wrote, with its name in front */
  readonly onLine: (line: string) => void;
  /** told what a person should know */
  readonly onWarning: (warning: string) => void;
  /** told which hook runs now, from 1 */
  readonly onStart: (name: string, number: number) => void;
}

/**
 * The environment of every hook. Not ours: it holds the URL of --signal, which
 * is a secret, and variables that rc-wait itself would take for flags.
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
 * Runs hooks one after another. One that fails or hangs is told of, and the
 * others run all the same: they are independent of each other, and what they
 * tell has happened already. Never throws.
 * @returns the names of those that were not begun, because of an interruption
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
