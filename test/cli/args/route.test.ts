import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Route, route } from '../../../src/cli/args/route.ts';
import { commands, defaultCommand } from '../../../src/cli/commands/index.ts';

const routed = (...argv: string[]): Route => route(argv, commands, defaultCommand);
const told = (where: Route): readonly [string, readonly string[]] | string =>
  where.kind === 'command' ? [where.command.name, where.flags] : `overview of ${where.group ?? 'all'}`;

describe('a command line means', () => {
  it.each<[string[], ReturnType<typeof told>]>([
    [[], ['wait', []]],
    [['wait'], ['wait', []]],
    [
      ['--timeout', '5m'],
      ['wait', ['--timeout', '5m']],
    ],
    [
      ['--timeout', 'status'],
      ['wait', ['--timeout', 'status']],
    ],
    [
      ['--quiet', 'status'],
      ['status', ['--quiet']],
    ],
    [
      ['--region', 'dfw', 'status', '--quiet'],
      ['status', ['--region', 'dfw', '--quiet']],
    ],
    [
      ['--region=status', 'gateway'],
      ['gateway', ['--region=status']],
    ],
    [
      ['network', 'plan', '--root', '/mnt'],
      ['network plan', ['--root', '/mnt']],
    ],
    [
      ['network', '--root', '/mnt', 'apply'],
      ['network apply', ['--root', '/mnt']],
    ],
    [
      ['status', '--help'],
      ['status', ['--help']],
    ],
    [
      ['--version', 'status'],
      ['status', ['--version']],
    ],
    [['--help'], 'overview of all'],
    [['-h'], 'overview of all'],
    [['--version'], 'overview of all'],
    [['network', '--help'], 'overview of network'],
  ])('%j', (argv, expected) => {
    expect(told(routed(...argv))).toEqual(expected);
  });

  it('the same command wherever its flags stand, and all of them', () => {
    const flags = fc.subarray([
      ['--quiet'],
      ['--region', 'dfw'],
      ['--output', 'json'],
      ['--interface', 'wait'],
    ]);
    const command = fc.constantFrom(...commands);
    fc.assert(
      fc.property(command, flags, flags, ({ name }, before, after) => {
        const where = routed(...before.flat(), ...name.split(' '), ...after.flat());
        expect(told(where)).toEqual([name, [...before.flat(), ...after.flat()]]);
      }),
    );
  });
});

describe('a command that takes operands', () => {
  it('gets them, wherever its flags stand, and what follows --', () => {
    const where = routed('endpoints', '--region', 'ord', '--probe', 'image', '--', '--odd');
    expect(where).toMatchObject({
      flags: ['--region', 'ord', '--probe', '--'],
      operands: ['image', '--odd'],
    });
  });

  it('is not given the value of a flag that does not exist', () => {
    expect(() => routed('endpoints', '--regin', 'ord')).toThrowError(
      'cannot use --regin: there is no such flag',
    );
  });
});

describe('is refused', () => {
  it.each([
    [['frob'], 'cannot run "frob": there is no such command'],
    [['status', 'gateway'], 'cannot use the argument "gateway": status takes flags only'],
    [['--tmeout', '5m'], 'cannot use --tmeout: there is no such flag'],
    [['wait', '--log-levl', 'info'], 'cannot use --log-levl: there is no such flag'],
    [['--quiet', 'frob'], 'cannot run "frob": there is no such command'],
    [['--no-quiet', 'frob'], 'cannot run "frob": there is no such command'],
    [['network'], 'cannot run "network" alone: it needs a command'],
    [['network', 'frob'], 'cannot run "network frob": there is no such command'],
  ])('%j', (argv, message) => {
    expect(() => routed(...argv)).toThrowError(expect.objectContaining({ code: 'USAGE', message }));
  });
});
