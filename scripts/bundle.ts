import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { launcher } from './launcher/launcher.ts';

// node scripts/bundle.ts [--out DIR] [--node FILE [--emulator=WORD]...], from the project's root: by scripts/build.
// The Node that is put beside the program is the one that runs this, or FILE, which may be another architecture's.
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
 * yargs measures its help texts with string-width, which brings a regular
 * expression of 11 kB for emoji: compiling it costs each start more than all
 * the rest of yargs. Our help is ASCII.
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
 * Node's own modules by process.getBuiltinModule: an import from ESM reads
 * every export of the module, and some of those load large parts of Node that
 * nobody here uses (node:http its WebSocket, node:crypto its WebCrypto).
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * yargs asks for the working directory when it is loaded, which throws where that was removed, and does nothing with it
 * when it is bundled: what it looks for from there are files of translations.
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
 * What undici would load and we never use: HTTP/2 is not offered to the API,
 * and where SIMD is missing no Node 24 runs.
 */
const leanUndici: Plugin = {
  name: 'lean-undici',
  setup({ onLoad }) {
    onLoad({ filter: /undici\/lib\/dispatcher\/client-h2\.js$/ }, () => ({
      contents: "module.exports = () => { throw new Error('HTTP/2 is off'); };",
    }));
  },
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outfile: program,
  bundle: true,
  // One file of which V8 runs what a command needs: a chunk for each part costs more to find than it saves.
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  minifyWhitespace: true,
  minifySyntax: true,
  // Names stay: a stack trace from somebody's server should say where it was.
  legalComments: 'linked',
  metafile: true,
  banner: { js: '(function (require) { const exports = {}, module = { exports };' },
  footer: { js: '})' },
  plugins: [plainStringWidth, lazyBuiltins, yargsAnywhere, leanUndici],
  define: {
    'import.meta.url': '"file:///usr/lib/rc-wait/lib/rc-wait.cjs"',
    // undici's experimental parser, which Node's own build of undici leaves out in the same way.
    esbuildDetection: 'true',
  },
  logLevel: 'warning',
});
copyFileSync('scripts/launcher/start.cjs', `${out}/start.cjs`);
copyFileSync(values.node, `${out}/node`);
chmodSync(`${out}/node`, 0o755);
writeFileSync(join(folder, 'rc-wait'), launcher, { mode: 0o755 });
// Which file came from which npm package: what scripts/package makes the licences and the SBOM from. It does not ship.
mkdirSync('.cache', { recursive: true });
writeFileSync('.cache/metafile.json', JSON.stringify(metafile));
// V8 seeds its hashes at random, and the order of tables in the cache goes by them.
const [command = '', ...words] = [...emulator, values.node];
execFileSync(command, [...words, '--hash-seed=1', 'scripts/launcher/compile.cjs', program]);
