import { expect } from 'vitest';
import type { Bed } from './bed.ts';

/** What a bed was like before a change that is to fail. */
async function stateOf(bed: Bed): Promise<{ files: string; routes: string[] }> {
  return { files: await bed.files(), routes: await bed.defaults() };
}

/** Applies a change, which ends with 73 for the reason that it says; files and routes are what they were. */
export async function expectUndone(bed: Bed, says: RegExp, ...flags: string[]): Promise<void> {
  const before = await stateOf(bed);
  const { exitCode, output } = await bed.apply(...flags);
  expect(output).toMatch(says);
  expect(output).toMatch(/; the old state is restored/);
  expect(exitCode).toBe(73);
  expect(await bed.files()).toBe(before.files);
  await bed.untilDefaults(before.routes);
}
