import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type OutputFile, type Plugin, transform } from 'esbuild';
import { script, style } from '../src/report/remote/page/inline.ts';
import { launcher } from './launcher/launcher.ts';
import { packed } from './launcher/parts.ts';

// node scripts/bundle.ts [--out DIR] [--node FILE [--emulator=WORD]...], run by scripts/build in the project's
// root.
// The shipped Node is the one that runs this, or FILE, which may be for another architecture.
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist' },
    node: { type: 'string', default: process.execPath },
    emulator: { type: 'string', multiple: true, default: [] },
  },
});
const { out: folder, emulator } = values;
const out = join(folder, 'lib');
const program = join(out, 'rc-wait.cjs');

/**
 * yargs measures its help texts with string-width, which contains an 11 kB regular expression for emoji:
 * compiling it costs each start more than the rest of yargs. rc-wait's help is ASCII.
 */
const plainStringWidth: Plugin = {
  name: 'plain-string-width',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'plain' }));
    onLoad({ filter: /.*/, namespace: 'plain' }, () => ({
      contents:
        "import { stripVTControlCharacters } from 'node:util';\nexport default (text) => stripVTControlCharacters(text).length;",
    }));
  },
};

/**
 * Functions of modules that cost each start a tenth of its time and that most runs never call: the module is loaded when
 * one of them is. A function that is missing here fails the build.
 */
const calledLater: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['createHash', 'randomBytes'],
};

/** An expression for a module of Node's. */
const loaded = (path: string): string => `process.getBuiltinModule(${JSON.stringify(path)})`;

/** The exports of a module of Node's that can be read without loading more of it. */
function plainNames(path: string): readonly string[] {
  const properties = Object.getOwnPropertyDescriptors(process.getBuiltinModule(path));
  return Object.entries(properties).flatMap(([name, { get }]) =>
    get === undefined && name !== 'default' && /^[A-Za-z_]\w*$/.test(name) ? [name] : [],
  );
}

/**
 * Loads Node's modules with process.getBuiltinModule: an import from ESM reads every export of a module, and
 * some exports load large parts of Node that rc-wait does not use (node:http its WebSocket, node:crypto its WebCrypto).
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    // yargs says "fs", others "node:fs".
    onResolve({ filter: /^[a-z]/ }, ({ path: name, kind }) => {
      if (!isBuiltin(name)) return;
      const path = name.startsWith('node:') ? name : `node:${name}`;
      // A library that requires the module may use all of it. For an import esbuild would copy all exports, for each
      // file that has one.
      if (kind !== 'import-statement') return { path, namespace: 'builtin' };
      return { path, namespace: path in calledLater ? 'called-later' : 'builtin-names' };
    });
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = ${loaded(path)};`,
    }));
    onLoad({ filter: /.*/, namespace: 'builtin-names' }, ({ path }) => ({
      contents: `const all = ${loaded(path)};
        export default all;
        export const { ${plainNames(path).join(', ')} } = all;`,
    }));
    onLoad({ filter: /.*/, namespace: 'called-later' }, ({ path }) => ({
      contents: (calledLater[path] ?? [])
        .map((name) => `export const ${name} = (...args) => ${loaded(path)}.${name}(...args);`)
        .join('\n'),
    }));
  },
};

/**
 * When it is loaded, yargs asks for the working directory, which throws if that was removed. The bundle does
 * not need it: yargs would only look for translation files there.
 */
const yargsAnywhere: Plugin = {
  name: 'yargs-anywhere',
  setup({ onLoad }) {
    onLoad({ filter: /yargs\/lib\/platform-shims\/esm\.mjs$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace('mainFilename || process.cwd()', "'/'");
      if (contents === text)
        throw new Error(`${path} has changed: does it ask for the working directory still?`);
      return { contents };
    });
  },
};

/**
 * Leaves out parts of undici that rc-wait never uses: it does not offer HTTP/2, and Node 24 does not run
 * without SIMD.
 */
const leanUndici: Plugin = {
  name: 'lean-undici',
  setup({ onLoad }) {
    onLoad({ filter: /undici\/lib\/dispatcher\/client-h2\.js$/ }, () => ({
      contents: "module.exports = () => { throw new Error('HTTP/2 is off'); };",
    }));
  },
};

/** Puts the script and the style sheet of the page of `remote --report` in the place of what reads their files. */
const pageInline: Plugin = {
  name: 'page-inline',
  setup({ onLoad }) {
    onLoad({ filter: /report\/remote\/page\/inline\.ts$/ }, async () => {
      const lean = { minifyWhitespace: true, minifySyntax: true, charset: 'utf8' } as const;
      const [small, sheet] = await Promise.all([
        transform(script, { ...lean, loader: 'js' }),
        transform(style, { ...lean, loader: 'css' }),
      ]);
      return {
        contents: `export const script = ${JSON.stringify(small.code)}, style = ${JSON.stringify(sheet.code)};`,
      };
    });
  },
};

/** The comments with licences of all chunks, in an order that does not depend on the chunks. */
function legalText(files: readonly OutputFile[]): string {
  const head = 'Bundled license information:\n\n';
  const texts = files.filter(({ path }) => path.endsWith('.LEGAL.txt')).map(({ text }) => text);
  const comments = texts.flatMap((text) =>
    text
      .replace(head, '')
      .trimEnd()
      .split(/\n\n(?=\S)/),
  );
  return `${head}${comments.sort().join('\n\n')}\n`;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile, outputFiles } = await build({
  entryPoints: ['src/main.ts'],
  outdir: out,
  write: false,
  bundle: true,
  splitting: true,
  chunkNames: '[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifyWhitespace: true,
  minifySyntax: true,
  // Keep names: a stack trace from a user's server should say where it was.
  legalComments: 'external',
  // scripts/launcher/start.cjs reads it as such.
  charset: 'ascii',
  metafile: true,
  plugins: [plainStringWidth, lazyBuiltins, yargsAnywhere, leanUndici, pageInline],
  define: {
    'import.meta.url': '"file:///usr/lib/rc-wait/lib/rc-wait.cjs"',
    // undici's experimental parser; Node's own build of undici leaves it out in the same way.
    esbuildDetection: 'true',
  },
  logLevel: 'warning',
});

writeFileSync(program, await packed(outputFiles, metafile.outputs));
writeFileSync(`${program}.LEGAL.txt`, legalText(outputFiles));
if (readFileSync(program).some((byte) => byte > 127)) throw new Error(`${program} is not ASCII`);
copyFileSync('scripts/launcher/start.cjs', `${out}/start.cjs`);
copyFileSync(values.node, `${out}/node`);
chmodSync(`${out}/node`, 0o755);
writeFileSync(join(folder, 'rc-wait'), launcher, { mode: 0o755 });
// Which npm package each file came from: scripts/package makes the licences and the SBOM of it. Not shipped.
mkdirSync('.cache', { recursive: true });
writeFileSync('.cache/metafile.json', JSON.stringify(metafile));
// V8 seeds its hashes at random, which would change the order of tables in the cache.
const [command = '', ...words] = [...emulator, values.node];
// Without the environment, which would decide what the run does.
execFileSync(command, [...words, '--hash-seed=1', 'scripts/launcher/compile.cjs', out], {
  env: { PATH: process.env.PATH },
});
