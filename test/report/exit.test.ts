import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, RcWaitError } from '../../src/base/error.ts';
import { exitOfFault, type FaultCode } from '../../src/report/doctor.ts';
import { errorCodes, exitOfError, exitOfOutcome, exitOfSignal, seeSection } from '../../src/report/exit.ts';
import { anchorsIn } from '../docs/markdown.ts';

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

const page = readFileSync(join(import.meta.dirname, '../../docs/troubleshooting.md'), 'utf8');
const anchors = anchorsIn(page);
const explained = [...([...errorCodes] as ErrorCode[]), 'FAILED', 'UNPROCESSABLE'] as FaultCode[];
const anchorOf = (text: string | undefined): string => text?.replace('see page#', '') ?? 'none';

describe('the section that explains an end', () => {
  it.each(explained.filter((code) => code !== 'USAGE' && code !== 'INTERRUPTED'))('exists for %s', (code) => {
    expect(anchors).toContain(anchorOf(seeSection('page', { exit: exitOfFault(code), code })));
  });

  it.each([1, 3, 64, 69, 70, 71, 73, 74, 77, 124, 126, 127])('exists for exit status %d', (exit) => {
    expect(anchors).toContain(anchorOf(seeSection('page', { exit })));
  });

  it.each([
    ['where the page is not installed', undefined, { exit: 73 }],
    ['after a success', 'page', { exit: 0 }],
    ['after a signal', 'page', { exit: 130, code: 'INTERRUPTED' }],
    ['after a misspelt flag', 'page', { exit: 64, code: 'USAGE' }],
  ])('is not named %s', (_, installed, end) => {
    expect(seeSection(installed, end)).toBeUndefined();
  });
});
