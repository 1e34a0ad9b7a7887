// rc-wait
// Run by dist/rc-wait, which looks for the line above: the program, with the code that V8 compiled at build time.
// Without that (another CPU, a lost file) V8 compiles it at start.
const { closeSync, fstatSync, openSync, readSync } = require('node:fs');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

// The program is one file of several parts (scripts/launcher/parts.ts), each read when it is needed. The files stay
// open until all are: an upgrade in the middle of a wait replaces them, and parts of two versions would not fit together.
const filename = `${__dirname}/rc-wait.cjs`;
let program;
let caches;
/** Where each part begins, and the last one ends. */
let bounds;

const parts = [];
let isOpen = true;
const modules = new Map();
// What runs for longer is a wait. Its end reads nothing: the disk may be gone by then, or busy with 64 ends at once.
setTimeout(readRest, 1000).unref();
// For compile.cjs.
module.exports = { load, readRest };
try {
  begin();
} catch (error) {
  // Node would end with 1, which means FAILED.
  const why = error.code === undefined ? error.stack : `${error.message}\n         install the package anew`;
  process.stderr.write(`rc-wait: cannot start: ${why}\n`);
  process.exit(70);
}

function begin() {
  program = openSync(filename);
  caches = cacheFile();
  const header = read(program, 0, 64).latin1Slice();
  if (!/^\/\/\[64(,\d+)+\] *\n$/.test(header)) throw damaged();
  bounds = JSON.parse(header.slice(2));
  load('0/main');
}

/** The exports of a chunk; its name begins with the number of its part. */
function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const part = Number.parseInt(name, 10);
  parts[part] ??= compiled(part);
  const module = { exports: {} };
  modules.set(name, module);
  parts[part][name](load, module.exports, module);
  return module.exports;
}

/** Reads the parts that were not needed yet, once. */
function readRest() {
  if (!isOpen) return;
  try {
    for (let part = 0; part < bounds.length - 1; part += 1) parts[part] ??= compiled(part);
  } catch {
    // Whoever needs the part will say why.
    return;
  }
  isOpen = false;
  closeSync(program);
  if (caches !== undefined) closeSync(caches);
}

/** The functions of a part's chunks, by name. */
function compiled(part) {
  const text = read(program, bounds[part], bounds[part + 1]);
  // The program is ASCII (scripts/bundle.ts): decoding it as UTF-8 would look at each byte twice.
  const options = { filename, cachedData: codeCache(part, text) };
  try {
    return new Script(text.latin1Slice(), options).runInThisContext();
  } catch (error) {
    // Its stack would have the line, which is a hundred kilobytes long.
    throw error instanceof SyntaxError ? damaged() : error;
  }
}

/**
 * V8 checks only the first bytes of a cache and the program's length: a page of zeros after a power cut would
 * crash it, and a program just replaced by an upgrade would run the old one's functions. So each cache has a checksum
 * of itself and of its part of the program.
 */
function codeCache(part, text) {
  if (caches === undefined) return;
  try {
    // For each part: where its cache begins and ends, and the checksum.
    const header = read(caches, part * 12, part * 12 + 12);
    const cache = read(caches, header.readUInt32LE(0), header.readUInt32LE(4));
    if (header.readUInt32LE(8) === crc32(cache, crc32(text))) return cache;
  } catch {}
}

function cacheFile() {
  try {
    return openSync(`${filename}.cache`);
  } catch {}
}

/** src/app/failure.ts knows it by its code. */
function damaged() {
  return Object.assign(new Error(`${filename} is damaged`), { code: 'PROGRAM_DAMAGED' });
}

/** The bytes of a file from one place to another. */
function read(file, from, to) {
  if (!(from < to && to <= fstatSync(file).size)) throw damaged();
  const bytes = Buffer.allocUnsafeSlow(to - from);
  for (let at = 0; at < bytes.length; ) {
    const got = readSync(file, bytes, at, bytes.length - at, from + at);
    if (got === 0) throw damaged();
    at += got;
  }
  return bytes;
}
