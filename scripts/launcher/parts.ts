import { type Metafile, type OutputFile, transform } from 'esbuild';

/**
 * The parts of the program, and which modules (with all that they import statically) begin each. A chunk is in the
 * first part that needs it, or in one more at the end. A part is read when one of its chunks is first needed, so what
 * every command needs is small.
 */
const parts: readonly (readonly string[])[] = [
  ['src/main.ts'],
  // For a command line, and for one question.
  [
    'node_modules/yargs/index.mjs',
    'src/app/answering.ts',
    'src/app/ask.ts',
    'src/app/way.ts',
    'src/rackconnect/payload.ts',
  ],
  // For a wait.
  ['src/app/wait/wait.ts'],
];

/** Of a build with `splitting`; by path. */
type Outputs = Metafile['outputs'];

/** A chunk of such a build. */
interface Chunk {
  readonly path: string;
  /** `PART/NAME` */
  readonly id: string;
  readonly part: number;
  readonly text: string;
}

/**
 * Packs the chunks into one file. Its first line lists where each part ends, in bytes. A part is an object literal with a
 * function `(require, exports, module)` for each chunk, under its id; the first chunk to run is `0/main`.
 */
export async function packed(files: readonly OutputFile[], outputs: Outputs): Promise<string> {
  const chunks = chunksOf(files, outputs);
  const ids = new Map(chunks.map(({ path, id }) => [fileName(path), id]));
  const texts: string[][] = [...parts.map(() => []), []];
  for (const { id, part, text } of chunks) {
    // Before the transformation, which names variables for them.
    const linked = text.replaceAll(linkedChunk, (whole, other) =>
      ids.has(other) ? `"./${ids.get(other)}"` : whole,
    );
    const { code } = await transform(linked, {
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      charset: 'ascii',
      minifyWhitespace: true,
      minifySyntax: true,
      // import() of a chunk becomes require(): the chunks are in no files of their own.
      supported: { 'dynamic-import': false },
    });
    const body = code.replaceAll('require("./', 'require("');
    texts[part]?.push(`${JSON.stringify(id)}(require,exports,module){${body}}`);
  }
  return withHeader(texts.map((part) => `({${part.join(',\n')}})\n`));
}

const linkedChunk = /"\.\/([A-Z0-9]{8}\.js)"/g;

/**
 * The chunks in an order, and with names, that do not depend on the folder of the sources: esbuild's names do, where
 * node_modules is a symbolic link.
 */
function chunksOf(files: readonly OutputFile[], outputs: Outputs): readonly Chunk[] {
  const partOf = assign(outputs);
  const found = Object.entries(outputs).flatMap(([path, { entryPoint = '' }]) => {
    const made = files.find((file) => fileName(file.path) === fileName(path))?.text;
    if (made === undefined || !path.endsWith('.js')) return [];
    // What a library's module is called in a stack trace.
    const text = made.replaceAll(/(?<=__commonJS\(\{")[^"]*\/(?=node_modules\/)/g, '');
    const key = `${moduleName(entryPoint)}\n${text.replaceAll(linkedChunk, '')}`;
    return [{ path, text, key, part: partOf.get(path) ?? parts.length }];
  });
  found.sort((a, b) => (a.key < b.key ? -1 : 1));
  return found.map(({ path, text, part }, index) => ({
    path,
    text,
    part,
    id: `${part}/${fileName(path) === 'main.js' ? 'main' : index}`,
  }));
}

/** The part of each chunk, by its path. */
function assign(outputs: Outputs): ReadonlyMap<string, number> {
  const entries = new Map<string, string>();
  for (const [path, { entryPoint }] of Object.entries(outputs))
    if (entryPoint !== undefined) entries.set(moduleName(entryPoint), path);
  const partOf = new Map<string, number>();
  const take = (path: string, part: number): void => {
    const output = outputs[path];
    if (output === undefined || partOf.has(path)) return;
    partOf.set(path, part);
    for (const { path: other, kind } of output.imports) if (kind !== 'dynamic-import') take(other, part);
  };
  for (const [part, names] of parts.entries()) {
    for (const name of names) {
      const path = entries.get(name);
      if (path === undefined) throw new Error(`${name} is no chunk: does anything load it by import()?`);
      take(path, part);
    }
  }
  return partOf;
}

const fileName = (path: string): string => path.replace(/^.*\//, '');

/** The path of a module as it is from the project's root, wherever node_modules is. */
const moduleName = (path: string): string => path.replace(/^.*\/(?=node_modules\/)/, '');

const headerBytes = 64;

function withHeader(texts: readonly string[]): string {
  const ends: number[] = [headerBytes];
  for (const text of texts) ends.push((ends.at(-1) ?? 0) + text.length);
  const header = `//${JSON.stringify(ends)}`;
  if (header.length >= headerBytes) throw new Error(`too long for a header: ${header}`);
  return `${header.padEnd(headerBytes - 1)}\n${texts.join('')}`;
}
