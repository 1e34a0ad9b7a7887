import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep, retryDelayMs } from '../../../src/announce/heat/retry.ts';

describe('after an attempt to signal', () => {
  it.each([200, 201, 202, 204])('%i is the end', (status) => {
    expect(nextStep({ kind: 'status', status })).toEqual({ kind: 'delivered' });
  });

  it.each([500, 502, 503, 504, 408, 425, 429])('%i is tried again, when the other side wishes', (status) => {
    expect(nextStep({ kind: 'status', status, retryAfterMs: 7_000 })).toEqual({
      kind: 'again',
      why: `it answers with status ${status}`,
      retryAfterMs: 7_000,
    });
  });

  it('no answer is tried again', () => {
    expect(nextStep({ kind: 'trouble', reason: 'connection refused' })).toEqual({
      kind: 'again',
      why: 'connection refused',
    });
  });

  it.each([
    [301, 'it answers with a redirect (301), which is not followed'],
    [400, 'it does not understand the signal (400)'],
    [401, 'it does not accept the signature or the token (401): have they expired?'],
    [403, 'it does not permit the signal (403)'],
    [404, 'it knows no such handle (404): has the stack been deleted?'],
    [405, 'it answers with status 405'],
    [413, 'it answers with status 413'],
    [0, 'it answers with status 0'],
  ])('%i is not tried again', (status, why) => {
    expect(nextStep({ kind: 'status', status })).toEqual({ kind: 'give-up', why });
  });

  it('every status is one of the three, and only 2xx is taken for delivered', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), (status) => {
        const { kind } = nextStep({ kind: 'status', status });
        expect(kind === 'delivered').toBe(status >= 200 && status < 300);
      }),
    );
  });
});

describe('the delay', () => {
  it('doubles to 15 s, half of it at random', () => {
    const delays = (random: number) =>
      [1, 2, 3, 4, 5, 6, 60].map((attempts) => retryDelayMs(attempts, () => random));
    expect(delays(0)).toEqual([500, 1_000, 2_000, 4_000, 7_500, 7_500, 7_500]);
    expect(delays(1)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('is never shorter than half a second nor longer than 15 s', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const ms = retryDelayMs(attempts, () => random);
          expect(ms).toBeGreaterThanOrEqual(500);
          expect(ms).toBeLessThanOrEqual(15_000);
        },
      ),
    );
  });
});
