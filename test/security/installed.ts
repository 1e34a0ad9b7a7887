import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launcher } from '../../scripts/launcher/launcher.ts';
import { scratch } from '../cli/harness.ts';
import { main, node, type Program, startProgram } from '../process/program.ts';

/** rc-wait as it is installed: a link to the launcher, with a Node beside it; but from its sources. */
export function install(): string {
  const folder = scratch();
  mkdirSync(join(folder, 'lib'));
  writeFileSync(join(folder, 'launcher'), launcher, { mode: 0o755 });
  symlinkSync(realpathSync(node), join(folder, 'lib/node'));
  writeFileSync(
    join(folder, 'lib/start.cjs'),
    `// rc-wait\nimport(${JSON.stringify(pathToFileURL(main).href)});\n`,
  );
  symlinkSync('launcher', join(folder, 'rc-wait'));
  return join(folder, 'rc-wait');
}

/** A program of a test in a folder of its own, for PATH or to be named. */
export function script(name: string, text: string): { readonly folder: string; readonly path: string } {
  const folder = scratch();
  writeFileSync(join(folder, name), text, { mode: 0o755 });
  return { folder, path: join(folder, name) };
}

/** Runs a line of sh, in which `$1` is the installed rc-wait and `$2` and so on are `args`. */
export function byShell(
  line: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Program {
  return startProgram(['/bin/sh', '-c', line, 'sh', install(), ...args], env);
}
