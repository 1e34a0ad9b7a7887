import { globSync, readFileSync } from 'node:fs';
import { slowPatterns } from './lib/patterns.ts';

// node scripts/patterns.ts checks that each regular expression of src/ takes linear time. Exit status 1 if one
// does not.
let slow = 0;
for (const file of globSync('src/**/*.ts').sort()) {
  for (const { line, pattern, why } of slowPatterns(readFileSync(file, 'utf8'))) {
    slow += 1;
    process.stdout.write(`${file}:${line} ${pattern}\n    ${why}\n`);
  }
}
process.exitCode = slow === 0 ? 0 : 1;
