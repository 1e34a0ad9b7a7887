import { inWords, runProgram, tail } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';
import { networkSandbox } from '../system/sandbox.ts';

/** In characters: more than the answer of any change of the network has. */
const longestAnswer = 4 * 1024 * 1024;

/** How a command in a transient service ended. */
export interface Ran {
  /** undefined: it was ended by a signal, or could not be started */
  readonly exit: number | undefined;
  readonly stdout: string;
  /** in words: `exit status 1`, `cannot be started: no such file or directory` */
  readonly how: string;
}

/** The arguments of systemd-run(1) for a command whose output comes back to us. */
export function transientArguments(description: string, command: readonly string[]): string[] {
  const properties = networkSandbox.map((property) => `--property=${property}`);
  const flags = ['--quiet', '--wait', '--pipe', '--collect', '--service-type=exec'];
  return [...flags, `--description=${description}`, ...properties, '--', ...command];
}

/**
 * Runs a command in a transient service of its own: for a process that has no
 * right to what the command does. It has no ordering, so it begins at once, also
 * in the middle of a boot, and it goes on when this process is killed. Never
 * throws. What it says on stderr goes to ours.
 */
export async function runTransient(
  description: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv = toolEnvironment(),
): Promise<Ran> {
  const answer = tail(longestAnswer);
  const end = await runProgram({
    argv: ['systemd-run', ...transientArguments(description, command)],
    env,
    stdout: answer.push,
    stderr: 'inherit',
  });
  return { exit: end.kind === 'exit' ? end.status : undefined, stdout: answer.text(), how: inWords(end) };
}
