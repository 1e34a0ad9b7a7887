// At build time: writes V8's code cache for a program beside it.
// node --hash-seed=1 compile.cjs PROGRAM
const { readFileSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const [path] = process.argv.slice(2);
const program = readFileSync(path);

// Compile all functions, not only those that a run needs: which ones it needs varies with the machine's load,
// and each build must give the same bytes. The file name is the installed one, so that the build folder does not show.
setFlagsFromString('--no-lazy');
const script = new Script(program.toString(), { filename: '/usr/lib/rc-wait/lib/rc-wait.cjs' });

// V8 accepts a cache only from a run with its own flags, so restore the defaults.
setFlagsFromString('--lazy');
setFlagsFromString('--hash-seed=0');
const cache = script.createCachedData();
const seal = Buffer.alloc(4);
seal.writeUInt32LE(crc32(cache, crc32(program)));
writeFileSync(`${path}.cache`, Buffer.concat([cache, seal]));
