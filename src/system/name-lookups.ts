/**
 * The limits of a look-up by glibc, as options of resolv.conf(5). The default is 5 s,
 * twice, for each name server and each suffix. A look-up cannot be cancelled, and the
 * process cannot exit before it ends: with unreachable name servers, as before the
 * gateway is set, that takes longer than systemd waits for a stop. rc-wait repeats
 * failed look-ups anyway.
 */
const bounds = 'timeout:2 attempts:1';

/** Limits the look-ups of this process, unless its environment already does. Call it before the first look-up. */
export function boundLookups(env: NodeJS.ProcessEnv): void {
  env.RES_OPTIONS ??= bounds;
}

/** The owner's environment, without the limits of `boundLookups`, for the owner's programs. */
export function ownersEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { RES_OPTIONS: options, ...others } = env;
  return options === bounds ? others : env;
}
