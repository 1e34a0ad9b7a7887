// What dist/rc-wait runs: the program, with the code that V8 compiled when it was built. Without
// that (another CPU, a file that was lost) V8 compiles it at the start, as ever.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const filename = `${__dirname}/rc-wait.cjs`;
let cachedData;
try {
  cachedData = readFileSync(`${filename}.cache`);
} catch {}
new Script(readFileSync(filename, 'utf8'), { filename, cachedData }).runInThisContext()(require);
