import type { Command } from '../types.ts';

/** What a command alone does to one interface. */
export interface LinkMove {
  readonly name: string;
  readonly to: 'up' | 'down';
}

/** What a command for a link alone does, of ip(8) or nmcli(1); undefined for all other commands. */
export function linkMoveOf({ argv }: Command): LinkMove | undefined {
  const line = argv.join(' ');
  const [, link, state] = /^ip link set dev (\S+) (up|down)$/.exec(line) ?? [];
  if (link !== undefined) return { name: link, to: state === 'up' ? 'up' : 'down' };
  const [, verb, device] = /^nmcli .*device (connect|disconnect) (\S+)$/.exec(line) ?? [];
  return device === undefined ? undefined : { name: device, to: verb === 'connect' ? 'up' : 'down' };
}

/**
 * The commands that undo two changes of which the second continues the first: all
 * of the first, and what the second has besides. An interface that the first has
 * moved goes back to what it was before that: the second found it as the first had left it.
 */
export function wayBackOf<T extends Command>(first: readonly T[], second: readonly T[]): T[] {
  const known = new Set(first.map(lineOf));
  const moved = new Set(first.flatMap((command) => linkMoveOf(command)?.name ?? []));
  const added = second.filter(
    (command) => !known.has(lineOf(command)) && !moved.has(interfaceOf(command) ?? ''),
  );
  const all = [...first, ...added];
  const moves = new Set(all.map((command) => linkMoveOf(command)?.name));
  // nmcli(1) cannot reapply what is disconnected, and what it connects goes by its old profile anyway.
  return all.filter((command) => !moves.has(reapplied(command) ?? ''));
}

function lineOf({ argv }: Command): string {
  return argv.join(' ');
}

/** The interface whose state, addresses or routes a command brings back; undefined where a stack does so for many. */
function interfaceOf(command: Command): string | undefined {
  const { argv, unlessAddressed } = command;
  return (
    linkMoveOf(command)?.name ??
    unlessAddressed ??
    (argv[0] === 'ip' ? argv[argv.indexOf('dev') + 1] : undefined)
  );
}

function reapplied(command: Command): string | undefined {
  return /^nmcli .*device reapply (\S+)$/.exec(lineOf(command))?.[1];
}
