import { execFile, execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'vitest';
import { makePackages, watchingCaches } from './packages.ts';

/** The architecture that this machine does not have, by the names of Debian, rpm and ELF. */
const other =
  process.arch === 'x64'
    ? { debian: 'arm64', rpm: 'aarch64', elf: 'AArch64' }
    : { debian: 'amd64', rpm: 'x86_64', elf: 'Advanced Micro Devices X86-64' };

/** The packages for the other architecture, made here. */
export function describeForeign(): void {
  describe.concurrent(`the packages for ${other.debian}, made on another architecture`, () => {
    it('hold a program that runs there, with the code that V8 compiled for it', async ({ expect }) => {
      const made = await makePackages({ umask: '022', env: {}, flags: `--arch ${other.debian}` });
      try {
        const tree = join(made.folder, 'tree');
        execFileSync('dpkg-deb', ['-R', made.deb, tree]);
        const field = (name: string) =>
          execFileSync('dpkg-deb', ['-f', made.deb, name], { encoding: 'utf8' }).trim();
        expect(field('Architecture')).toBe(other.debian);
        expect(execFileSync('rpm', ['-qp', '--qf', '%{ARCH}', made.rpm], { encoding: 'utf8' })).toBe(
          other.rpm,
        );

        const program = join(tree, 'usr/lib/rc-wait/lib');
        const node = join(program, 'node');
        expect(execFileSync('readelf', ['-h', node], { encoding: 'utf8' })).toContain(other.elf);
        const libraries = `/usr/${other.rpm}-linux-gnu`;
        const run = async (...argv: string[]): Promise<string> =>
          (await promisify(execFile)(`qemu-${other.rpm}-static`, ['-L', libraries, node, ...argv])).stdout;
        expect(await run(join(program, 'start.cjs'), '--version')).toBe(
          `${field('Version').replace(/-1$/, '')}\n`,
        );
        const asked = ['history', '--state-dir', made.folder];
        const argv = [...watchingCaches(made.folder), join(program, 'start.cjs'), ...asked];
        const said = (await run(...argv)).trimEnd().split('\n');
        expect(said.length).toBeGreaterThan(2);
        expect(said.filter((line) => line !== 'taken')).toEqual(['no wait is recorded']);
      } finally {
        rmSync(made.folder, { recursive: true, force: true });
      }
    });
  });
}
