import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryAfterMs } from '../../src/http/retry-after.ts';

const nowMs = Date.UTC(2026, 0, 1);
const dateOf = (ms: number): string => new Date(ms).toUTCString();

test.each([
  ['3', 3_000],
  [' 120 ', 120_000],
  ['3601', 3_600_000],
  ['999999999999', 3_600_000],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j asks for %j ms', (value, ms) => {
  expect(retryAfterMs(value, undefined, nowMs)).toBe(ms);
});

test("a date counts from the answer's own date, however wrong our clock is", () => {
  const wrongMs = Date.UTC(1970, 0, 1);
  expect(retryAfterMs(dateOf(nowMs + 5_000), dateOf(nowMs), wrongMs)).toBe(5_000);
  expect(retryAfterMs(dateOf(nowMs + 5_000), undefined, nowMs)).toBe(5_000);
  expect(retryAfterMs(dateOf(nowMs + 5_000), 'yesterday', nowMs)).toBe(5_000);
  expect(retryAfterMs(dateOf(nowMs - 5_000), dateOf(nowMs), nowMs)).toBeUndefined();
});

test('all three forms of a date are understood, in GMT whatever the time zone here', () => {
  const date = 'Sun, 06 Nov 1994 08:49:30 GMT';
  for (const form of [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ]) {
    expect(retryAfterMs(form, date, 0)).toBe(7_000);
  }
  expect(retryAfterMs('1994-11-06T08:49:37Z', date, 0)).toBeUndefined();
  expect(retryAfterMs('Xxx, 99 Xxx 1994 08:49:37 GMT', date, 0)).toBeUndefined();
});

test('whatever is sent, it is no wish or one of at most an hour', () => {
  const header = fc.oneof(
    fc.string(),
    fc.nat().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(header, fc.option(header, { nil: undefined }), fc.integer(), (value, date, clockMs) => {
      const ms = retryAfterMs(value, date, clockMs) ?? 1;
      expect(ms > 0 && ms <= 3_600_000).toBe(true);
    }),
    { numRuns: 10_000 },
  );
});
