import { defineConfig } from 'vitest/config';
import { limitsMs } from './test/support/limits.ts';

// What test/process/ runs as a whole process is not counted: src/main.ts shows no line covered.
const pure = [
  'src/base/ipv4.ts',
  'src/base/duration.ts',
  'src/base/region.ts',
  'src/base/reading.ts',
  'src/base/lines.ts',
  'src/base/text.ts',
  'src/base/glob.ts',
  'src/wait/verdict.ts',
  'src/wait/local-verdicts.ts',
  'src/host/finding.ts',
  'src/host/parse/*.ts',
  'src/pace/window.ts',
  'src/pace/backoff.ts',
  'src/pace/possible.ts',
  'src/pace/wal.ts',
  'src/rackconnect/payload.ts',
  'src/rackconnect/payload/*.ts',
  'src/rackconnect/regions.ts',
  'src/network/stacks/**/*.ts',
  'src/network/survey/accounting.ts',
  'src/network/survey/boot-scripts.ts',
  'src/network/plan/gateway-interface.ts',
  'src/base/bytes.ts',
  'src/network/plan/diff.ts',
  'src/network/plan/parsed.ts',
  'src/network/plan/choose-stack.ts',
  'src/simulator/timeline.ts',
  'src/simulator/quota.ts',
  'src/simulator/formats.ts',
  'src/simulator/rules.ts',
  'src/systemd/hold-ups.ts',
  'src/announce/heat/request.ts',
  'src/announce/heat/retry.ts',
  'src/announce/hooks/names.ts',
  'src/memory/instances.ts',
  'src/simulator/openstack/fleet.ts',
  'src/simulator/openstack/identity.ts',
  'src/simulator/openstack/compute.ts',
  'src/simulator/openstack/cloud.ts',
  'src/openstack/catalog.ts',
  'src/openstack/documented.ts',
  'src/openstack/endpoints.ts',
  'src/openstack/find.ts',
  'src/openstack/login/secret.ts',
  'src/openstack/login/credentials.ts',
  'src/openstack/login/auth-url.ts',
  'src/openstack/login/clouds.ts',
  'src/openstack/login/cloud-yaml.ts',
  'src/openstack/login/settings.ts',
  'src/openstack/login/proof.ts',
  'src/openstack/login/rules.ts',
  'src/openstack/login/identity.ts',
  'src/openstack/servers.ts',
  'src/openstack/page-text.ts',
  'src/remote/verdict.ts',
  'src/remote/select.ts',
  'src/remote/fleet.ts',
  'src/remote/command-line.ts',
  'src/report/words.ts',
  'src/report/progress.ts',
  'src/report/result.ts',
  'src/report/endpoints.ts',
  'src/report/remote.ts',
  'src/report/remote-progress.ts',
];

export default defineConfig({
  test: {
    expect: { poll: { timeout: limitsMs.sign } },
    setupFiles: 'test/support/tidy.ts',
    // By default one less than there are cores: on two that is one.
    maxWorkers: '100%',
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
