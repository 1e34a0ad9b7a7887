#!/usr/bin/env node
// The program of the npm package: rc-wait on the Node of whoever calls it. An older Node must be able to read this
// file, to say that it is too old.
const found = process.versions.node;
if (Number(found.split('.')[0]) < 24) {
  process.stderr.write(`rc-wait: cannot run on Node ${found}: Node 24 or newer is needed\n`);
  process.exitCode = 64;
} else {
  let started;
  try {
    started = require('../lib/start.cjs').load;
  } catch (error) {
    process.stderr.write(`rc-wait: ${error.message}\n`);
  }
  // Missing, or emptied by a power cut: Node would end with 1, which means FAILED, or with 0.
  if (started === undefined) {
    process.stderr.write(
      'rc-wait: cannot start: lib/start.cjs is damaged\n         install the package anew\n',
    );
    process.exitCode = 70;
  }
}
