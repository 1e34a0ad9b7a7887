import { globSync, readFileSync } from 'node:fs';
import { doublesIn } from './lib/names.ts';

// node scripts/names.ts checks that no two files of src/ export the same name. Exit status 1 if some do.
const sources = globSync('src/**/*.ts')
  .sort()
  .map((path) => ({ path: path.replace(/^src\//, ''), text: readFileSync(path, 'utf8') }));
const doubles = doublesIn(sources);
for (const { name, paths } of doubles) process.stdout.write(`${name} is exported by ${paths.join(', ')}\n`);
process.exitCode = doubles.length === 0 ? 0 : 1;
