import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { networkSandbox } from '../../system/sandbox.ts';
import type { Run } from '../../system/tool.ts';

/** What puts the network back when this process cannot do it itself any more. */
export interface DeadMan {
  /**
   * Starts the clock. Undefined: it runs; else why it does not, in words.
   * @param paths of the files that it may have to put back
   */
  arm(afterMs: number, paths?: readonly string[]): Promise<string | undefined>;
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
    async arm(afterMs, paths = []) {
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

/** Where else files may be written: below /etc links may lead anywhere, and what cannot be put back is lost. */
function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = paths
    .flatMap((path) => [path, dirname(path)])
    .flatMap((path) => {
      try {
        return [dirname(realpathSync(path)), realpathSync(dirname(path))];
      } catch {
        return []; // it is not there yet
      }
    });
  // systemd splits the property at white space and reads quotes in it.
  const plain = [...new Set(folders)].filter(
    (folder) => /^\/[\w./@:+-]+$/.test(folder) && !/^\/(?:etc|run|tmp)(?:\/|$)/.test(folder),
  );
  return plain.map((folder) => `ReadWritePaths=-${folder}`);
}

/** Whether this server was booted with systemd: sd_booted(3). */
export function isSystemdBooted(): boolean {
  return existsSync('/run/systemd/system');
}
