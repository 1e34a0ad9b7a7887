import { existsSync } from 'node:fs';
import type { Run } from './run.ts';

/** What puts the network back when this process cannot do it itself any more. */
export interface DeadMan {
  /** starts the clock; undefined: it runs; else why it does not, in words */
  arm(afterMs: number): Promise<string | undefined>;
  /** stops the clock; harmless when it does not run */
  disarm(): Promise<void>;
}

/** Nobody: below a root that is not running, and where there is no systemd. The next start recovers then. */
export const noDeadMan: DeadMan = { arm: async () => undefined, disarm: async () => undefined };

/** The name of the transient timer, and of the service that it starts. */
export const deadManUnit = 'rc-wait-network-recover';

const commandMs = 15_000;

/**
 * A transient timer of systemd (systemd-run(1)) that runs `rc-wait network
 * recover`. It belongs to systemd and not to us, so it goes off whatever happens
 * to this process, and it dies with the boot, when the next start recovers.
 * @param program the command line of `rc-wait network recover` with its flags
 */
export function systemdDeadMan(run: Run, program: readonly string[]): DeadMan {
  const systemctl = (...args: string[]) =>
    run({ argv: ['systemctl', '--quiet', ...args], timeoutMs: commandMs });
  return {
    async arm(afterMs) {
      // One that an earlier change left behind: we have the lock, so it can only be waiting for that.
      await systemctl('stop', `${deadManUnit}.timer`, `${deadManUnit}.service`);
      await systemctl('reset-failed', `${deadManUnit}.service`);
      const flags = [
        '--quiet',
        `--unit=${deadManUnit}`,
        '--description=Put the network back, since rc-wait did not end',
        `--on-active=${Math.ceil(afterMs / 1000)}s`,
        '--timer-property=AccuracySec=1s',
      ];
      const first = await run({
        argv: ['systemd-run', '--collect', ...flags, '--', ...program],
        timeoutMs: commandMs,
      });
      if (first.ok) return undefined;
      // RHEL 7 has systemd 219, and --collect came with 236.
      const { ok, how, output } = await run({
        argv: ['systemd-run', ...flags, '--', ...program],
        timeoutMs: commandMs,
      });
      return ok ? undefined : [`systemd-run: ${how}`, output.trim()].filter(Boolean).join(': ');
    },
    async disarm() {
      await systemctl('stop', `${deadManUnit}.timer`);
    },
  };
}

/** Whether this server was booted with systemd: sd_booted(3). */
export function isSystemdBooted(): boolean {
  return existsSync('/run/systemd/system');
}
