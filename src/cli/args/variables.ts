import { nearest } from '../../report/nearest.ts';
import type { CliCommand } from '../command.ts';
import { variableOf } from './flags.ts';

const prefix = 'RC_WAIT_';

/** What rc-wait sets for hooks and for the commands of `remote --exec`, which may run rc-wait themselves. */
export const setForChildren = [
  ...['OUTCOME', 'EXIT_STATUS', 'GATEWAY_IP', 'MESSAGE'],
  ...['ID', 'NAME', 'REGION', 'IP', 'SERVICENET_IP'].map((name) => `SERVER_${name}`),
];

/** A variable that no command has. */
export interface UnknownVariable {
  readonly name: string;
  /** the variable that was probably meant */
  readonly meant: string | undefined;
}

/** The variables that begin with RC_WAIT_ and mean nothing to any command: each is probably a typing mistake. */
export function unknownVariables(
  env: NodeJS.ProcessEnv,
  commands: readonly CliCommand[],
): readonly UnknownVariable[] {
  const names = Object.keys(env).filter((name) => name.startsWith(prefix));
  // Most calls have none.
  if (names.length === 0) return [];
  const ofFlags = commands.flatMap((command) =>
    Object.keys(command.flags).map((flag) => variableOf(flag, command).slice(prefix.length)),
  );
  const known = new Set([...ofFlags, ...setForChildren]);
  return names
    .map((name) => name.slice(prefix.length))
    .filter((name) => !known.has(name))
    .map((name) => {
      const meant = nearest(name.toUpperCase(), ofFlags);
      return { name: prefix + name, meant: meant === undefined ? undefined : prefix + meant };
    });
}
