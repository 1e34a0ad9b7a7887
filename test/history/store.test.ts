import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RecordBuilder } from '../../src/history/builder.ts';
import { readRecords } from '../../src/history/read.ts';
import { Recorder } from '../../src/history/recorder.ts';
import { addRecord } from '../../src/history/store.ts';
import { scratch } from '../cli/harness.ts';
import { endedRecord } from './records.ts';

const render = (number: number): string => `${JSON.stringify({ ...endedRecord, number })}\n`;

function place() {
  return { root: '/', folder: join(scratch(), 'waits') };
}

const start = {
  boot_id: 'b',
  process: { pid: 1, started: '2' },
  started_at: '2026-11-28T23:02:24Z',
  started_boot_ms: 5_000,
  timeout_ms: null,
  isEnded: () => false,
};

it('the last 16 records are kept, with rising numbers, and what a killed process left beside an old one goes', async () => {
  const at = place();
  await addRecord(at, render);
  const left = join(at.folder, '.1.json.0123456789abcdef');
  writeFileSync(left, '{');
  utimesSync(left, 1e9, 1e9);
  writeFileSync(join(at.folder, '.2.json.0123456789abcdef'), 'being written');
  writeFileSync(join(at.folder, 'notes'), 'mine');
  for (let count = 2; count <= 20; count += 1) expect((await addRecord(at, render)).number).toBe(count);
  const { records, problems } = await readRecords(at);
  expect(records.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, index) => index + 5));
  expect(problems).toEqual([]);
  expect(readdirSync(at.folder).filter((name) => !/^\d+\.json$/.test(name))).toEqual([
    '.2.json.0123456789abcdef',
    'notes',
  ]);
  expect(statSync(join(at.folder, '20.json')).mode & 0o777).toBe(0o600);
  expect(statSync(at.folder).mode & 0o777).toBe(0o700);
});

it('a folder that is named like a record stays, costs no other its place, and keeps none from being added', async () => {
  const at = place();
  await addRecord(at, render);
  for (const name of ['2.json', '.2.json.0123456789abcdef']) {
    mkdirSync(join(at.folder, name));
    utimesSync(join(at.folder, name), 1e9, 1e9);
  }
  for (let count = 3; count <= 30; count += 1) expect((await addRecord(at, render)).number).toBe(count);
  expect(readdirSync(at.folder).filter((name) => name.endsWith('.json'))).toHaveLength(17);
  expect(readdirSync(at.folder)).toEqual(expect.arrayContaining(['2.json', '.2.json.0123456789abcdef']));
});

it('a record with the largest number is followed by one that is found as well', async () => {
  const at = place();
  await addRecord(at, render);
  writeFileSync(join(at.folder, '999999999.json'), render(999_999_999));
  expect((await addRecord(at, render)).number).toBe(2);
  expect((await readRecords(at)).records.map(({ number }) => number)).toEqual([1, 2, 999_999_999]);
});

it('the record of this wait is kept, whatever numbers the others have', async () => {
  const at = place();
  await addRecord(at, render);
  for (let number = 999_999_980; number <= 999_999_999; number += 1)
    writeFileSync(join(at.folder, `${number}.json`), render(number));
  const { number } = await addRecord(at, render);
  expect((await readRecords(at)).records.map((record) => record.number)).toContain(number);
});

it('waits that begin at once get a record each', async () => {
  const at = place();
  const opened = await Promise.all(Array.from({ length: 8 }, () => addRecord(at, render)));
  expect(new Set(opened.map(({ number }) => number)).size).toBe(8);
});

it('a file that is no record is named, and hides no other', async () => {
  const at = place();
  await addRecord(at, render);
  writeFileSync(join(at.folder, '2.json'), '{"schema":');
  const { records, problems } = await readRecords(at);
  expect(records).toHaveLength(1);
  expect(problems).toEqual([`cannot read ${join(at.folder, '2.json')}: it is no record of a wait`]);
});

it('without a folder there are no records', async () => {
  expect(await readRecords(place())).toEqual({ records: [], problems: [] });
});

it('a change of the status is written after a second, of a task after 20, the network step at once, a sign of life after a minute', async () => {
  const at = place();
  const builder = new RecordBuilder(start);
  let nowMs = 0;
  const recorder = new Recorder(at, builder, () => nowMs, expect.unreachable);
  await recorder.begin();
  const written = (): number => JSON.parse(readFileSync(join(at.folder, '1.json'), 'utf8')).last_ms;
  const note = (change: Parameters<Recorder['note']>[0], ms: number): number => {
    nowMs = ms;
    recorder.note(change);
    return written();
  };
  expect(note('much', 500)).toBe(0);
  expect(note('nothing', 1_499)).toBe(0);
  expect(note('nothing', 1_500)).toBe(1_500);
  expect(note('little', 21_400)).toBe(1_500);
  expect(note('nothing', 21_500)).toBe(21_500);
  expect(note('now', 21_501)).toBe(21_501);
  expect(note('nothing', 81_500)).toBe(21_501);
  expect(note('nothing', 81_501)).toBe(81_501);
});

it('a record that cannot be kept is said once, and is added at the end where that can be done by then', async () => {
  const at = place();
  mkdirSync(join(at.folder, '..'), { recursive: true });
  writeFileSync(at.folder, 'a file in the way');
  const failures: string[] = [];
  const builder = new RecordBuilder(start);
  const recorder = new Recorder(
    at,
    builder,
    () => 0,
    (reason) => failures.push(reason),
  );
  await recorder.begin();
  recorder.note('now');
  await recorder.finish();
  expect(failures).toHaveLength(1);
  const later = { root: '/', folder: `${at.folder}-later` };
  const other = new Recorder(later, builder, () => 7, expect.unreachable);
  await other.finish();
  expect((await readRecords(later)).records).toMatchObject([{ number: 1, last_ms: 7 }]);
});
