import { describe, expect, it } from 'vitest';
import { reachOf, reflowsIn } from '../../../src/report/screen/resize.ts';

const size = { columns: 80, rows: 24 };
const lines = (amount: number, width = 10): string[] => Array(amount).fill('x'.repeat(width));

describe('where a block is after its terminal was resized', () => {
  it.each([
    ['the same size', { lines: lines(5), size, lost: 0 }, size, { up: 5, lost: 0 }],
    ['lower, with room', { lines: lines(5), size, lost: 0 }, { columns: 80, rows: 10 }, { up: 5, lost: 0 }],
    ['lower than it', { lines: lines(15), size, lost: 0 }, { columns: 80, rows: 10 }, { up: 15, lost: 6 }],
    [
      'higher again: what had left comes back',
      { lines: lines(9), size: { columns: 80, rows: 10 }, lost: 6 },
      size,
      { up: 15, lost: 0 },
    ],
    [
      'a little higher again',
      { lines: lines(9), size: { columns: 80, rows: 10 }, lost: 6 },
      { columns: 80, rows: 12 },
      { up: 11, lost: 4 },
    ],
    [
      'narrower: its lines are two rows each',
      { lines: lines(5, 79), size, lost: 0 },
      { columns: 40, rows: 24 },
      { up: 10, lost: 0 },
    ],
    ['wider', { lines: lines(5, 79), size, lost: 0 }, { columns: 120, rows: 24 }, { up: 5, lost: 0 }],
    [
      'narrower, of coloured and of wide characters',
      { lines: ['\u001b[1;31m服务器服务器\u001b[0m', ''], size, lost: 0 },
      { columns: 5, rows: 24 },
      { up: 4, lost: 0 },
    ],
  ])('%s', (_, drawn, now, reach) => {
    expect(reachOf(drawn, now, true)).toEqual(reach);
  });

  it('is as high as before where the terminal cuts its lines', () => {
    expect(reachOf({ lines: lines(5, 79), size, lost: 0 }, { columns: 40, rows: 24 }, false)).toEqual({
      up: 5,
      lost: 0,
    });
  });
});

it.each<[Record<string, string>, boolean]>([
  [{ TERM: 'xterm-256color' }, true],
  [{ TERM: 'tmux-256color' }, true],
  [{ TERM: 'xterm', TMUX: '/x,1,0' }, true],
  [{ TERM: 'xterm' }, false],
  [{ TERM: 'linux' }, false],
  [{ TERM: 'vt220' }, false],
])('a terminal with %o breaks longer lines anew: %s', (env, expected) => {
  expect(reflowsIn(env)).toBe(expected);
});
