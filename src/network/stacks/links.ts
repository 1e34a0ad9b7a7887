import type { Command, GatewayTarget } from '../types.ts';

/** Interfaces that a change takes down, or brings back up. */
export interface Links {
  readonly down: readonly string[];
  readonly up: readonly string[];
}

/**
 * The links that a change takes down and brings up.
 * @param before interfaces disabled before the change
 * @param after interfaces to disable: all go down, because somebody may have brought one up by hand
 */
export function linksOf(before: readonly string[], after: readonly string[]): Links {
  return { down: after, up: before.filter((name) => !after.includes(name)) };
}

/** The links that undo a change; an interface that was down before it stays down. */
export function linksUndone(before: readonly string[], after: readonly string[]): Links {
  return {
    down: before.filter((name) => !after.includes(name)),
    up: after.filter((name) => !before.includes(name)),
  };
}

/** Sets links by ip(8), for stacks without a daemon. IPv4 addresses survive it, so undoing it is easy. */
export function linkCommands(names: readonly string[], state: 'up' | 'down'): Command[] {
  return names.map((name) => ({ argv: ['ip', 'link', 'set', 'dev', name, state], timeoutMs: 10_000 }));
}

/**
 * Moves the default route for stacks without a daemon, by the ip(8) command that the stack's own tool
 * would run. Links come up first and go down last, so a default route always exists.
 * @param tools see `bringUp`
 */
export function routeMove(
  { gateway, interfaceName }: GatewayTarget,
  { up, down }: Links,
  tools: Tools,
): Command[] {
  const route = ['0.0.0.0/0', 'via', gateway, 'dev', interfaceName, 'onlink'];
  return [
    ...bringUp(up, tools),
    { argv: ['ip', '-4', 'route', 'replace', ...route], timeoutMs: 10_000 },
    ...linkCommands(down, 'down'),
  ];
}

/** Programs of a stack that bring up an interface, each without its name; each handles what those before left down. */
export type Tools = readonly (readonly [string, ...string[]])[];

/**
 * Undoes what a change did to links. The routes are restored from what the kernel held before.
 * @param tools see `bringUp`
 */
export function restoreLinks({ up, down }: Links, tools: Tools): Command[] {
  return [...bringUp(up, tools), ...linkCommands(down, 'down')];
}

/**
 * Brings interfaces up as the stack's files describe them. ip(8) suffices while they keep their addresses.
 * After a boot that found them disabled they have none, and need the stack's own tool.
 */
export function bringUp(names: readonly string[], tools: Tools): Command[] {
  return names.flatMap((name) => [
    ...linkCommands([name], 'up'),
    ...tools.map((tool): Command => ({ argv: [...tool, name], timeoutMs: 60_000, unlessAddressed: name })),
  ]);
}
