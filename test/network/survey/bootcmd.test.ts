import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bootcmdCommands } from '../../../src/network/survey/bootcmd.ts';

it('a list reaches sh word by word, whatever is in it', () => {
  const word = fc.string().filter((text) => !text.includes('\r'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const text = `bootcmd: ${JSON.stringify([['echo', ...words]])}`;
      const quoted = words.map((one) => `'${one.split("'").join("'\\''")}'`);
      expect(bootcmdCommands(text)).toEqual([{ line: 1, command: ["'echo'", ...quoted].join(' ') }]);
    }),
  );
});

it('any text at all has commands, or none', () => {
  const line = fc.constantFrom(
    'bootcmd:',
    '- x',
    '  - [a, b]',
    '- &a y',
    '- *a',
    '- |',
    '{',
    ']',
    '\t',
    'b: c',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      for (const one of bootcmdCommands(`bootcmd:\n${lines.join('\n')}`)) expect(one.line).toBeGreaterThan(0);
    }),
  );
});
