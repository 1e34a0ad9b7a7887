import type { CliCommand } from '../command.ts';
import { surfaceOf } from '../surface.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import type { Shell } from './shells.ts';
import { zshCompletion } from './zsh.ts';

const makers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** The completion script for a shell, as the packages install it. */
export function completionFor(shell: Shell, commands: readonly CliCommand[]): string {
  return makers[shell](surfaceOf(commands));
}
