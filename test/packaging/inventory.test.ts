import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BundleFacts, bundledComponents, partsOf } from '../../scripts/packaging/inventory.ts';
import { scratch } from '../cli/harness.ts';

/** A bundle of these files: each with the files that it imports and its bytes in the output. */
function bundle(files: Record<string, { imports?: string[]; bytes?: number }>): BundleFacts {
  const entries = Object.entries(files);
  return {
    inputs: Object.fromEntries(
      entries.map(([path, { imports = [] }]) => [path, { imports: imports.map((to) => ({ path: to })) }]),
    ),
    outputs: {
      'dist/x.cjs': {
        inputs: Object.fromEntries(entries.map(([path, { bytes = 1 }]) => [path, { bytesInOutput: bytes }])),
      },
    },
  };
}

const lockOf = (version: string) => ({
  packages: { 'node_modules/a': { version, integrity: 'sha512-AAEC' } },
});

/** A project with one package, `a`. */
function project(manifest: Record<string, unknown>, licence?: string): string {
  const root = scratch();
  mkdirSync(join(root, 'node_modules/a'), { recursive: true });
  writeFileSync(join(root, 'node_modules/a/package.json'), JSON.stringify({ version: '1.0.0', ...manifest }));
  if (licence !== undefined) writeFileSync(join(root, 'node_modules/a/LICENSE.md'), licence);
  return root;
}

const onlyA = bundle({ 'node_modules/a/index.js': {} });

describe('the list of what is bundled', () => {
  it('has each package once, with a scope and nested too, and what it uses', () => {
    const facts = bundle({
      'src/main.ts': { imports: ['../elsewhere/node_modules/b/i.js'] },
      '../elsewhere/node_modules/b/i.js': {
        imports: ['node_modules/@s/c/i.js', 'node_modules/b/node_modules/d/i.js'],
      },
      '../elsewhere/node_modules/b/j.js': {
        imports: ['node_modules/@s/c/i.js', '../elsewhere/node_modules/b/i.js'],
      },
      'node_modules/@s/c/i.js': {},
      'node_modules/b/node_modules/d/i.js': {},
    });
    expect(partsOf(facts)).toEqual([
      { name: '@s/c', folder: 'node_modules/@s/c', uses: [] },
      { name: 'b', folder: '../elsewhere/node_modules/b', uses: ['@s/c', 'd'] },
      { name: 'd', folder: 'node_modules/b/node_modules/d', uses: [] },
    ]);
  });

  it('leaves out what has been read and of which no byte is shipped', () => {
    const facts = bundle({
      'node_modules/a/i.js': { imports: ['node_modules/b/i.js'] },
      'node_modules/b/i.js': { bytes: 0 },
    });
    expect(partsOf(facts)).toEqual([{ name: 'a', folder: 'node_modules/a', uses: [] }]);
  });

  it('refuses two versions of one package: one of them would be missing from the list', () => {
    const facts = bundle({ 'node_modules/a/i.js': {}, 'node_modules/b/node_modules/a/i.js': {} });
    expect(() => partsOf(facts)).toThrow('two versions of a');
  });

  it('has the version, the checksum of the lock file and the text of the licence', () => {
    const root = project({ license: 'ISC' }, 'the text');
    expect(bundledComponents(onlyA, lockOf('1.0.0'), root)).toEqual([
      { name: 'a', version: '1.0.0', licence: 'ISC', licenceText: 'the text', sha512: '000102', uses: [] },
    ]);
  });

  it('refuses a package that is not the one of the lock file', () => {
    const root = project({ license: 'ISC' }, 'the text');
    expect(() => bundledComponents(onlyA, lockOf('2.0.0'), root)).toThrow('the lock file has 2.0.0');
    expect(() => bundledComponents(onlyA, { packages: {} }, root)).toThrow('the lock file has none');
  });

  it('takes the text of the MIT licence for a package that names it, and its author, and has no file', () => {
    const [a] = bundledComponents(
      onlyA,
      lockOf('1.0.0'),
      project({ license: 'MIT', author: 'Ann $& Other' }),
    );
    expect(a?.licenceText).toMatch(/^MIT License\n\nCopyright \(c\) Ann \$& Other\n/);
  });

  it('refuses a package without a licence', () => {
    for (const root of [project({ license: 'ISC' }), project({ license: 'MIT' }), project({}, 'the text')])
      expect(() => bundledComponents(onlyA, lockOf('1.0.0'), root)).toThrow('no licence that can be read');
  });
});
