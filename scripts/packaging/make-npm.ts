import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundledComponents } from './inventory.ts';
import { writeNpm } from './npm.ts';
import { bundleInto, jsonOf, sourceEpochS } from './prepare.ts';

// node scripts/packaging/make-npm.ts [--out DIR], in the project's root: makes the npm package alone, and prints its path.

const { values } = parseArgs({ options: { out: { type: 'string', default: 'packages' } } });
const scratch = mkdtempSync(join(tmpdir(), 'rc-wait-npm-'));
try {
  const program = join(scratch, 'program');
  bundleInto(program, process.execPath);
  const facts = {
    version: jsonOf('package.json').version,
    epochS: sourceEpochS(),
    program,
    bundled: bundledComponents(jsonOf('.cache/metafile.json'), jsonOf('package-lock.json'), '.'),
  };
  console.log(writeNpm(facts, { scratch, out: values.out }));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
