import { describe, expect, it } from 'vitest';
import { durationFlag, fromEnvironment, oneOf, variableOf } from '../../../src/cli/args/flags.ts';
import { commands } from '../../../src/cli/commands/index.ts';

const flags = {
  region: { string: true },
  'state-dir': { string: true },
  quiet: { boolean: true },
  output: { choices: ['human', 'json'] },
  timeout: durationFlag('timeout', 'How long', '60m'),
} as const;

it.each([
  ['state-dir', 'RC_WAIT_STATE_DIR'],
  ['quiet', 'RC_WAIT_QUIET'],
])('the variable of --%s is %s', (flag, variable) => {
  expect(variableOf(flag)).toBe(variable);
});

describe('the environment', () => {
  it('gives the flags that it has, under their names', () => {
    const env = {
      RC_WAIT_STATE_DIR: '/tmp/x',
      RC_WAIT_OUTPUT: 'json',
      RC_WAIT_TIMEOUT: '90s',
      RC_WAIT_OTHER: '1',
    };
    expect(fromEnvironment({ name: 'wait', flags }, env)).toEqual({
      'state-dir': '/tmp/x',
      output: 'json',
      timeout: '90s',
    });
  });

  it('that keeps `wait` off the network does not hinder `network plan`', () => {
    const stack = { network: { choices: ['auto', 'netplan'] } };
    expect(fromEnvironment({ name: 'network plan', flags: stack }, { RC_WAIT_NETWORK: 'off' })).toEqual({});
    expect(() => fromEnvironment({ name: 'network plan', flags: stack }, { RC_WAIT_NETWORK: 'on' })).toThrow(
      'cannot use RC_WAIT_NETWORK=on',
    );
  });

  it('gives nothing by an empty variable', () => {
    expect(
      fromEnvironment(
        { name: 'wait', flags },
        { RC_WAIT_REGION: '', RC_WAIT_QUIET: '', RC_WAIT_TIMEOUT: '' },
      ),
    ).toEqual({});
  });

  it('gives a command its own variable of a flag that means something else elsewhere', () => {
    const command = { name: 'remote', flags: { quiet: { boolean: true } }, ownVariables: ['quiet'] } as const;
    expect(fromEnvironment(command, { RC_WAIT_QUIET: 'auto' })).toEqual({});
    expect(fromEnvironment(command, { RC_WAIT_REMOTE_QUIET: 'yes' })).toEqual({ quiet: true });
  });

  it.each(
    Object.entries(
      Object.groupBy(
        commands.flatMap((command) =>
          Object.entries(command.flags).map(([flag, options]) => ({
            variable: variableOf(flag, command),
            options,
          })),
        ),
        ({ variable }) => variable,
      ),
    ),
  )('has %s for one kind of value, whatever the command', (_variable, uses = []) => {
    expect(new Set(uses.map(({ options }) => options.boolean === true)).size).toBe(1);
  });

  it.each([
    ['1', true],
    ['true', true],
    ['Yes', true],
    [' on ', true],
    ['0', false],
    ['FALSE', false],
    ['no', false],
    ['off', false],
  ])('turns a switch with %j to %s', (text, value) => {
    expect(fromEnvironment({ name: 'wait', flags }, { RC_WAIT_QUIET: text })).toEqual({ quiet: value });
  });

  it.each([
    [{ RC_WAIT_QUIET: 'maybe' }, 'cannot use RC_WAIT_QUIET=maybe: true or false is expected'],
    [{ RC_WAIT_QUIET: 'constructor' }, 'cannot use RC_WAIT_QUIET=constructor: true or false is expected'],
    [{ RC_WAIT_OUTPUT: 'xml' }, 'cannot use RC_WAIT_OUTPUT=xml: human or json is expected'],
    [
      { RC_WAIT_TIMEOUT: '90' },
      'cannot use RC_WAIT_TIMEOUT=90: a duration such as 90s, 15m, 1h or infinity is expected',
    ],
  ])('is refused by the name of the variable: %o', (env, message) => {
    expect(() => fromEnvironment({ name: 'wait', flags }, env)).toThrowError(
      expect.objectContaining({ code: 'USAGE', message }),
    );
  });
});

describe('a flag for a duration', () => {
  const { coerce } = durationFlag('timeout', 'How long', '60m');

  it('is read in ms', () => {
    expect(coerce('1h30m')).toBe(5_400_000);
  });

  it('is refused without a unit', () => {
    expect(() => coerce('90')).toThrowError(
      expect.objectContaining({
        code: 'USAGE',
        message: 'cannot use --timeout 90: a duration such as 90s, 15m, 1h or infinity is expected',
      }),
    );
  });
});

it.each([
  [['plan'], 'plan'],
  [['plan', 'apply'], 'plan or apply'],
  [['auto', 'off', 'netplan'], 'auto, off or netplan'],
  [[], ''],
])('%j is listed as %j', (choices, text) => {
  expect(oneOf(choices)).toBe(text);
});
