import { vi } from 'vitest';

/** Waits until a check holds: longer than vitest's second, which a busy machine may need for less. */
export async function until(check: () => boolean): Promise<void> {
  await vi.waitUntil(check, { timeout: 20_000 });
}
