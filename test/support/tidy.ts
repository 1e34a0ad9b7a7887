import { afterAll, vi } from 'vitest';
import { clearUp } from './leftovers.ts';

// Run for each test file: where files share a process, what one has left behind must not reach the next.
afterAll(() => {
  vi.unstubAllEnvs();
  clearUp();
});
