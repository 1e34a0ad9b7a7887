import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// node scripts/shape.ts checks that no folder of src/ has too many files and no file too many lines. Exit
// status 1 otherwise.
const most = { filesInFolder: 16, withOnePrefix: 2, linesInFile: 300 };
const source = join(import.meta.dirname, '../src');

function faultsIn(folder: string): string[] {
  const entries = readdirSync(join(source, folder), { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const prefixes = Map.groupBy(files, (name) => name.split(/[-.]/, 1)[0]);
  const at = join('src', folder);
  return [
    ...(files.length > most.filesInFolder ? [`${at} has ${files.length} files`] : []),
    ...[...prefixes]
      .filter(([, names]) => names.length > most.withOnePrefix)
      .map(([prefix, names]) => `${at} has ${names.length} files that begin with ${prefix}: a folder's name`),
    ...files
      .map((name) => [join(folder, name), linesOf(join(folder, name))] as const)
      .filter(([, lines]) => lines > most.linesInFile)
      .map(([path, lines]) => `src/${path} has ${lines} lines`),
    ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => faultsIn(join(folder, name))),
  ];
}

function linesOf(path: string): number {
  return readFileSync(join(source, path), 'utf8').split('\n').length - 1;
}

const faults = faultsIn('.');
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
