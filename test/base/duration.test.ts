import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/base/duration.ts';

describe('a duration that a person typed', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['15m', 900_000],
    ['15min', 900_000],
    ['15 min', 900_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
    [' 10S ', 10_000],
    ['infinity', Number.POSITIVE_INFINITY],
    ['Infinite', Number.POSITIVE_INFINITY],
  ])('%s is read as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '90', '-1s', '1w', 's', '1h30', 'for ever', '1,5h', '1e3s', 'NaN', '1 h, 5 min'])(
    '%j is refused',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('is refused when it is too long to be a number', () => {
    expect(parseDuration(`${'9'.repeat(400)}d`)).toBeUndefined();
  });

  it('is a number of ms or refused, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || ms >= 0).toBe(true);
      }),
    );
  });

  it('adds its parts up', () => {
    const part = fc.tuple(fc.nat(999), fc.constantFrom('ms', 's', 'm', 'min', 'h', 'd'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const sumMs = parts.reduce((sum, [n, unit]) => sum + (parseDuration(`${n}${unit}`) ?? Number.NaN), 0);
        expect(parseDuration(parts.map(([n, unit]) => `${n} ${unit}`).join(' '))).toBe(sumMs);
      }),
    );
  });
});

describe('a duration for a person', () => {
  it.each([
    [0, '0 s'],
    [0.2, '1 ms'],
    [850, '850 ms'],
    [999.6, '1 s'],
    [1_000, '1 s'],
    [1_001, '2 s'],
    [60_000, '1 min'],
    [72_000, '1 min 12 s'],
    [3_599_500, '1 h'],
    [7_500_000, '2 h 5 min'],
    [90_000_000, '25 h'],
    [-5_000, '0 s'],
    [Number.POSITIVE_INFINITY, 'for ever'],
  ])('%d ms is written %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('is not a second longer by a rounding error of the clock', () => {
    for (const nowMs of [577.766, 944.7579, 1_229.934, 3_429.788, 7_965.5187]) {
      expect([1_000, 2_000, 59_000].map((ms) => formatDuration(nowMs + ms - nowMs))).toEqual([
        '1 s',
        '2 s',
        '59 s',
      ]);
    }
  });

  it('can be read back, to the second below an hour and to the minute above', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
        const back = parseDuration(formatDuration(ms)) ?? Number.NaN;
        if (ms >= 3_600_000) expect(Math.abs(back - ms)).toBeLessThan(60_000);
        else {
          expect(back).toBeGreaterThanOrEqual(ms - 0.001);
          expect(back - ms).toBeLessThan(1_000);
        }
      }),
    );
  });
});
