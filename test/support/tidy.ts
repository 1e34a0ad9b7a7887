import { afterAll, vi } from 'vitest';

// The files of a project share one process: an environment that one has changed must not reach the next.
afterAll(() => {
  vi.unstubAllEnvs();
});
