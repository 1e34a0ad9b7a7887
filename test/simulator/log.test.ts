import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRequestLog } from '../../src/simulator/log.ts';

const arrived = (atMs: number, source = '127.0.0.1') => ({
  atMs,
  source,
  method: 'GET',
  path: '/v1/automation_status',
  operation: 'automation_status' as const,
  format: undefined,
});
const decided = (countedMs: number) => ({ countedMs, status: 200, refused: false, fault: undefined });

describe('the log', () => {
  test('knows the most requests of any 60 s, as a brute-force count does', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constant(60_000))), (gapsMs) => {
        const log = createRequestLog();
        let nowMs = 0;
        const momentsMs = gapsMs.map((gapMs) => {
          nowMs += gapMs;
          return nowMs;
        });
        for (const ms of momentsMs) log.add(arrived(ms)).decided(decided(ms));
        const inMinuteOf = (startMs: number) =>
          momentsMs.filter((ms) => ms >= startMs && ms < startMs + 60_000).length;
        expect(log.summary('127.0.0.1').maxIn60s).toBe(Math.max(0, ...momentsMs.map(inMinuteOf)));
      }),
    );
  });

  test('shows an entry from its arrival on, and completes it', () => {
    const log = createRequestLog();
    const entry = log.add(arrived(5));
    expect(log.entries).toEqual([arrived(5)]);
    entry.decided(decided(6));
    entry.answered(7);
    expect(log.entries).toEqual([{ ...arrived(5), ...decided(6), answeredMs: 7 }]);
  });

  test('drops its oldest entries before it fills the memory, but not the sums', () => {
    const log = createRequestLog();
    for (let index = 0; index <= 100_000; index += 1) log.add(arrived(index)).decided(decided(index * 1_000));
    expect(log.entries).toHaveLength(90_001);
    expect(log.entries.at(-1)?.atMs).toBe(100_000);
    expect(log.summary('127.0.0.1')).toMatchObject({ requests: 100_001, maxIn60s: 60 });
  });
});
