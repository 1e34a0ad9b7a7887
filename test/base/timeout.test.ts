import { expect, it, vi } from 'vitest';
import { within } from '../../src/base/timeout.ts';

it('is what it comes to, in time', async () => {
  expect(await within(Promise.resolve(1), 1_000, () => 2)).toBe(1);
  await expect(within(Promise.reject(new Error('no')), 1_000, () => 2)).rejects.toThrow('no');
});

it('is given up when it takes longer', async () => {
  vi.useFakeTimers();
  const late = within(new Promise<number>(() => {}), 1_000, () => 2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBe(2);
  vi.useRealTimers();
});
