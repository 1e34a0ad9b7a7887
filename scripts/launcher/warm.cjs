// At build time in the place of start.cjs: runs the program once, and writes down what V8 compiled for it.
// At the end of the run, so that the functions that it needed are there too.
// node warm.cjs PROGRAM ARGUMENT...
const { readFileSync, writeFileSync } = require('node:fs');
const { resolve } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

// It is run with a fixed --hash-seed, so that two builds write the same bytes. V8 takes a cache only from a run with its
// own flags: so the flag, which has done its work, is put back to what it is when nobody sets it.
setFlagsFromString('--hash-seed=0');

const [path] = process.argv.splice(2, 1).map((given) => resolve(given));
// The name goes into the cache: that of the installed file, so that the folder of the build does not.
const program = readFileSync(path);
const script = new Script(program.toString(), { filename: '/usr/lib/rc-wait/lib/rc-wait.cjs' });
process.on('exit', () => {
  const cache = script.createCachedData();
  const seal = Buffer.alloc(4);
  seal.writeUInt32LE(crc32(cache, crc32(program)));
  writeFileSync(`${path}.cache`, Buffer.concat([cache, seal]));
});
script.runInThisContext()(require);
