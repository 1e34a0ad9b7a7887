import type { JournalEntry, JournalFile } from '../../src/network/change/journal/entry.ts';
import { readBootId } from '../../src/network/change/running-command.ts';

/** An entry of the journal with these files, begun by a process that has ended in this very boot. */
export function entryOf(files: readonly JournalFile[], more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    schema: 'rc-wait/journal/v1',
    purpose: 'apply',
    startedAt: '2026-01-02T03:04:05.000Z',
    bootId: readBootId(),
    owner: { pid: 2 ** 22 + 1, startTicks: '1' },
    stack: 'netplan',
    interface: 'eth1',
    gateway: '10.208.0.1',
    files: [...files],
    routes: [],
    restore: [],
    ...more,
  };
}
