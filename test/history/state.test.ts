import { expect, it } from 'vitest';
import { knownWait, withKilledBefore } from '../../src/history/state.ts';
import { afterwards, endedRecord, killedRecord } from './records.ts';

it('a record without an end is one of a wait that goes on while its process runs', () => {
  expect(knownWait(killedRecord, { ...afterwards, isAlive: ({ pid }) => pid === 700 })).toMatchObject({
    state: 'running',
    tookMs: 113_000,
  });
});

it('… that was killed when its process is gone, after its last sign of life', () => {
  expect(knownWait(killedRecord, afterwards)).toMatchObject({ state: 'killed', tookMs: 10_000 });
});

it('… that went down with the server when the boot is another, even where the number of the process is taken', () => {
  expect(knownWait(killedRecord, { ...afterwards, bootId: 'another', isAlive: () => true })).toMatchObject({
    state: 'server-down',
    tookMs: 10_000,
  });
});

it('a wait that has an end has ended, whatever runs', () => {
  expect(knownWait(endedRecord, { ...afterwards, isAlive: () => true })).toMatchObject({
    state: 'ended',
    tookMs: 24_000,
  });
});

it('a wait is shown with those before it that were killed, in the same boot and not long before', () => {
  const [killed, ended] = [killedRecord, endedRecord].map((record) => knownWait(record, afterwards));
  if (killed === undefined || ended === undefined) throw new Error('there are two');
  expect(withKilledBefore([killed, ended], 1)).toEqual([killed, ended]);
  expect(withKilledBefore([killed, ended], 0)).toEqual([killed]);
  expect(withKilledBefore([killed, ended], 2)).toEqual([]);
  const later = { ...ended, record: { ...endedRecord, started_boot_ms: 10_000_000 } };
  expect(withKilledBefore([killed, later], 1)).toEqual([later]);
  const beside = { ...ended, record: { ...endedRecord, started_boot_ms: 90_000 } };
  expect(withKilledBefore([killed, beside], 1)).toEqual([beside]);
  const rebooted = { ...ended, record: { ...endedRecord, boot_id: 'another' } };
  expect(withKilledBefore([killed, rebooted], 1)).toEqual([rebooted]);
});
