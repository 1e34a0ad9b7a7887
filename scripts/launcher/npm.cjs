#!/usr/bin/env node
// The program of the npm package: rc-wait on the Node of whoever calls it. An older Node must be able to read this
// file, to say that it is too old.
const found = process.versions.node;
if (Number(found.split('.')[0]) < 24) {
  process.stderr.write(`rc-wait: cannot run on Node ${found}: Node 24 or newer is needed\n`);
  process.exitCode = 64;
} else {
  require('../lib/start.cjs');
}
