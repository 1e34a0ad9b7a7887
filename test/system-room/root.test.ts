import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { isRunningSystem } from '../../src/system/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'rc-wait-root-'));
const here = process.cwd();
afterAll(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true });
});

it.each(['/', '//', '/./', '/tmp/..', '/proc/self/root'])('%s is the running system', (root) => {
  expect(isRunningSystem(root)).toBe(true);
});

it('so is "." from within it, and a link to it', () => {
  symlinkSync('/', join(folder, 'link'));
  expect(isRunningSystem(join(folder, 'link'))).toBe(true);
  process.chdir('/');
  expect(isRunningSystem('.')).toBe(true);
  expect(isRunningSystem('')).toBe(true);
});

it('another folder is none, nor one that is not there', () => {
  expect(isRunningSystem(folder)).toBe(false);
  expect(isRunningSystem(join(folder, 'none'))).toBe(false);
});
