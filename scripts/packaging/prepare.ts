import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Architecture, nodePackage, toolchainOf } from './architecture.ts';
import { bundledComponents, nodeComponent } from './inventory.ts';
import type { Release } from './layout.ts';

/** Reads a JSON file of the sources. */
export const jsonOf = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * The time of the sources: SOURCE_DATE_EPOCH ("SOURCE_DATE_EPOCH specification", reproducible-builds.org), or
 * the last commit, or, in an archive without a history, the time of package.json.
 */
export function sourceEpochS(): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return Math.floor(statSync('package.json').mtimeMs / 1000);
  }
}

/** Runs scripts/bundle.ts; the program is in the folder `out` then, with that Node. */
export function bundleInto(out: string, node: string, emulator: readonly string[] = []): void {
  execFileSync(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    'scripts/bundle.ts',
    '--out',
    out,
    '--node',
    node,
    ...emulator.map((word) => `--emulator=${word}`),
  ]);
}

/** Builds the program for an architecture: all that its packages are made of. `scratch` is an empty folder. */
export function prepareRelease(architecture: Architecture, scratch: string): Release {
  const { root, strip, emulator } = toolchainOf(architecture);
  // For this machine, use the output of scripts/build.
  const program = emulator.length === 0 ? 'dist' : join(scratch, 'program');
  const node = join(root, 'node_modules', nodePackage(architecture), 'bin/node');
  bundleInto(program, node, emulator);
  // The symbols of Node's functions are 18 MB and only add names to the trace of a V8 crash.
  const nodeFile = join(scratch, 'node');
  execFileSync(strip, ['-o', nodeFile, node]);
  const lock = jsonOf('package-lock.json');
  return {
    version: jsonOf('package.json').version,
    epochS: sourceEpochS(),
    architecture,
    program,
    nodeFile,
    node: nodeComponent(nodePackage(architecture), lock, root),
    bundled: bundledComponents(jsonOf('.cache/metafile.json'), lock, '.'),
  };
}
