import type { Flags } from '../command.ts';

/**
 * Joins a flag whose name begins with `no-` to its value by `=`: yargs would take `--no-rackconnect-after
 * 10m` for the negation of `--rackconnect-after`, but reads `--no-rackconnect-after=10m` correctly.
 */
export function bindNegatives(argv: readonly string[], flags: Flags): readonly string[] {
  const names = Object.keys(flags).filter((name) => name.startsWith('no-'));
  const bound: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const value = argv[index + 1];
    if (names.includes(argument.slice(2)) && argument.startsWith('--')) {
      bound.push(`${argument}=${value ?? ''}`);
      index += 1;
    } else bound.push(argument);
  }
  return bound;
}
