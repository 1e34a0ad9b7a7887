import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import { limitsMs } from './test/support/limits.ts';

const pure: readonly string[] = createRequire(import.meta.url)('./scripts/pure.cjs');

export default defineConfig({
  test: {
    expect: { poll: { timeout: limitsMs.sign } },
    setupFiles: 'test/support/tidy.ts',
    // By default one less than there are cores: on two that is one.
    maxWorkers: '100%',
    // What test/process/ runs as a whole process is not counted: src/main.ts shows no line covered.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        lines: 90,
        ...Object.fromEntries(pure.map((file) => [file, { lines: 98 }])),
      },
    },
    projects: [
      {
        extends: true,
        test: {
          // What is fast: each part by itself, with its neighbours where they are fast.
          name: 'unit',
          // A process for each file would take as long as all that is in them.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/system/**',
            'test/keystone/**',
            'test/process/**',
            'test/**/*.{process,simulation,property}.test.ts',
          ],
          testTimeout: limitsMs.unit,
          hookTimeout: limitsMs.unit,
        },
      },
      {
        extends: true,
        test: {
          // The whole program, or another one, as a child, in real time.
          name: 'process',
          include: ['test/process/**/*.test.ts', 'test/**/*.process.test.ts'],
          testTimeout: limitsMs.process,
          hookTimeout: limitsMs.process,
        },
      },
      {
        extends: true,
        test: {
          // Thousands of schedules on the virtual clock, and properties of 10,000 cases. What they cover is not counted:
          // that takes two thirds more of their time, and the others cover the same.
          name: 'simulation',
          include: ['test/**/*.{simulation,property}.test.ts'],
          exclude: ['test/system/**'],
          testTimeout: limitsMs.simulation,
          hookTimeout: limitsMs.simulation,
        },
      },
      {
        extends: true,
        test: {
          // Real servers in containers. In `*.patience.test.ts` minutes pass on them: scripts/test runs these beside the others.
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          globalSetup: 'test/system/images.ts',
          testTimeout: limitsMs.system,
          hookTimeout: limitsMs.system,
          fileParallelism: false,
          // Of the tests that say that they may run beside others: each boots servers, and mostly waits for them.
          maxConcurrency: 6,
        },
      },
      {
        extends: true,
        test: {
          // How rc-wait logs in, judged by a real Keystone in a container.
          name: 'keystone',
          include: ['test/keystone/**/*.test.ts'],
          globalSetup: 'test/keystone/cloud.ts',
          testTimeout: limitsMs.process,
          hookTimeout: limitsMs.system,
        },
      },
    ],
  },
});
