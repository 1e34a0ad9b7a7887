// Run by dist/rc-wait: the program, with the code that V8 compiled at build time. Without that (another CPU, a
// lost file) V8 compiles it at start.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const filename = `${__dirname}/rc-wait.cjs`;
const program = readFileSync(filename);
// The program is ASCII (scripts/bundle.ts): decoding it as UTF-8 would look at each byte twice.
const script = new Script(program.latin1Slice(), { filename, cachedData: codeCache() });
script.runInThisContext()(require);

/**
 * V8 checks only the first bytes of a cache and the program's length: a page of zeros after a power cut would
 * crash it, and a program just replaced by an upgrade would run the old one's functions. So the last four bytes
 * are a checksum of both files.
 */
function codeCache() {
  try {
    const sealed = readFileSync(`${filename}.cache`);
    const cache = sealed.subarray(0, -4);
    if (sealed.readUInt32LE(cache.length) === crc32(cache, crc32(program))) return cache;
  } catch {}
}
