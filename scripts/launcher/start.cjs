// What dist/rc-wait runs: the program, with the code that V8 compiled when it was built. Without
// that (another CPU, a file that was lost) V8 compiles it at the start, as ever.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const filename = `${__dirname}/rc-wait.cjs`;
const program = readFileSync(filename);
const script = new Script(program.toString(), { filename, cachedData: codeCache() });
script.runInThisContext()(require);

/**
 * V8 looks at the first bytes of a cache and at the length of the program, and believes the rest: a page of zeros after a
 * power cut would crash it, and a program that an upgrade has just replaced would run the functions of the old one.
 * So the last four bytes are a checksum of both.
 */
function codeCache() {
  try {
    const sealed = readFileSync(`${filename}.cache`);
    const cache = sealed.subarray(0, -4);
    if (sealed.readUInt32LE(cache.length) === crc32(cache, crc32(program))) return cache;
  } catch {}
}
