import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { readRecords } from '../../src/history/read.ts';
import { scratch } from '../cli/harness.ts';
import { endedRecord } from './records.ts';

const kills = 20;

const source = (name: string): string =>
  pathToFileURL(join(import.meta.dirname, '../../src/history', name)).href;

it('a record that is written without a pause is whole after kill -9, at any moment', async () => {
  const place = { root: '/', folder: join(scratch(), 'waits') };
  const program = `
    const { addRecord } = await import(${JSON.stringify(source('store.ts'))});
    const text = (number, count) => JSON.stringify({ ...${JSON.stringify(endedRecord)}, number, last_ms: count });
    const open = await addRecord(${JSON.stringify(place)}, (number) => text(number, 0));
    process.stdout.write('begun\\n');
    for (let count = 1; ; count += 1) {
      open.replace(text(open.number, count));
    }`;
  for (let round = 0; round < kills; round += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await sleep((round * 7) % 23);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const { records, problems } = await readRecords(place);
  expect(problems).toEqual([]);
  expect(records.map(({ number }) => number)).toEqual(
    Array.from({ length: 16 }, (_, index) => index + kills - 15),
  );
});
