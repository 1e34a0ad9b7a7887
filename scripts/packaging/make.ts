import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { architectureOf } from './architecture.ts';
import { writeDeb } from './deb.ts';
import { layout } from './layout.ts';
import { prepareRelease } from './prepare.ts';
import { writeRpm } from './rpm.ts';

// node scripts/packaging/make.ts [--arch ARCH] [--out DIR] [--fast], run by scripts/package in the project's root.

const { values } = parseArgs({
  options: {
    arch: { type: 'string' },
    out: { type: 'string', default: 'packages' },
    fast: { type: 'boolean', default: false },
  },
});
const { out, fast } = values;
const architecture = architectureOf(values.arch);
if (architecture === undefined) {
  const asked = values.arch ?? process.arch;
  console.error(`package: cannot package for ${asked}: Node is pinned for amd64 and arm64`);
  process.exit(64);
}

const scratch = mkdtempSync(join(tmpdir(), 'rc-wait-package-'));
try {
  const release = prepareRelease(architecture, scratch);
  const entries = layout(release);
  mkdirSync(out, { recursive: true });
  const made = [
    writeDeb(entries, release, { scratch, out, level: fast ? 0 : 6 }),
    writeRpm(entries, release, { scratch, out, level: fast ? 1 : 15 }),
  ];
  for (const path of made) console.log(`${path} (${(statSync(path).size / 1e6).toFixed(1)} MB)`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
