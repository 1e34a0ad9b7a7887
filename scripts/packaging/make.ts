import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { architectureOf, nodePackage, toolchainOf } from './architecture.ts';
import { writeDeb } from './deb.ts';
import { bundledComponents, nodeComponent } from './inventory.ts';
import { layout, type Release } from './layout.ts';
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
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * The time of the sources: SOURCE_DATE_EPOCH ("SOURCE_DATE_EPOCH specification", reproducible-builds.org), or
 * the last commit, or, in an archive without a history, the time of package.json.
 */
function sourceEpochS(): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return Math.floor(statSync('package.json').mtimeMs / 1000);
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'rc-wait-package-'));
try {
  const { root, strip, emulator } = toolchainOf(architecture);
  // For this machine, use the output of scripts/build.
  const program = emulator.length === 0 ? 'dist' : join(scratch, 'program');
  const node = join(root, 'node_modules', nodePackage(architecture), 'bin/node');
  const by = emulator.map((word) => `--emulator=${word}`);
  execFileSync(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    'scripts/bundle.ts',
    '--out',
    program,
    '--node',
    node,
    ...by,
  ]);
  // The symbols of Node's functions are 18 MB and only add names to the trace of a V8 crash.
  const nodeFile = join(scratch, 'node');
  execFileSync(strip, ['-o', nodeFile, node]);
  const lock = json('package-lock.json');
  const release: Release = {
    version: json('package.json').version,
    epochS: sourceEpochS(),
    architecture,
    program,
    nodeFile,
    node: nodeComponent(nodePackage(architecture), lock, root),
    bundled: bundledComponents(json('.cache/metafile.json'), lock, '.'),
  };
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
