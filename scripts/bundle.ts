import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

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

/** The program that dist/rc-wait is: it runs on the Node beside it, whatever Node the server has, or none. */
const launcher = `#!/bin/sh
# rc-wait, on its own Node. NODE_OPTIONS is another program's: it could load code into a process that runs as root.
unset NODE_OPTIONS
self=$(readlink -f -- "$0") || exit 70
# The young objects of V8 grow to 48 MB otherwise before it looks which of them are still in use (three semi-spaces of 16 MB).
exec "\${self%/*}/lib/node" --max-semi-space-size=4 "\${self%/*}/lib/start.cjs" "$@"
`;

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
  plugins: [plainStringWidth, lazyBuiltins, leanUndici],
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
