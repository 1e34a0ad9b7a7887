// Makes docs/reference/command-line.md: npm run reference
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../src/cli/commands/index.ts';
import { surfaceOf } from '../../src/cli/surface.ts';
import { commandLinePage } from './page.ts';

const path = join(import.meta.dirname, '../../docs/reference/command-line.md');
writeFileSync(path, commandLinePage(surfaceOf(commands)));
