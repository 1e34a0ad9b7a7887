import { describe, expect, it } from 'vitest';
import { bindNegatives } from '../../../src/cli/args/no-flags.ts';
import { rcWait } from '../harness.ts';

describe('a flag whose name begins with "no-"', () => {
  const flags = { 'no-rackconnect-after': { string: true }, quiet: { boolean: true } } as const;

  it.each([
    [
      ['--no-rackconnect-after', '10m', 'web'],
      ['--no-rackconnect-after=10m', 'web'],
    ],
    [['--no-rackconnect-after=10m'], ['--no-rackconnect-after=10m']],
    [
      ['web', '--no-rackconnect-after'],
      ['web', '--no-rackconnect-after='],
    ],
    [
      ['--no-quiet', 'web'],
      ['--no-quiet', 'web'],
    ],
    [
      ['no-rackconnect-after', '10m'],
      ['no-rackconnect-after', '10m'],
    ],
  ])('%j is read as %j', (argv, bound) => {
    expect(bindNegatives(argv, flags)).toEqual(bound);
  });

  it.each([['--no-rackconnect-after'], ['--no-rackconnect-after', 'soon']])(
    '%s %s is refused by its own name',
    async (...args) => {
      const { exit, err } = await rcWait(['remote', '--all', ...args.filter((one) => one !== undefined)]);
      expect(exit).toBe(64);
      expect(err).toMatch(/^rc-wait: cannot use --no-rackconnect-after (?:soon)?: a duration such as 90s/);
    },
  );
});
