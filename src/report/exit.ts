import type { ErrorCode, RcWaitError } from '../base/error.ts';

/**
 * How a run of `rc-wait wait` can end: the `outcome` of the result document. An interface: values are only
 * ever added.
 */
export type Outcome =
  | 'deployed'
  | 'failed'
  | 'unprocessable'
  | 'timeout'
  | 'unavailable'
  | 'refused'
  | 'network-failed'
  | 'interrupted';

/** The exit status of each outcome, if the outcome alone decides it. */
export const outcomeExits: Readonly<Record<Exclude<Outcome, 'network-failed' | 'interrupted'>, number>> = {
  deployed: 0,
  failed: 1,
  unprocessable: 3,
  timeout: 124,
  unavailable: 69,
  refused: 77,
};

/** The one table from error code to exit status (from sysexits.h where it has a suitable number). */
export const errorExits: Readonly<Record<ErrorCode, number>> = {
  USAGE: 64,
  CONFIGURATION: 64,
  SCENARIO: 64,
  API_UNAVAILABLE: 69,
  BUG: 70,
  // EX_OSERR: EX_IOERR has had another meaning from the beginning.
  OUTPUT: 71,
  STATE: 73,
  GATEWAY_INVALID: 73,
  NETWORK_UNDECIDED: 73,
  STACK_UNKNOWN: 73,
  STACK_AMBIGUOUS: 73,
  NETWORK_FILE: 73,
  NETWORK_RELOAD: 73,
  NETWORK_LOST: 74,
  PERMISSION: 77,
  API_REFUSED: 77,
  DEADLINE: 124,
  INTERRUPTED: 130,
};

/** The names of all error codes. */
export const errorCodes: ReadonlySet<string> = new Set(Object.keys(errorExits));

/** The exit status of an error. */
export function exitOfError(error: RcWaitError): number {
  return errorExits[error.code];
}

/** The exit status of an error's code. */
export function exitOfCode(code: ErrorCode): number {
  return errorExits[code];
}

/** The exit status of an outcome that has no error. */
export function exitOfOutcome(outcome: keyof typeof outcomeExits): number {
  return outcomeExits[outcome];
}

/** The signals that end the work in order. */
export type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The exit status after each of these signals. */
export const signalExits: Readonly<Record<InterruptSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

/** 128 plus the signal's number, as a shell reports a program that a signal ended. */
export function exitOfSignal(signal: InterruptSignal): number {
  return signalExits[signal];
}

/** The exit statuses of env(1), timeout(1) and shells for a program that cannot be run. */
export const programExits = { missing: 127, notStarted: 126 } as const;

/** How something ended, as docs/troubleshooting.md explains it. */
interface Explained {
  readonly exit: number;
  /** of the error or the verdict; undefined: the exit status says all */
  readonly code?: string | undefined;
}

/** A signal has ended it, which needs no explanation. */
const firstSignalExit = 128;

/**
 * `see PAGE#SECTION`, for a person; undefined: no page is installed, or the end explains itself, as a misspelt flag does.
 * @param page the installed docs/troubleshooting.md
 */
export function seeSection(page: string | undefined, { exit, code }: Explained): string | undefined {
  if (page === undefined || exit === 0 || exit > firstSignalExit || code === 'USAGE') return undefined;
  return `see ${page}#${code === undefined ? `exit-status-${exit}` : code.toLowerCase()}`;
}
