// Loaded by `node --import` before rc-wait: writes down what it loads, for lazy.test.ts.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = new Set<string>();

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    loaded.add(resolved.url);
    return resolved;
  },
});

process.on('exit', () => {
  const path = process.env.RCWAIT_TEST_TRACE;
  if (path !== undefined) writeFileSync(path, JSON.stringify([...loaded]));
});
