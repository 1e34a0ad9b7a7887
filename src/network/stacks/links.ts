import type { Command, GatewayWish } from '../types.ts';

/** Interfaces that go down, or come back up, with a change. */
export interface Links {
  readonly down: readonly string[];
  readonly up: readonly string[];
}

/**
 * What a change does to interfaces.
 * @param before those that were disabled so far
 * @param after those that are to be disabled; one that was so already may have been brought up by hand
 */
export function linksOf(before: readonly string[], after: readonly string[]): Links {
  return { down: after, up: before.filter((name) => !after.includes(name)) };
}

/** The way back of a change: an interface that was down before it stays so. */
export function linksBack(before: readonly string[], after: readonly string[]): Links {
  return {
    down: before.filter((name) => !after.includes(name)),
    up: after.filter((name) => !before.includes(name)),
  };
}

/** ip(8), for stacks without a daemon: addresses of IPv4 survive it, so that taking it back is easy. */
export function linkCommands(names: readonly string[], state: 'up' | 'down'): Command[] {
  return names.map((name) => ({ argv: ['ip', 'link', 'set', 'dev', name, state], timeoutMs: 10_000 }));
}

/**
 * What moves the default route where no daemon does: the one ip(8) command that the stack's
 * own would run. First what comes up, last what goes down, so that there is always a way out.
 * @param tools see `bringUp`
 */
export function routeMove(
  { gateway, interfaceName }: GatewayWish,
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

/** A stack's own programs that bring up the interface which is named after their words; each is for where those before it did not. */
export type Tools = readonly (readonly [string, ...string[]])[];

/**
 * The links' way back. The routes themselves are put back from what the kernel held before.
 * @param tools see `bringUp`
 */
export function linksMove({ up, down }: Links, tools: Tools): Command[] {
  return [...bringUp(up, tools), ...linkCommands(down, 'down')];
}

/**
 * Brings interfaces up as the stack's files are: ip(8) alone where they have kept their
 * addresses, and the stack's own tool where a boot has found them disabled, for then they have none.
 */
export function bringUp(names: readonly string[], tools: Tools): Command[] {
  return names.flatMap((name) => [
    ...linkCommands([name], 'up'),
    ...tools.map((tool): Command => ({ argv: [...tool, name], timeoutMs: 60_000, unlessAddressed: name })),
  ]);
}
