import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { afterAll, type MockInstance, vi } from 'vitest';

/**
 * What this machine says of its interfaces, for the tests of one file: the truth until a test has it say something else.
 * Not by `vi.mock`: the files of a project share their modules, and whoever came first would have loaded the real one.
 */
export function interfacesHere(): MockInstance<typeof os.networkInterfaces> {
  const spy = vi.spyOn(os, 'networkInterfaces');
  // What other modules have imported by name follows only then.
  syncBuiltinESMExports();
  afterAll(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
  return spy;
}
