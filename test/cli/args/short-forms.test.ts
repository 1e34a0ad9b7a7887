import { expect, it } from 'vitest';
import { withoutShortForms } from '../../../src/cli/args/short-forms.ts';

it.each([
  ['help', '--help'],
  ['help status', 'status --help'],
  ['help network apply', 'network apply --help'],
  ['version', '--version'],
  ['-V', '--version'],
  ['status -q -o json', 'status --quiet --output json'],
  ['--quiet help', '--quiet help'],
  ['wait -- -q help', 'wait -- -q help'],
  ['status -h -x', 'status -h -x'],
  // What every object of JavaScript has.
  ['constructor __proto__', 'constructor __proto__'],
])('rc-wait %s means rc-wait %s', (typed, meant) => {
  expect(withoutShortForms(typed.split(' '))).toEqual(meant.split(' '));
});

it('rc-wait alone means itself', () => {
  expect(withoutShortForms([])).toEqual([]);
});
