/** When colours are used: `auto` is on a terminal that has them. */
const colourChoices = ['auto', 'always', 'never'] as const;
export type ColourChoice = (typeof colourChoices)[number];

/**
 * Whether text is coloured. A flag wins over NO_COLOR (no-color.org: set, and not empty), and that over the terminal.
 * @param isTerminal whether it is written to a terminal that is not dumb
 */
export function hasColour(
  choice: ColourChoice,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  return isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}
