import { randomBytes } from 'node:crypto';
import { runProgram } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';

/** One of the owner's programs, and how to run it. */
interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** The command that runs a program in a transient service. */
export interface Service {
  readonly argv: readonly [string, ...string[]];
  /** the environment of systemd-run(1) */
  readonly env: NodeJS.ProcessEnv;
  /** Ends the service and all its processes. Best effort; returns at once. */
  stop(): void;
}

/** The time limit of `systemctl stop --no-block`, in ms: it only queues the job. */
const stopMs = 15_000;

/** How much later than rc-wait systemd itself ends the service, in s. */
const marginS = 5;

/**
 * A transient service for one of the owner's programs, for an rc-wait without rights
 * of its own, as in rc-wait.service. The program has all rights of root, like any
 * other service that root writes. Its remaining processes end with it.
 */
export function hookService({ path, env, timeoutMs }: Program): Service {
  const unit = `rc-wait-hook-${randomBytes(6).toString('hex')}.service`;
  const properties = [
    // With default dependencies the service would wait for the boot, and the boot for the service.
    'DefaultDependencies=no',
    'KillMode=control-group',
    'KillSignal=SIGKILL',
    // If rc-wait is killed first, nothing else would end the service.
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
      // If this fails, systemd-run itself is killed a moment later, and RuntimeMaxSec= ends the service.
      const argv = ['systemctl', 'stop', '--no-block', unit] as const;
      void runProgram({ argv, env: toolEnvironment(), timeoutMs: stopMs });
    },
  };
}
