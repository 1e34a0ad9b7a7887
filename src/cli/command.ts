import type { InferredOptionTypes, Options } from 'yargs';
import type { Io } from '../app/io.ts';

/** The flags of a command, in yargs's terms. */
export type Flags = Readonly<Record<string, Options>>;

/** A command: its flags, its words, and what it does. */
export interface Command {
  /** as typed, such as `network plan` */
  readonly name: string;
  readonly summary: string;
  readonly flags: Flags;
  /** what it takes besides flags, as `--help` shows it (`SERVER...`); left out: nothing */
  readonly operands?: string;
  /** the flags whose values are put together, one a line, when they are given more than once */
  readonly lists?: readonly string[];
  /** the flags that mean something else elsewhere: the name of the command is a part of their variables */
  readonly ownVariables?: readonly string[];
  /** pairs of a command line and what it is good for */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** a paragraph below the flags in `--help` */
  readonly notes?: string;
  /** for rc-wait itself: not listed in any help */
  readonly hidden?: boolean;
  /** hears of flags that cannot be read; never throws */
  readonly onMisuse?: (error: unknown, io: Io) => Promise<void>;
  /** resolves to the exit status */
  readonly run: (args: never, io: Io, operands: readonly string[]) => Promise<number>;
}

/** The arguments of a command with these flags. */
export type Args<F extends Flags> = InferredOptionTypes<F>;

/** Ties the types of a command's flags to those of its arguments. */
export function command<const F extends Flags>(
  definition: Omit<Command, 'flags' | 'run'> & {
    readonly flags: F;
    readonly run: (args: Args<F>, io: Io, operands: readonly string[]) => Promise<number>;
  },
): Command {
  return definition;
}
