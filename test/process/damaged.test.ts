import {
  copyFileSync,
  mkdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launcher } from '../../scripts/launcher/launcher.ts';
import { scratch } from '../cli/harness.ts';
import { type Ended, node, startProgram } from './program.ts';

const sources = join(import.meta.dirname, '../../scripts/launcher');

/** As scripts/launcher/parts.ts packs them. */
function packed(...parts: readonly string[]): string {
  const ends = parts.map((_, index) => 64 + parts.slice(0, index + 1).join('').length);
  return `${`//${JSON.stringify([64, ...ends])}`.padEnd(63)}\n${parts.join('')}`;
}

const first = `({"0/main"(require){process.stdout.write('started\\n');if(process.argv[2])require('1/other')}})\n`;
const second = `({"1/other"(){process.stdout.write('and more\\n')}})\n`;

/** An installed program of two parts; the path of its folder. */
function install(): string {
  const folder = scratch();
  mkdirSync(join(folder, 'lib'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'rc-wait'), launcher, { mode: 0o755 });
  copyFileSync(join(sources, 'npm.cjs'), join(folder, 'bin/npm.cjs'));
  copyFileSync(join(sources, 'start.cjs'), join(folder, 'lib/start.cjs'));
  symlinkSync(realpathSync(node), join(folder, 'lib/node'));
  writeFileSync(join(folder, 'lib/rc-wait.cjs'), packed(first, second));
  return folder;
}

const asPackage = (folder: string, ...args: string[]): Promise<Ended> =>
  startProgram([join(folder, 'rc-wait'), ...args]).ended;

const byNpm = (folder: string, ...args: string[]): Promise<Ended> =>
  startProgram([node, join(folder, 'bin/npm.cjs'), ...args]).ended;

const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);

/** By what is wrong: 1 would say FAILED, and 0 DEPLOYED. */
const damages: Readonly<Record<string, (lib: string) => void>> = {
  'without its first file': (lib) => rmSync(join(lib, 'start.cjs')),
  'with an empty first file': (lib) => truncateSync(join(lib, 'start.cjs')),
  'with a first file of zeros': (lib) => writeFileSync(join(lib, 'start.cjs'), zeros(3_000)),
  'without its program': (lib) => rmSync(join(lib, 'rc-wait.cjs')),
  'with an empty program': (lib) => truncateSync(join(lib, 'rc-wait.cjs')),
  'with a program that is cut off': (lib) => truncateSync(join(lib, 'rc-wait.cjs'), 80),
  'with a program of zeros': (lib) => writeFileSync(join(lib, 'rc-wait.cjs'), zeros(3_000)),
  'with zeros in its program': (lib) =>
    writeFileSync(join(lib, 'rc-wait.cjs'), packed(first.replace('process.argv', '\0\0\0'), second)),
};

describe('an installation', () => {
  it.each([
    ['as a package', asPackage],
    ['by npm', byNpm],
  ])('%s reads each part of the program when it is needed', async (_, start) => {
    const folder = install();
    expect(await start(folder)).toEqual({ exit: 0, out: 'started\n', err: '' });
    expect(await start(folder, 'x')).toEqual({ exit: 0, out: 'started\nand more\n', err: '' });
  });
});

describe('an installation that a power cut has damaged', () => {
  it.each(Object.entries(damages))('%s ends with 70, which is no verdict', async (_, damage) => {
    for (const start of [asPackage, byNpm]) {
      const folder = install();
      damage(join(folder, 'lib'));
      const { exit, out, err } = await start(folder);
      expect({ exit, out }).toEqual({ exit: 70, out: '' });
      expect(err).toMatch(/^rc-wait: cannot start: .*\n {9}install the package anew\n$/m);
      expect(err.length).toBeLessThan(1_000);
    }
  });

  it('without its Node ends with 70: 127 would say that the command behind -- is missing', async () => {
    const folder = install();
    rmSync(join(folder, 'lib/node'));
    expect(await asPackage(folder)).toMatchObject({ exit: 70, err: expect.stringMatching(/cannot start/) });
  });
});
