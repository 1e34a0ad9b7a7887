import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { errnoOf, RcWaitError, reasonOf } from '../../src/base/error.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('an error of rc-wait', () => {
  it('keeps its code, its hint and its cause', () => {
    const cause = new Error('deep down');
    const error = new RcWaitError('STATE', 'cannot do it: no', { cause, hint: 'try that' });
    expect(error).toMatchObject({ name: 'RcWaitError', code: 'STATE', hint: 'try that', cause });
  });

  it('has neither hint nor cause where none was given', () => {
    const error = new RcWaitError('BUG', 'oh');
    expect(error.hint).toBeUndefined();
    expect('cause' in error).toBe(false);
  });
});

describe('the reason of what was thrown', () => {
  it('is in the words of errno(3) for what the system refused', () => {
    expect(reasonOf(thrownBy(() => readFileSync('/nonexistent')))).toBe('no such file or directory');
    expect(reasonOf(thrownBy(() => readFileSync('/')))).toBe('it is a directory');
    expect(reasonOf(thrownBy(() => readFileSync('/dev/null/x')))).toBe(
      'a part of the path is not a directory',
    );
  });

  it('is in words for what the network refused', async () => {
    const socket = connect(1, '127.0.0.1');
    const error = await new Promise((resolve) => socket.once('error', resolve));
    expect(reasonOf(error)).toBe('connection refused');
  });

  it.each([
    [new RcWaitError('STATE', 'cannot do it: no'), 'cannot do it: no'],
    [new Error('its own words'), 'its own words'],
    [Object.assign(new Error('its own words'), { code: 'EUNHEARDOF' }), 'its own words'],
    [new RangeError(''), 'RangeError'],
    ['a bare string', 'a bare string'],
    [undefined, 'undefined'],
  ])('%s → %s', (error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });
});

describe('the errno of what was thrown', () => {
  it.each([
    [thrownBy(() => readFileSync('/nonexistent')), 'ENOENT'],
    [new Error('none'), undefined],
    [Object.assign(new Error('a number'), { code: 5 }), undefined],
    ['no error at all', undefined],
  ])('%s → %s', (error, errno) => {
    expect(errnoOf(error)).toBe(errno);
  });
});
