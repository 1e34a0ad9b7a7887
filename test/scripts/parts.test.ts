import type { Metafile, OutputFile } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { packed } from '../../scripts/launcher/parts.ts';

/** A chunk of a build: the module that it begins with, the chunks that it needs at once and later, and its text. */
interface Made {
  readonly entry?: string;
  readonly now?: readonly string[];
  readonly later?: readonly string[];
  readonly text?: string;
}

/** What the parts begin with; `folder` is where node_modules is. */
const build = (folder = '', shared = 'SHARED00'): Readonly<Record<string, Made>> => ({
  main: { entry: 'src/main.ts', now: [shared], later: ['YARGS000'] },
  YARGS000: { entry: `${folder}node_modules/yargs/index.mjs` },
  ANSWERS0: { entry: 'src/app/answering.ts' },
  ASK00000: { entry: 'src/app/ask.ts', now: [shared] },
  WAY00000: { entry: 'src/app/way.ts' },
  PAYLOAD0: { entry: 'src/rackconnect/payload.ts' },
  WAIT0000: { entry: 'src/app/wait/wait.ts', now: ['ONLYWAIT'] },
  ONLYWAIT: { text: 'export const waits = true;' },
  DOCTOR00: { entry: 'src/app/doctor/look.ts', now: [shared, 'ONLYWAIT'] },
  [shared]: { text: `var lib = __commonJS({"${folder}node_modules/x/y.js"(exports) {}}); export { lib };` },
});

function pack(chunks: Readonly<Record<string, Made>>): Promise<string> {
  const files: Pick<OutputFile, 'path' | 'text'>[] = [];
  const outputs: Record<string, object> = {};
  for (const [name, { entry, now = [], later = [], text = '' }] of Object.entries(chunks)) {
    const imports = now.map((other) => `import "./${other}.js";`);
    const loads = later.map((other) => `import("./${other}.js");`);
    files.push({ path: `/x/lib/${name}.js`, text: [...imports, ...loads, text].join('\n') });
    outputs[`dist/lib/${name}.js`] = {
      ...(entry === undefined ? {} : { entryPoint: entry }),
      imports: [
        ...now.map((other) => ({ path: `dist/lib/${other}.js`, kind: 'import-statement' })),
        ...later.map((other) => ({ path: `dist/lib/${other}.js`, kind: 'dynamic-import' })),
      ],
    };
  }
  return packed(files as OutputFile[], outputs as Metafile['outputs']);
}

/** The texts of the parts, by the ends in the first line. */
function partsOf(text: string): readonly string[] {
  const ends: number[] = JSON.parse(text.slice(2, 64));
  expect(ends.at(-1)).toBe(text.length);
  return ends.slice(1).map((end, part) => text.slice(ends[part], end));
}

describe('the parts of the program', () => {
  it('have each chunk once, in the first part that needs it at once', async () => {
    const parts = partsOf(await pack(build()));
    expect(parts.map((part) => part.match(/"\d\/\w+"\(/g)?.length)).toEqual([2, 5, 2, 1]);
    expect(parts[0]).toContain('"0/main"(require,exports,module)');
    expect(parts[0]).toContain('__commonJS');
    expect(parts[2]).toContain('waits');
  });

  it('load each other by the names that they have in the file', async () => {
    const text = await pack(build());
    const names = new Set([...text.matchAll(/"(\d\/\w+)"\(require/g)].map(([, name]) => name));
    const loaded = [...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(loaded).toHaveLength(6);
    for (const name of loaded) expect(names).toContain(name);
  });

  it('are the same wherever node_modules is, and whatever esbuild calls the chunks', async () => {
    expect(await pack(build('../../elsewhere/', 'OTHER000'))).toBe(await pack(build()));
  });

  it('are not made where a module that begins one is loaded by nobody', async () => {
    const { WAIT0000: _, ...without } = build();
    await expect(pack(without)).rejects.toThrow(
      'src/app/wait/wait.ts is no chunk: does anything load it by import()?',
    );
  });
});
