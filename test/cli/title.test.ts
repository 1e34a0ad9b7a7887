import { expect, it } from 'vitest';
import { titleOf } from '../../src/cli/title.ts';

it('the title of the process is the command line, without its secrets', () => {
  const argv = ['wait', '--signal', 'https://h/s3cret', '--timeout', '5m', '--signal-token=s3cret'];
  expect(titleOf(argv)).toBe('rc-wait wait --signal … --timeout 5m --signal-token=…');
  expect(titleOf(['--signal'])).toBe('rc-wait --signal');
  expect(titleOf(['--signal=s3cret', '--signals', 'x'])).toBe('rc-wait --signal=… --signals x');
  expect(titleOf([])).toBe('rc-wait');
});
