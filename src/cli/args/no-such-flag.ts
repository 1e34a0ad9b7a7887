import { RcWaitError } from '../../base/error.ts';
import { didYouMean } from '../../report/nearest.ts';
import type { CliCommand } from '../command.ts';

/** Flags that are about questions to the RackConnect API. */
const forQuestions: readonly string[] = ['region', 'api-url', 'source-address', 'ca-file', 'state-dir'];

/** `see rc-wait network apply --help`; without a command the help of all. */
export function seeHelp(command: string | undefined): string {
  return `see rc-wait ${command === undefined ? '' : `${command} `}--help`;
}

/**
 * The error for flags that do not exist: which were probably meant, and where they are listed. One that only other
 * commands have is said to be theirs.
 * @param command undefined: it is not known which one is meant
 */
export function noSuchFlag(
  given: readonly string[],
  command: CliCommand | undefined,
  commands: readonly CliCommand[],
): RcWaitError {
  const flagsOf = (all: readonly CliCommand[]): readonly string[] =>
    all.flatMap(({ flags }) => Object.keys(flags)).map((name) => `--${name}`);
  const isElsewhere = given.every((flag) => flagsOf(commands).includes(flag));
  const isNeedless = forQuestions.some((name) => given[0] === `--${name}`) && !command?.flags['api-url'];
  const who = command !== undefined && isElsewhere ? `rc-wait ${command.name} has` : 'there is';
  const meant = given.map((flag) => didYouMean(flag, flagsOf(command ? [command] : commands))).join('');
  const needless =
    isElsewhere && isNeedless && meant === '' ? 'it does not ask the RackConnect API: leave it out; ' : '';
  return new RcWaitError('USAGE', `cannot use ${given.join(', ')}: ${who} no such flag`, {
    hint: `${meant}${needless}${seeHelp(command?.name)}`,
  });
}
