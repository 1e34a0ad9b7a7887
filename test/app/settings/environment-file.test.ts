import { describe, expect, it } from 'vitest';
import { parseEnvironmentFile } from '../../../src/app/settings/environment-file.ts';

describe("a file of systemd's EnvironmentFile=", () => {
  it.each<[string, string, Record<string, string>]>([
    ['plain', 'RC_WAIT_REGION=ord\nRC_WAIT_NETWORK=off\n', { RC_WAIT_REGION: 'ord', RC_WAIT_NETWORK: 'off' }],
    ['without a last newline', 'A=1', { A: '1' }],
    ['the last of two', 'A=1\nA=2\n', { A: '2' }],
    ['empty', 'A=\nB=\n', { A: '', B: '' }],
    ['comments', '# A=1\n  ; B=2\nC=3 # no comment\n', { C: '3 # no comment' }],
    ['a comment that ends with a backslash (v254)', '# A \\\nB=2\n', { B: '2' }],
    ['blanks around', '  A  =  1 2  \r\nB=\t3\t\n', { A: '1 2', B: '3' }],
    ['quotes', `A='1 "2" '\nB="3 '4' "\nC='a' "b"c\n`, { A: '1 "2" ', B: "3 '4' ", C: 'abc' }],
    ['quotes after a bare character', `A=x"y" 'z'\n`, { A: `x"y" 'z'` }],
    [
      'backslashes',
      'A=a\\ \\b\\\\\nB="\\$\\"\\`\\\\\\x"\nC=\'\\n\'\n',
      { A: 'a b\\', B: '$"`\\\\x', C: '\\n' },
    ],
    ['a value over lines', 'A=a\\\nb\nB="c\\\nd\ne"\n', { A: 'ab', B: 'cd\ne' }],
    ['nothing is expanded', 'A=$HOME\n', { A: '$HOME' }],
    ['names that cannot be', 'export A=1\n2B=1\n=3\nfoo\nC=1\n', { C: '1' }],
    ['values that cannot be', 'A=\ufffd\nB=a\u0007\nC=1\n', { C: '1' }],
    ['an open quote', 'A="1\nB=2\n', { A: '1\nB=2\n' }],
    ['a backslash at the end', 'A=1\\', { A: '1' }],
  ])('%s', (_what, text, variables) => {
    expect(Object.fromEntries(parseEnvironmentFile(text))).toEqual(variables);
  });
});
