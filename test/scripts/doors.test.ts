import { expect, it } from 'vitest';
import { doorsIn } from '../../scripts/lib/doors.ts';

it('counts what is loaded only when it is needed, and names the files with the most first', () => {
  const found = doorsIn([
    { path: 'base/a.ts', text: "import { b } from './b.ts';\nexport const a = b;\n" },
    { path: 'cli/doctor.ts', text: "const load = () => import('../app/look.ts');\n" },
    {
      path: 'app/wait.ts',
      text: "const [a, b] = await Promise.all([\n  import('./a.ts'),\n  import ('./b.ts'),\n]);\n",
    },
  ]);
  expect(found).toEqual([
    { path: 'app/wait.ts', count: 2 },
    { path: 'cli/doctor.ts', count: 1 },
  ]);
});

it('does not count types, nor comments', () => {
  const text = [
    "type Payload = typeof import('../payload.ts');",
    '// an import() would load it',
    '/** `import()` costs a look-up. */',
    " * import('./a.ts') in an example",
    'import type { A } from "./a.ts";',
    'const important = (a: A) => reimport(a);',
  ].join('\n');
  expect(doorsIn([{ path: 'a.ts', text }])).toEqual([]);
});
