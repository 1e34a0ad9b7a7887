import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseScenario } from '../src/simulator/scenario.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { median, type Run, table, timed } from './measure.ts';

const rounds = 20;

/** The forms in which the program could ship: each a folder with all of it, and the program in it. */
interface Form {
  readonly name: string;
  readonly folder: string;
  readonly program: string;
}

/**
 * The two ways to ship the program on a Node of its own: the binary beside the
 * bundle (what is shipped), and Node's single executable application, where the
 * bundle is inside the binary. The same code cache, the same stripped binary.
 */
export async function benchPackage(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'rc-wait-bench-'));
  const simulator = await startSimulator({
    scenario: parseScenario('{deployedAfter: 1h, quota: {limit: 1000000}}', 'bench'),
  });
  const forms = [besideForm(scratch), singleForm(scratch)];
  const commands: Record<string, (round: string) => string[]> = {
    '--version': () => ['--version'],
    status: (round) => ['status', '--api-url', simulator.url, '--state-dir', join(scratch, round)],
  };
  const rows = [['form', '.deb MB', 'command', 'wall ms', 'cpu ms', 'peak MB', 'wall ratio', 'memory ratio']];
  for (const [command, argv] of Object.entries(commands)) {
    const runs = forms.map((): Run[] => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { program }] of forms.entries())
        runs[index]?.push(await timed([program, ...argv(`state-${round}-${index}`)]));
    }
    const of = (index: number, part: keyof Run): number =>
      median((runs[index] ?? []).map((run) => run[part]));
    for (const [index, { name, folder }] of forms.entries()) {
      rows.push([
        name,
        command === '--version' ? (debBytes(folder, scratch) / 1e6).toFixed(1) : '',
        command,
        of(index, 'wallMs').toFixed(0),
        of(index, 'cpuMs').toFixed(0),
        (of(index, 'peakKb') / 1024).toFixed(1),
        (of(index, 'wallMs') / of(0, 'wallMs')).toFixed(2),
        (of(index, 'peakKb') / of(0, 'peakKb')).toFixed(2),
      ]);
    }
  }
  await simulator.close();
  rmSync(scratch, { recursive: true, force: true });
  console.log(
    `\nThe form of the package: median of ${rounds} runs each, turn by turn; ratios to the first form\n`,
  );
  console.log(table(rows));
}

function besideForm(scratch: string): Form {
  const folder = join(scratch, 'beside');
  execFileSync('cp', ['-a', 'dist', folder]);
  execFileSync('strip', [join(folder, 'lib/node')]);
  return { name: 'Node beside the bundle (shipped, baseline)', folder, program: join(folder, 'rc-wait') };
}

/** Node's documentation, "Single executable applications". Node 24 has no --build-sea: postject puts the blob into the binary. */
function singleForm(scratch: string): Form {
  const folder = join(scratch, 'single');
  const program = join(folder, 'rc-wait');
  const at = (name: string): string => join(scratch, name);
  mkdirSync(folder);
  copyFileSync(join(scratch, 'beside/lib/node'), program);
  writeFileSync(
    at('main.cjs'),
    // start.cjs as it is, with assets in the place of its files.
    `const { getRawAsset } = require('node:sea');
    const assets = ['program', 'cache'].map((name) => Buffer.from(getRawAsset(name)));
    const files = {
      openSync: (path) => (path.endsWith('.cache') ? 1 : 0),
      fstatSync: (file) => ({ size: assets[file].length }),
      readSync: (file, bytes, at, length, from) => assets[file].copy(bytes, at, from, from + length),
      closeSync() {},
    };
    (function (require, __dirname, module) {
    ${readFileSync('dist/lib/start.cjs', 'utf8')}
    })((name) => (name === 'node:fs' ? files : require(name)), '', {});`,
  );
  const config = {
    main: at('main.cjs'),
    output: at('blob'),
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    execArgvExtension: 'none',
    assets: { program: 'dist/lib/rc-wait.cjs', cache: 'dist/lib/rc-wait.cjs.cache' },
  };
  writeFileSync(at('sea.json'), JSON.stringify(config));
  execFileSync('dist/lib/node', ['--experimental-sea-config', at('sea.json')], { stdio: 'pipe' });
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  const args = [
    '--yes',
    'postject@1.0.0-alpha.6',
    program,
    'NODE_SEA_BLOB',
    at('blob'),
    '--sentinel-fuse',
    fuse,
  ];
  execFileSync('npx', args, { stdio: 'pipe' });
  return { name: 'single executable application', folder, program };
}

/** The size of a .deb with the program alone, compressed as the package is. */
function debBytes(folder: string, scratch: string): number {
  const tree = join(scratch, 'tree');
  const deb = join(scratch, 'x.deb');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  execFileSync('cp', ['-a', folder, join(tree, 'program')]);
  const control = 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x.invalid>\nDescription: x\n';
  writeFileSync(join(tree, 'DEBIAN/control'), control);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-z6', '--build', tree, deb], { stdio: 'pipe' });
  return statSync(deb).size;
}
