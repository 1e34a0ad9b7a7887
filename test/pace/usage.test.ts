import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { SqliteLedger } from '../../src/pace/ledger.ts';
import type { Feedback } from '../../src/pace/types.ts';
import { readUsage } from '../../src/pace/usage.ts';
import { sharedLimits } from '../../src/pace/window.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-usage-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

it('the requests of the last minute are counted, by whom they were made', () => {
  const directory = scratch();
  let nowMs = 1_000_000;
  const ledger = new SqliteLedger({
    directory,
    limits: sharedLimits,
    random: () => 0,
    nowMs: () => nowMs,
    sleep: systemClock.sleep,
    requestTimeoutMs: 10_000,
    onNotice: () => undefined,
  });
  onTestFinished(() => ledger.close());
  const ask = (key: string, signal: Feedback) => {
    nowMs += 5_000;
    const step = ledger.approach({ key, nowMs, newerThanMs: undefined, requestTimeoutMs: 10_000 });
    if (step.kind !== 'granted') throw new Error(`not granted: ${step.kind}`);
    const { slotId, takenMs } = step;
    ledger.settle({ slotId, key, takenMs, nowMs, outcome: { signal, record: '{}' } });
  };
  ask('details', { kind: 'answered' });
  ask('gateway_ip', { kind: 'refused' });
  const reading = readUsage(directory, nowMs);
  expect(reading).toMatchObject({
    kind: 'read',
    usage: {
      requests: 2,
      limit: 29,
      by: [{ pid: process.pid, isAlive: true, requests: 2 }],
      refusals: 1,
      heldMs: expect.any(Number),
    },
  });
  expect(reading.kind === 'read' && reading.usage.heldMs).toBeGreaterThan(0);
  nowMs += 70_000;
  expect(readUsage(directory, nowMs)).toMatchObject({ usage: { requests: 0, by: [], heldMs: 0 } });
});

it('no ledger is none, and a broken one is said to be', () => {
  const directory = scratch();
  expect(readUsage(directory, 0)).toEqual({ kind: 'none' });
  writeFileSync(join(directory, 'ledger.db'), 'this is no ledger');
  expect(readUsage(directory, 0)).toMatchObject({ kind: 'unreadable', why: expect.stringMatching(/./) });
});
