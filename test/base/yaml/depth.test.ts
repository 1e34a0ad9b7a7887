import { describe, expect, it } from 'vitest';
import { depthFault } from '../../../src/base/yaml/depth.ts';

const tooDeep = 'it is nested more than 100 levels deep';

describe('YAML that would overflow the stack is not parsed', () => {
  it.each<[string, (depth: number) => string]>([
    ['sequences in brackets', (depth) => '['.repeat(depth) + ']'.repeat(depth)],
    ['mappings in braces', (depth) => '{a: '.repeat(depth) + '}'.repeat(depth)],
    ['unclosed ones', (depth) => '['.repeat(depth)],
    ['sequences on a line', (depth) => `${'- '.repeat(depth)}a`],
    ['keys of keys', (depth) => `${'? '.repeat(depth)}a`],
    [
      'indented mappings',
      (depth) => Array.from({ length: depth }, (_, at) => `${' '.repeat(at)}a:\n`).join(''),
    ],
  ])('%s', (_, nested) => {
    expect(depthFault(nested(2_000))).toBe(tooDeep);
    expect(depthFault(nested(50))).toBeUndefined();
  });

  it('what is long and not deep is parsed', () => {
    expect(depthFault('- [a, {b: c}]\n'.repeat(500))).toBeUndefined();
    expect(depthFault(`a: "${'['.repeat(500)}"\n# ${'{'.repeat(500)}\n`)).toBeUndefined();
  });
});
