// At build time: writes V8's code cache for a program beside it, of each part by itself.
// node --hash-seed=1 compile.cjs FOLDER
const { readFileSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

const folder = resolve(process.argv[2]);
const path = join(folder, 'rc-wait.cjs');
const program = readFileSync(path);
const bounds = JSON.parse(program.latin1Slice(2, 64));
const texts = bounds.slice(1).map((end, part) => program.subarray(bounds[part], end));

// What start.cjs compiles, by its text. The file name is the installed one, so that the build folder does not show.
const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(text) {
    super(text, { filename: '/usr/lib/rc-wait/lib/rc-wait.cjs' });
    scripts.set(text, this);
  }
};

// The cache holds the functions that this run calls, which every command calls too: to read all of them back would cost
// more than to compile the few that a command needs besides. `status --version` reads a command line and asks nothing
// outside the process, so that each build calls the same ones. Two habits of V8 depend on the time that a run takes, and
// show in the bytes: it forgets old functions when it collects garbage, and it compiles busy ones to machine code.
const timeDependent = ['flush-bytecode', 'sparkplug', 'maglev', 'turbofan'];
for (const flag of timeDependent) setFlagsFromString(`--no-${flag}`);
process.argv.splice(1, Number.POSITIVE_INFINITY, path, 'status', '--version');
process.on('exit', (status) => {
  // An exit handler has no other way to fail the build.
  if (status !== 0) return;
  readRest();
  // Not those of the last part: each of its chunks is for few commands.
  const names = program.latin1Slice().matchAll(/^(?:\(\{)?"((\d+)\/[\w-]+)"\(require,/gm);
  for (const [, name, part] of names) if (Number(part) < texts.length - 1) load(name);
  // V8 accepts a cache only from a run with its own flags, so restore the defaults.
  for (const flag of timeDependent) setFlagsFromString(`--${flag}`);
  setFlagsFromString('--hash-seed=0');
  writeFileSync(
    `${path}.cache`,
    sealed(texts.map((text) => scripts.get(text.latin1Slice()).createCachedData())),
  );
});
const { load, readRest } = require(join(folder, 'start.cjs'));

/** The caches behind a header, as start.cjs reads it. */
function sealed(caches) {
  const header = Buffer.alloc(caches.length * 12);
  let at = header.length;
  for (const [part, cache] of caches.entries()) {
    header.writeUInt32LE(at, part * 12);
    at += cache.length;
    header.writeUInt32LE(at, part * 12 + 4);
    header.writeUInt32LE(crc32(cache, crc32(texts[part])), part * 12 + 8);
  }
  return Buffer.concat([header, ...caches]);
}
