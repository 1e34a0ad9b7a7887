// Makes the pages of docs/reference: npm run reference
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referencePages } from './pages.ts';

const folder = join(import.meta.dirname, '../../docs/reference');
for (const [name, page] of referencePages()) writeFileSync(join(folder, name), page);
