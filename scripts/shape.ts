import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { doorsIn } from './lib/doors.ts';

// node scripts/shape.ts checks that no folder of src/ has too many files, no file too many lines, and that not
// everything is a door: `import()` is for a command, and for a room or package that only some commands need.
// Exit status 1 otherwise.
const most = { filesInFolder: 16, withOnePrefix: 2, linesInFile: 300, doors: 55 };
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

function faultOfDoors(): readonly string[] {
  const paths = globSync('**/*.ts', { cwd: source });
  const doors = doorsIn(paths.map((path) => ({ path, text: readFileSync(join(source, path), 'utf8') })));
  const count = doors.reduce((sum, one) => sum + one.count, 0);
  if (count <= most.doors) return [];
  const where = doors.slice(0, 10).map((one) => `src/${one.path} (${one.count})`);
  return [`src has ${count} import(), more than ${most.doors}: most are in ${where.join(', ')}`];
}

const faults = [...faultsIn('.'), ...faultOfDoors()];
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
