/**
 * The limits of a look-up by glibc, in the words of resolv.conf(5): its own are 5 s,
 * twice, for each name server and each suffix. A look-up cannot be given up: until it
 * ends the process does not end either, and with name servers that are out of reach,
 * as before the gateway is set, that outlasts what systemd waits for a stop. What is
 * asked in vain is asked again anyway.
 */
const bounds = 'timeout:2 attempts:1';

/** Bounds the look-ups of this process, unless its environment does so already. To be called before the first. */
export function boundLookups(env: NodeJS.ProcessEnv): void {
  env.RES_OPTIONS ??= bounds;
}

/** The environment as its owner has it, for a program that does work of his. */
export function ownersEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { RES_OPTIONS: options, ...others } = env;
  return options === bounds ? others : env;
}
