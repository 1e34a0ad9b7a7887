import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Filter,
  filterRows,
  groupReasons,
  growth,
  histogram,
  type PageServer,
  readRows,
  sortRows,
  spanText,
} from '../../../../src/report/remote/page/model.ts';

const servers: readonly PageServer[] = [
  ['db', '1', 'DFW', 0, 0, '198.51.100.1', 5_000, 9_000],
  ['web-2', '2', 'ORD', 1, -1, '198.51.100.2', 60_000, 65_000],
  ['web-10', '3', 'ORD', 1, -1, '', 0, null],
  ['web-11', '4', 'ORD', 0, 1, '', null, 70_000],
];
const rows = readRows({
  startedMs: 0,
  waitedMs: 60_000,
  outcomes: ['failed', 'deployed'],
  labels: ['failed', 'deployed'],
  reasons: ['It broke', 'no device'],
  servers,
});
const any: Filter = { text: '', outcome: undefined, reason: undefined, took: undefined };
const named = (shown: readonly { readonly name: string }[]) => shown.map(({ name }) => name);

describe('a search', () => {
  const found = (part: Partial<Filter>) => named(filterRows(rows, { ...any, ...part }));

  it('looks for all words, in any case, in names, regions, addresses, outcomes and reasons', () => {
    expect(found({ text: 'WEB' })).toEqual(['web-2', 'web-10', 'web-11']);
    expect(found({ text: ' ord failed ' })).toEqual(['web-11']);
    expect(found({ text: 'it broke' })).toEqual(['db']);
    expect(found({ text: '100.2' })).toEqual(['web-2']);
    expect(found({ text: 'nothing' })).toEqual([]);
    expect(found({})).toHaveLength(4);
  });

  it('finds the servers of an outcome, of a reason, and of a bar', () => {
    expect(found({ outcome: 0 })).toEqual(['db', 'web-11']);
    expect(found({ outcome: 0, reason: 'no device' })).toEqual(['web-11']);
    // web-11 has not ended, so that its time is none.
    expect(found({ took: { fromMs: 60_000, toMs: 80_000, count: 1 } })).toEqual(['web-2']);
  });
});

describe('a column', () => {
  it('is sorted as people count, and what has no value comes last in both directions', () => {
    expect(named(sortRows(rows, 'name', true))).toEqual(['web-11', 'web-10', 'web-2', 'db']);
    expect(named(sortRows(rows, 'took', false))).toEqual(['db', 'web-2', 'web-11', 'web-10']);
    expect(named(sortRows(rows, 'took', true))).toEqual(['web-11', 'web-2', 'db', 'web-10']);
    expect(named(sortRows(rows, 'ended', false))).toEqual(['web-10', 'db', 'web-2', 'web-11']);
    expect(named(sortRows(rows, 'outcome', false))).toEqual(['db', 'web-11', 'web-2', 'web-10']);
    expect(named(sortRows(rows, 'region', false))[0]).toBe('db');
    expect(named(sortRows(rows, 'addresses', true))).toEqual(['web-2', 'db', 'web-10', 'web-11']);
    expect(named(sortRows(rows, 'reason', false))).toEqual(['db', 'web-11', 'web-2', 'web-10']);
  });
});

describe('the histogram', () => {
  it('has round bars', () => {
    expect(histogram([61_000, 62_000, 179_000], 4)).toEqual([
      { fromMs: 60_000, toMs: 120_000, count: 2 },
      { fromMs: 120_000, toMs: 180_000, count: 1 },
    ]);
    expect(histogram([], 4)).toEqual([]);
    expect(histogram([5], 4)).toEqual([{ fromMs: 0, toMs: 1_000, count: 1 }]);
  });

  it('counts each server once, in no more bars than there is room for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2e9 }), { minLength: 1 }), (times) => {
        const bins = histogram(times, 24);
        expect(bins.length).toBeLessThanOrEqual(25);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
        for (const { fromMs, toMs, count } of bins)
          expect(times.filter((ms) => ms >= fromMs && ms < toMs)).toHaveLength(count);
      }),
    );
  });
});

describe('how many were ready when', () => {
  it('are steps to the last one', () => {
    expect(growth([3, 1, 2], 10)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const many = growth(
      Array.from({ length: 1_001 }, (_, at) => at),
      100,
    );
    expect(many.length).toBeLessThanOrEqual(101);
    expect(many.at(-1)).toEqual([1_000, 1_001]);
  });
});

it('servers that are not deployed are together by their reason', () => {
  expect(groupReasons([...rows, ...rows.filter(({ name }) => name === 'web-11')], 1)).toEqual([
    { outcome: 0, reason: 'no device', names: ['web-11', 'web-11'] },
    { outcome: 0, reason: 'It broke', names: ['db'] },
  ]);
});

it.each([
  [0, '0 s'],
  [850, '850 ms'],
  [14_000, '14 s'],
  [72_000, '1 min 12 s'],
  [7_500_000, '2 h 5 min'],
  [3_600_000, '1 h'],
  [266_400_000, '3 d 2 h'],
])('%i ms are %s', (ms, text) => {
  expect(spanText(ms)).toBe(text);
});
