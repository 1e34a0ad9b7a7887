import type { InferredOptionTypes, Options } from 'yargs';
import type { Io } from '../app/io.ts';

/** The flags of a command, in yargs's terms. */
export type Flags = Readonly<Record<string, Options>>;

/** A command: its flags, its texts and its function. */
export interface CliCommand {
  /** as typed, such as `network plan` */
  readonly name: string;
  readonly summary: string;
  readonly flags: Flags;
  /** arguments besides flags, as `--help` shows them (`SERVER...`); absent: none */
  readonly operands?: string;
  /** what the first operand can be, where that can be listed */
  readonly operandChoices?: readonly string[];
  /** whether what follows `--` is a program, which `run` gets as its operands */
  readonly takesProgram?: boolean;
  /** the flags whose values are joined, one a line, when they are given more than once */
  readonly lists?: readonly string[];
  /** the flags with another meaning elsewhere: their variables include the name of the command */
  readonly ownVariables?: readonly string[];
  /** pairs of a command line and its purpose */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** a paragraph below the flags in `--help` */
  readonly notes?: string;
  /** for rc-wait itself: not listed in any help */
  readonly hidden?: boolean;
  /**
   * typed by hand, it takes the variables of rc-wait.service's file; `judged`: it reports wrong ones itself. Absent: it is
   * not about what the service does
   */
  readonly serviceFile?: 'used' | 'judged';
  /** called for flags that cannot be parsed; never throws */
  readonly onMisuse?: (error: unknown, io: Io) => Promise<void>;
  /** resolves to the exit status */
  readonly run: (args: never, io: Io, operands: readonly string[], program: Surroundings) => Promise<number>;
}

/** What a command may know of the program around it. */
export interface Surroundings {
  readonly commands: readonly CliCommand[];
  /** what is wrong in the file of rc-wait.service */
  readonly settingFaults: readonly SettingFault[];
}

/** A variable that rc-wait.service would refuse. */
export interface SettingFault {
  readonly variable: string;
  /** there is no such variable; otherwise its value is wrong */
  readonly isUnknown: boolean;
  readonly why: string;
  readonly remedy: string;
}

/** The arguments of a command with these flags. */
export type Args<F extends Flags> = InferredOptionTypes<F>;

/** Ties the types of a command's arguments to its flags. */
export function command<const F extends Flags>(
  definition: Omit<CliCommand, 'flags' | 'run'> & {
    readonly flags: F;
    readonly run: (
      args: Args<F>,
      io: Io,
      operands: readonly string[],
      program: Surroundings,
    ) => Promise<number>;
  },
): CliCommand {
  return definition;
}
