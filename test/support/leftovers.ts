const actions: (() => void)[] = [];

/**
 * Does this once the test file has ended. For modules that tests share: a hook that such a module sets while it is loaded
 * is of the first file that loads it, and of no other.
 */
export function afterFile(action: () => void): void {
  actions.push(action);
}

/** Does all that, in reverse order; test/support/tidy.ts calls it. */
export function clearUp(): void {
  for (const action of actions.splice(0).reverse()) action();
}
