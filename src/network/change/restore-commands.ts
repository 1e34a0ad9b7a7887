import type { Command } from '../types.ts';

/** The effect of a command that only takes one interface up or down. */
export interface LinkChange {
  readonly name: string;
  readonly to: 'up' | 'down';
}

/** The effect of a command of ip(8) or nmcli(1) for a single link; undefined for all other commands. */
export function linkChangeOf({ argv }: Command): LinkChange | undefined {
  const line = argv.join(' ');
  const [, link, state] = /^ip link set dev (\S+) (up|down)$/.exec(line) ?? [];
  if (link !== undefined) return { name: link, to: state === 'up' ? 'up' : 'down' };
  const [, verb, device] = /^nmcli .*device (connect|disconnect) (\S+)$/.exec(line) ?? [];
  return device === undefined ? undefined : { name: device, to: verb === 'connect' ? 'up' : 'down' };
}

/**
 * Combines the restore commands of two consecutive changes into one list: all of the
 * first, then those only the second has. If the first took a link up or down, only its
 * own commands for that link count, because the second found it changed.
 */
export function combineRestore<T extends Command>(first: readonly T[], second: readonly T[]): T[] {
  const known = new Set(first.map(lineOf));
  const moved = new Set(first.flatMap((command) => linkChangeOf(command)?.name ?? []));
  const added = second.filter(
    (command) => !known.has(lineOf(command)) && !moved.has(interfaceOf(command) ?? ''),
  );
  const all = [...first, ...added];
  const moves = new Set(all.map((command) => linkChangeOf(command)?.name));
  // nmcli(1) cannot reapply a disconnected device, and a device that it connects uses its old profile anyway.
  return all.filter((command) => !moves.has(reapplied(command) ?? ''));
}

function lineOf({ argv }: Command): string {
  return argv.join(' ');
}

/** The interface whose state, addresses or routes a command restores; undefined for a command for several. */
function interfaceOf(command: Command): string | undefined {
  const { argv, unlessAddressed } = command;
  return (
    linkChangeOf(command)?.name ??
    unlessAddressed ??
    (argv[0] === 'ip' ? argv[argv.indexOf('dev') + 1] : undefined)
  );
}

function reapplied(command: Command): string | undefined {
  return /^nmcli .*device reapply (\S+)$/.exec(lineOf(command))?.[1];
}
