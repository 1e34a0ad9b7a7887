import { expect, it } from 'vitest';
import { type ErrorCode, RcWaitError } from '../../src/base/error.ts';
import { exitOfError, exitOfOutcome, exitOfSignal } from '../../src/report/exit.ts';

// Typed as a full record: a code that is added without an exit status here does not compile.
const codes: Readonly<Record<ErrorCode, number>> = {
  USAGE: 64,
  CONFIGURATION: 64,
  SCENARIO: 64,
  API_UNAVAILABLE: 69,
  BUG: 70,
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

const outcomes: Readonly<Record<Parameters<typeof exitOfOutcome>[0], number>> = {
  deployed: 0,
  failed: 1,
  unprocessable: 3,
  unavailable: 69,
  refused: 77,
  timeout: 124,
};

it.each(Object.entries(codes) as [ErrorCode, number][])('an error %s exits with %d', (code, status) => {
  expect(exitOfError(new RcWaitError(code, 'cannot'))).toBe(status);
});

it.each(Object.entries(outcomes) as [Parameters<typeof exitOfOutcome>[0], number][])(
  'the outcome %s exits with %d',
  (outcome, status) => {
    expect(exitOfOutcome(outcome)).toBe(status);
  },
);

it('a signal exits with 128 and its number, as in a shell', () => {
  expect([exitOfSignal('SIGHUP'), exitOfSignal('SIGINT'), exitOfSignal('SIGTERM')]).toEqual([129, 130, 143]);
});
