import { vi } from 'vitest';
import { limitsMs } from './limits.ts';

/** Waits until a check holds. */
export async function until(check: () => boolean): Promise<void> {
  await vi.waitUntil(check, { timeout: limitsMs.sign });
}
