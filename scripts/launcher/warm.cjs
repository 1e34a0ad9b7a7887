// At build time in the place of start.cjs: runs the program once, and writes down what V8 compiled for it.
// At the end of the run, so that the functions that it needed are there too.
// node warm.cjs PROGRAM ARGUMENT...
const { readFileSync, writeFileSync } = require('node:fs');
const { resolve } = require('node:path');
const { Script } = require('node:vm');

const [filename] = process.argv.splice(2, 1).map((path) => resolve(path));
const script = new Script(readFileSync(filename, 'utf8'), { filename });
process.on('exit', () => writeFileSync(`${filename}.cache`, script.createCachedData()));
script.runInThisContext()(require);
