import type { WaitRecord } from '../../src/history/record.ts';

/** A record of a wait of 24 s that ended with DEPLOYED. */
export const endedRecord: WaitRecord = {
  schema: 'rc-wait/wait-record/v1',
  number: 2,
  boot_id: 'this-boot',
  process: { pid: 812, started: '4711' },
  started_at: '2026-11-28T23:02:24Z',
  started_boot_ms: 100_000,
  timeout_ms: 3_600_000,
  last_ms: 24_000,
  phases: [
    { phase: 'automation', at_ms: 100 },
    { phase: 'network', at_ms: 22_000 },
  ],
  statuses: [
    { status: 'DEPLOYING', at_ms: 120 },
    { status: 'DEPLOYED', at_ms: 21_900 },
  ],
  tasks: [
    {
      name: 'Create VLAN',
      first_seen_ms: 120,
      last_seen_ms: 21_900,
      ended_ms: 6_000,
      changes: [
        { status: 'IN_PROGRESS', at_ms: 120 },
        { status: 'COMPLETED', at_ms: 6_000 },
      ],
      changes_left_out: 0,
    },
    {
      name: 'Update <access>',
      first_seen_ms: 6_000,
      last_seen_ms: 21_900,
      ended_ms: 20_000,
      changes: [
        { status: 'PENDING', at_ms: 6_000 },
        { status: 'FAILED', at_ms: 20_000 },
      ],
      changes_left_out: 0,
    },
  ],
  tasks_left_out: 0,
  answers: [
    { from_ms: 100, to_ms: 8_000, usable: 4, refused: 0, failed: 0, why: null },
    { from_ms: 10_000, to_ms: 14_000, usable: 0, refused: 0, failed: 3, why: 'connection reset' },
    { from_ms: 16_000, to_ms: 22_000, usable: 3, refused: 0, failed: 0, why: null },
  ],
  requests: { sent: 10, refused: 0, shared: 0 },
  network: [
    { part: 'plan', from_ms: 22_000, to_ms: 22_100 },
    { part: 'reload', from_ms: 22_100, to_ms: 24_000 },
  ],
  end: {
    at_ms: 24_000,
    ended_at: '2026-11-28T23:02:48Z',
    outcome: 'deployed',
    exit: 0,
    message: 'DEPLOYED after 24 s: the default route goes through 10.208.0.1 on eth1',
    error: null,
  },
};

/** The wait before it, which was killed after 10 s; the next began 3 s later. */
export const killedRecord: WaitRecord = {
  ...endedRecord,
  number: 1,
  process: { pid: 700, started: '4000' },
  started_boot_ms: 87_000,
  last_ms: 10_000,
  statuses: [{ status: 'DEPLOYING', at_ms: 120 }],
  network: [],
  answers: [{ from_ms: 100, to_ms: 10_000, usable: 4, refused: 0, failed: 0, why: null }],
  end: null,
};

/** The present of these records: the boot goes on, and no process of it is left. */
export const afterwards = { bootId: 'this-boot', nowMs: 200_000, isAlive: () => false };
