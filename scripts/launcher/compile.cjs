// At build time: writes V8's code cache for a program beside it.
// node --hash-seed=1 compile.cjs PROGRAM
const { readFileSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const [path] = process.argv.slice(2);
const program = readFileSync(path);
// The file name is the installed one, so that the build folder does not show.
const script = new Script(program.latin1Slice(), { filename: '/usr/lib/rc-wait/lib/rc-wait.cjs' });

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
  // V8 accepts a cache only from a run with its own flags, so restore the defaults.
  for (const flag of timeDependent) setFlagsFromString(`--${flag}`);
  setFlagsFromString('--hash-seed=0');
  const cache = script.createCachedData();
  const seal = Buffer.alloc(4);
  seal.writeUInt32LE(crc32(cache, crc32(program)));
  writeFileSync(`${path}.cache`, Buffer.concat([cache, seal]));
});
script.runInThisContext()(require);
