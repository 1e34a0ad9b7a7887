import { randomBytes } from 'node:crypto';
import { runProgram } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';

/** A program that an owner has put there, as it is to be run. */
interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** How it is started in a transient service. */
export interface Service {
  readonly argv: readonly [string, ...string[]];
  /** of systemd-run(1) */
  readonly env: NodeJS.ProcessEnv;
  /** Ends the service, with all that it has started. Best effort, and returns at once. */
  stop(): void;
}

/** systemctl(1) only hands the order over. */
const stopMs = 15_000;

/** systemd ends the service by itself where we cannot, this much later, in s. */
const marginS = 5;

/**
 * A transient service for a program of the owner's: for an rc-wait that may do
 * nothing itself, as in rc-wait.service. It has all rights of root, as any other
 * service that root writes. What it leaves running ends with it.
 */
export function hookService({ path, env, timeoutMs }: Program): Service {
  const unit = `rc-wait-hook-${randomBytes(6).toString('hex')}.service`;
  const properties = [
    // Without it the service would wait for what the boot waits for, and the boot for the service.
    'DefaultDependencies=no',
    'KillMode=control-group',
    'KillSignal=SIGKILL',
    // Should rc-wait be killed first: nobody would end it then.
    `RuntimeMaxSec=${Math.ceil(timeoutMs / 1000) + marginS}`,
  ].map((property) => `--property=${property}`);
  const variables = Object.entries(env).map(([name, value]) => `--setenv=${name}=${value}`);
  const flags = ['--quiet', '--wait', '--pipe', '--collect', '--service-type=exec', `--unit=${unit}`];
  return {
    argv: [
      'systemd-run',
      ...flags,
      `--description=Hook of rc-wait: ${path}`,
      ...properties,
      ...variables,
      '--',
      path,
    ],
    env: toolEnvironment(),
    stop() {
      // Where it fails systemd-run itself is killed a moment later, and RuntimeMaxSec= ends the rest.
      const argv = ['systemctl', 'stop', '--no-block', unit] as const;
      void runProgram({ argv, env: toolEnvironment(), timeoutMs: stopMs });
    },
  };
}
