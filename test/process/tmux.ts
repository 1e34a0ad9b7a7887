import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { limitsMs } from '../support/limits.ts';

const exec = promisify(execFile);

/** Whether there is a tmux; scripts/tmux installs it. */
export const hasTmux = (() => {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** A real terminal, with a server of tmux of its own. */
export interface TmuxTerminal extends AsyncDisposable {
  resize(columns: number, rows: number): Promise<void>;
  /** what is to be seen now, without the empty lines at its end; what the terminal has wrapped is one line */
  screen(): Promise<readonly string[]>;
  /** the same, with the sequences of its colours */
  painted(): Promise<string>;
}

/** Starts a command line of sh(1) on a terminal of its own. */
export async function startInTmux(
  script: string,
  { columns, rows, env = {} }: { columns: number; rows: number; env?: Readonly<Record<string, string>> },
): Promise<TmuxTerminal> {
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-tmux-'));
  const config = join(folder, 'tmux.conf');
  // No status line: the window is as high as the terminal.
  writeFileSync(config, 'set -g status off\nset -g default-terminal tmux-256color\n');
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await exec('tmux', ['-u', '-S', join(folder, 'socket'), '-f', config, ...args], {
      timeout: limitsMs.sign,
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TERM: 'xterm-256color', ...env },
    });
    return stdout;
  };
  await tmux('new-session', '-d', '-s', 'a', '-x', String(columns), '-y', String(rows), 'sh', '-c', script);
  return {
    resize: async (wide, high) =>
      void (await tmux('resize-window', '-t', 'a', '-x', String(wide), '-y', String(high))),
    screen: async () => {
      const text = await tmux('capture-pane', '-p', '-J', '-t', 'a');
      return text
        .trimEnd()
        .split('\n')
        .map((line) => line.trimEnd());
    },
    painted: () => tmux('capture-pane', '-e', '-p', '-t', 'a'),
    async [Symbol.asyncDispose]() {
      // Ends this server alone, by its own socket.
      await tmux('kill-server').catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
