import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { networkSandbox } from '../../system/sandbox.ts';
import type { Run } from '../../system/tool.ts';

/** A timer that restores the network if this process cannot do it any more. */
export interface DeadMan {
  /**
   * Starts the timer.
   * @param paths the files that it may have to restore
   * @returns undefined on success; else the reason, for a person
   */
  arm(afterMs: number, paths?: readonly string[]): Promise<string | undefined>;
  /** stops the timer; harmless if it does not run */
  disarm(): Promise<void>;
}

/** No timer: below a root that is not running, and without systemd. The next start recovers then. */
export const noDeadMan: DeadMan = { arm: async () => undefined, disarm: async () => undefined };

/** The name of the transient timer and of its service. */
export const deadManUnit = 'rc-wait-network-recover';

const commandMs = 15_000;

/**
 * A transient timer of systemd (systemd-run(1)) that runs `rc-wait network recover`.
 * systemd owns it, so it fires whatever happens to this process. It ends with the
 * boot; after a reboot the next start recovers.
 * @param program the command line of `rc-wait network recover` with its flags
 */
export function systemdDeadMan(run: Run, program: readonly string[]): DeadMan {
  const systemctl = (...args: string[]) =>
    run({ argv: ['systemctl', '--quiet', ...args], timeoutMs: commandMs });
  return {
    async arm(afterMs, paths = []) {
      // An earlier change may have left a recovery behind. It can only be waiting for the lock, which is held here.
      await systemctl('stop', `${deadManUnit}.timer`, `${deadManUnit}.service`);
      await systemctl('reset-failed', `${deadManUnit}.service`);
      const flags = [
        '--quiet',
        `--unit=${deadManUnit}`,
        '--description=Roll back the network change of an rc-wait that did not finish',
        `--on-active=${Math.ceil(afterMs / 1000)}s`,
        '--timer-property=AccuracySec=1s',
      ];
      const sandbox = [...networkSandbox, ...foldersOf(paths)].map((property) => `--property=${property}`);
      // RHEL 7 has systemd 219: --collect came with 236, and most of the sandbox between 229 and 244.
      let why: string | undefined;
      for (const more of [['--collect', ...sandbox], ['--collect'], []]) {
        const argv = ['systemd-run', ...more, ...flags, '--', ...program] as const;
        const { ok, how, output } = await run({ argv, timeoutMs: commandMs });
        if (ok) return undefined;
        why = [`systemd-run: ${how}`, output.trim()].filter(Boolean).join(': ');
      }
      return why;
    },
    async disarm() {
      await systemctl('stop', `${deadManUnit}.timer`);
    },
  };
}

/** More writable folders: links below /etc may lead anywhere, and a file that cannot be restored is lost. */
function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = paths
    .flatMap((path) => [path, dirname(path)])
    .flatMap((path) => {
      try {
        return [dirname(realpathSync(path)), realpathSync(dirname(path))];
      } catch {
        return []; // does not exist yet
      }
    });
  // systemd splits the property at white space and reads quotes in it.
  const plain = [...new Set(folders)].filter(
    (folder) => /^\/[\w./@:+-]+$/.test(folder) && !/^\/(?:etc|run|tmp)(?:\/|$)/.test(folder),
  );
  return plain.map((folder) => `ReadWritePaths=-${folder}`);
}

/** Whether this server was booted with systemd, sd_booted(3). */
export function isSystemdBooted(): boolean {
  return existsSync('/run/systemd/system');
}
