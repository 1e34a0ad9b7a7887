import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { expectValidSbom } from '../../packaging/sbom-schema.ts';
import { type Packages, watchingCaches } from './packages.ts';

const root = join(import.meta.dirname, '../../..');

/** What is in the packages, and whether it is the same in each build. */
export function describeBuilt(made: () => Packages, again: () => Packages): void {
  /** The files of the .deb. */
  let tree: string;
  let lint: Promise<{ stdout: string }>;
  const file = (path: string): Buffer => readFileSync(join(tree, path));

  beforeAll(() => {
    execFileSync(join(root, 'scripts/tools'), ['lintian', 'mandoc'], { timeout: 600_000 });
    // It takes half a minute, in which the other tests run.
    const args = ['--profile', 'debian', '--fail-on', 'error,warning', made().deb];
    lint = promisify(execFile)('lintian', args).catch(({ stdout }: { stdout: string }) => ({
      stdout: `${stdout}failed`,
    }));
    tree = join(made().folder, 'tree');
    execFileSync('dpkg-deb', ['-R', made().deb, tree]);
  });

  describe('packages that are built twice, in other folders, with another umask and time zone', () => {
    it.each(['deb', 'rpm'] as const)('are the same .%s, byte for byte', (kind) => {
      expect(readFileSync(again()[kind]).equals(readFileSync(made()[kind]))).toBe(true);
    });
  });

  describe('the .deb', () => {
    it('has nothing that lintian minds', async () => {
      const { stdout } = await lint;
      expect(stdout).toBe('');
    });

    it('needs what its Node is linked to, and recommends nothing', () => {
      const control = file('DEBIAN/control').toString();
      expect(control).toMatch(
        /^Depends: iproute2, libc6 \(>= 2\.28\), libgcc-s1 \(>= 3\.\d\), libstdc\+\+6 \(>= 5\), systemd \(>= 247\)$/m,
      );
      expect(control).not.toMatch(/^(Recommends|Suggests):/m);
    });

    it('has manual pages that mandoc does not mind, and that name every command that is shown', () => {
      for (const page of ['man1/rc-wait.1.gz', 'man8/rc-wait.service.8.gz']) {
        const path = join(made().folder, page.replace(/.*\//, '').replace('.gz', ''));
        writeFileSync(path, gunzipSync(file(`usr/share/man/${page}`)));
        const { status, stdout } = spawnSync('mandoc', ['-Tlint', '-W', 'warning', path], {
          encoding: 'utf8',
        });
        expect(stdout).toBe('');
        expect(status).toBe(0);
      }
      const page = gunzipSync(file('usr/share/man/man1/rc-wait.1.gz')).toString();
      for (const { name, hidden } of commands) expect(page.includes(`.Ss rc-wait ${name}\n`)).toBe(!hidden);
    });

    it('tells the licence of each package that is in the bundle, and of Node', () => {
      const copyright = file('usr/share/doc/rc-wait/copyright').toString();
      const { components } = JSON.parse(file('usr/share/doc/rc-wait/sbom.cdx.json').toString());
      const bundled = components.filter(({ type }: { type: string }) => type === 'library');
      expect(bundled.length).toBeGreaterThan(20);
      for (const { name, version } of bundled) {
        expect(copyright).toContain(`Files: node_modules/${name}/*\n`);
        expect(copyright).toContain(`Comment: ${name} ${version}, `);
      }
      expect(copyright).toContain('Files: usr/lib/rc-wait/lib/node\n');
      expect(gunzipSync(file('usr/share/doc/rc-wait/node-license.txt.gz')).toString()).toContain('OpenSSL');
    });

    it('has an SBOM with every package that is a dependency, and the Node that is shipped', () => {
      const document = JSON.parse(file('usr/share/doc/rc-wait/sbom.cdx.json').toString());
      expectValidSbom(document);
      const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const versions = Object.fromEntries(
        document.components.map(({ name, version }: { name: string; version: string }) => [name, version]),
      );
      expect(versions).toMatchObject(dependencies);
      const node = execFileSync(join(tree, 'usr/lib/rc-wait/lib/node'), ['--version'], {
        encoding: 'utf8',
      }).trim();
      expect(`v${versions[`node-linux-${process.arch}`]}`).toBe(node);
    });
  });

  describe('the program', () => {
    const start = (folder: string) =>
      spawnSync(join(folder, 'rc-wait'), ['status', '--help'], { encoding: 'utf8' });
    const cacheOf = (folder: string): string => join(folder, 'lib/rc-wait.cjs.cache');
    const copy = (name: string): string => {
      const folder = join(made().folder, name);
      cpSync(join(tree, 'usr/lib/rc-wait'), folder, { recursive: true });
      return folder;
    };

    it('starts with the code that V8 compiled when it was built', () => {
      const folder = join(tree, 'usr/lib/rc-wait/lib');
      // A command that needs more than the first part of the program.
      const asked = ['history', '--state-dir', made().folder];
      const argv = [...watchingCaches(made().folder), join(folder, 'start.cjs'), ...asked];
      const said = execFileSync(join(folder, 'node'), argv, { encoding: 'utf8' }).trimEnd().split('\n');
      expect(said.length).toBeGreaterThan(2);
      expect(said.filter((line) => line !== 'taken')).toEqual(['no wait is recorded']);
    });

    it.each([
      ['is lost', (path: string) => rmSync(path)],
      ['has lost its table', (path: string) => damage(path, 0, 48)],
      ['is of another version of V8', (path: string) => damage(path, 52, 56)],
      ['is cut off', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 500_000))],
      ['has a page of zeros, as after a power cut', (path: string) => damage(path, 204_800, 208_896)],
      ['is empty', (path: string) => writeFileSync(path, '')],
    ])('starts all the same where that code %s', (title, harm) => {
      const folder = copy(`harmed ${title.slice(0, 12)}`);
      harm(cacheOf(folder));
      expect(start(folder)).toMatchObject({
        status: 0,
        stderr: '',
        stdout: start(join(tree, 'usr/lib/rc-wait')).stdout,
      });
      rmSync(folder, { recursive: true });
    });

    /** Zeros from one byte to another. */
    function damage(path: string, from: number, to: number): void {
      writeFileSync(path, readFileSync(path).fill(0, from, to));
    }
  });
}
