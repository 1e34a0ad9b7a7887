import { fstatSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { causeOf, failure } from '../../src/app/failure.ts';
import { Interrupted } from '../../src/app/io.ts';
import { RcWaitError } from '../../src/base/error.ts';

async function told(error: unknown, troublesPage?: string): Promise<{ exit: number; err: string }> {
  let err = '';
  const exit = await failure(error, {
    env: {},
    troublesPage,
    err: (text) => {
      err += text;
    },
  });
  return { exit, err };
}

it.each([
  ['of a command that nobody has interrupted is its own', false, 'NETWORK_RELOAD', 'error'],
  ['after a signal is the signal', true, 'NETWORK_RELOAD', 'signal'],
  ['is the network where that is lost, signal or not', true, 'NETWORK_LOST', 'error'],
] as const)('the cause %s', (_, isInterrupted, code, expected) => {
  const controller = new AbortController();
  const causes = { error: new RcWaitError(code, 'cannot'), signal: new Interrupted('SIGINT') };
  if (isInterrupted) controller.abort(causes.signal);
  expect(causeOf(causes.error, controller.signal)).toBe(causes[expected]);
});

describe('a failure is told', () => {
  it('as an error where the journal reads it, and an end that was wished for as none', async () => {
    const { dev, ino } = fstatSync(2, { bigint: true });
    const env = { JOURNAL_STREAM: `${dev}:${ino}` };
    const said: string[] = [];
    const err = (text: string) => said.push(text);
    await failure(new RcWaitError('PERMISSION', 'cannot: root is needed', { hint: 'run it as root' }), {
      err,
      env,
    });
    await failure(new Interrupted('SIGTERM'), { err, env });
    expect(said).toEqual([
      '<3>rc-wait: cannot: root is needed\n',
      '<3>         run it as root\n',
      '<6>rc-wait: interrupted by SIGTERM\n',
    ]);
  });

  it('in its message', async () => {
    expect(await told(new RcWaitError('CONFIGURATION', 'cannot use it: no'))).toEqual({
      exit: 64,
      err: 'rc-wait: cannot use it: no\n',
    });
  });

  it('without the stack where a part of the program is damaged, and with the way out', async () => {
    const error = Object.assign(new Error('/x/rc-wait.cjs is damaged'), { code: 'PROGRAM_DAMAGED' });
    expect(await told(error)).toEqual({
      exit: 70,
      err: 'rc-wait: cannot go on: /x/rc-wait.cjs is damaged\n         install the package anew\n',
    });
  });

  it('with the way out below it', async () => {
    expect(
      await told(new RcWaitError('PERMISSION', 'cannot: root is needed', { hint: 'run it as root' })),
    ).toEqual({
      exit: 77,
      err: 'rc-wait: cannot: root is needed\n         run it as root\n',
    });
  });

  it('with the section that explains it, where the page is installed', async () => {
    const error = new RcWaitError('STACK_UNKNOWN', 'cannot tell', { hint: 'name it' });
    expect((await told(error, '/doc/t.md')).err).toBe(
      'rc-wait: cannot tell\n         name it\n         see /doc/t.md#stack_unknown\n',
    );
    expect((await told(new RcWaitError('USAGE', 'cannot use --x'), '/doc/t.md')).err).toBe(
      'rc-wait: cannot use --x\n',
    );
  });

  it('on lines of its own, whatever the API sent', async () => {
    const error = new RcWaitError('API_UNAVAILABLE', 'cannot read "\u001b[2J\nrc-wait: DEPLOYED"', {
      hint: 'a\nb',
    });
    expect((await told(error)).err).toBe('rc-wait: cannot read " [2J rc-wait: DEPLOYED"\n         a b\n');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('as an interruption by %s', async (signal, exit) => {
    expect(await told(new Interrupted(signal))).toEqual({ exit, err: `rc-wait: interrupted by ${signal}\n` });
  });

  it('as a mistake of rc-wait when it is nothing that was foreseen, with the place', async () => {
    const { exit, err } = await told(new TypeError('x is not a function'));
    expect(exit).toBe(70);
    expect(err).toMatch(
      /^rc-wait: this is a mistake in rc-wait, please report it: x is not a function\nTypeError: .*\n +at /,
    );
    expect(await told('a bare string')).toEqual({
      exit: 70,
      err: 'rc-wait: this is a mistake in rc-wait, please report it: a bare string\n',
    });
  });
});
