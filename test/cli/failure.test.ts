import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import { Interrupted } from '../../src/cli/command.ts';
import { failure } from '../../src/cli/failure.ts';

function told(error: unknown): { exit: number; err: string } {
  let err = '';
  const exit = failure(error, {
    err: (text) => {
      err += text;
    },
  });
  return { exit, err };
}

describe('a failure is told', () => {
  it('in its message', () => {
    expect(told(new RcWaitError('CONFIGURATION', 'cannot use it: no'))).toEqual({
      exit: 64,
      err: 'rc-wait: cannot use it: no\n',
    });
  });

  it('with the way out below it', () => {
    expect(told(new RcWaitError('PERMISSION', 'cannot: root is needed', { hint: 'run it as root' }))).toEqual(
      {
        exit: 77,
        err: 'rc-wait: cannot: root is needed\n         run it as root\n',
      },
    );
  });

  it('on lines of its own, whatever the API sent', () => {
    const error = new RcWaitError('API_UNAVAILABLE', 'cannot read "\u001b[2J\nrc-wait: DEPLOYED"', {
      hint: 'a\nb',
    });
    expect(told(error).err).toBe('rc-wait: cannot read " [2J rc-wait: DEPLOYED"\n         a b\n');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('as an interruption by %s', (signal, exit) => {
    expect(told(new Interrupted(signal))).toEqual({ exit, err: `rc-wait: interrupted by ${signal}\n` });
  });

  it('as a mistake of rc-wait when it is nothing that was foreseen, with the place', () => {
    const { exit, err } = told(new TypeError('x is not a function'));
    expect(exit).toBe(70);
    expect(err).toMatch(
      /^rc-wait: this is a mistake in rc-wait, please report it: x is not a function\nTypeError: .*\n +at /,
    );
    expect(told('a bare string')).toEqual({
      exit: 70,
      err: 'rc-wait: this is a mistake in rc-wait, please report it: a bare string\n',
    });
  });
});
