// At build time: writes down what V8 compiles for a program, beside it.
// node --hash-seed=1 compile.cjs PROGRAM
const { readFileSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const [path] = process.argv.slice(2);
const program = readFileSync(path);

// All functions, and not those that a run happens to need: which those are differs with the load of the machine, and
// each build must give the same bytes. Nor does the folder of the build get in: the name is that of the installed file.
setFlagsFromString('--no-lazy');
const script = new Script(program.toString(), { filename: '/usr/lib/rc-wait/lib/rc-wait.cjs' });

// V8 takes a cache only from a run with its own flags: so they are put back to what they are when nobody sets them.
setFlagsFromString('--lazy');
setFlagsFromString('--hash-seed=0');
const cache = script.createCachedData();
const seal = Buffer.alloc(4);
seal.writeUInt32LE(crc32(cache, crc32(program)));
writeFileSync(`${path}.cache`, Buffer.concat([cache, seal]));
