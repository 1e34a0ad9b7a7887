import { expect, it } from 'vitest';
import { variableOf } from '../../../src/cli/args/flags.ts';
import { unknownVariables } from '../../../src/cli/args/variables.ts';
import { commands } from '../../../src/cli/commands/index.ts';

it('every flag of every command is a known variable, and so is what hooks and the commands of remote get', () => {
  const env = Object.fromEntries([
    ...commands.flatMap((command) =>
      Object.keys(command.flags).map((flag) => [variableOf(flag, command), '1']),
    ),
    ...['OUTCOME', 'EXIT_STATUS', 'GATEWAY_IP', 'MESSAGE', 'SERVER_IP', 'SERVER_SERVICENET_IP'].map(
      (name) => [`RC_WAIT_${name}`, '1'],
    ),
    ['PATH', '/bin'],
    ['RCWAIT_RUN', '1'],
  ]);
  expect(Object.keys(env).length).toBeGreaterThan(40);
  expect(unknownVariables(env, commands)).toEqual([]);
});

it.each([
  ['RC_WAIT_NETWROK', 'RC_WAIT_NETWORK'],
  ['RC_WAIT_TIME_OUT', 'RC_WAIT_TIMEOUT'],
  ['RC_WAIT_network', 'RC_WAIT_NETWORK'],
  ['RC_WAIT_API', undefined],
  ['RC_WAIT_', undefined],
])('%s is unknown, and %s was meant', (name, meant) => {
  expect(unknownVariables({ [name]: 'off' }, commands)).toEqual([{ name, meant }]);
});
