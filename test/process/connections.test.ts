import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { node, startProgram } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'rc-wait-connections-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('several ledgers of each of several processes: no file is lost below another, and none is taken for damaged', async () => {
  const script = new URL('../pace/connections.ts', import.meta.url).pathname;
  const programs = [1, 2, 3].map(() => startProgram([node, script, directory, '300']));
  const ends = await Promise.all(programs.map(({ ended }) => ended));
  expect(ends).toEqual(programs.map(() => ({ exit: 0, out: '', err: '' })));
});
