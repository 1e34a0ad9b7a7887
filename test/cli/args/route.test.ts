import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Route, route, wantsText } from '../../../src/cli/args/route.ts';
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

describe('a command after --', () => {
  const wait = (flags: readonly string[], operands: readonly string[]) => ({
    command: { name: 'wait' },
    flags,
    operands,
  });

  it.each<[string[], unknown]>([
    [['wait', '--', 'reboot'], wait([], ['reboot'])],
    [['--', 'status'], wait([], ['status'])],
    [
      ['--timeout', '45m', '--', 'make', '--quiet', '-o'],
      wait(['--timeout', '45m'], ['make', '--quiet', '-o']),
    ],
    [['wait', '--quiet', '--', 'env', '--', 'x'], wait(['--quiet'], ['env', '--', 'x'])],
    [['wait', '--', 'ls', '--help'], wait([], ['ls', '--help'])],
  ])('is run by a wait, and none of its words is a flag of rc-wait: %j', (argv, expected) => {
    expect(routed(...argv)).toMatchObject(expected as object);
    expect(wantsText(argv)).toBe(false);
  });

  it('stays what it was to commands that run none', () => {
    expect(routed('endpoints', '--', '--help')).toMatchObject({ operands: ['--help'] });
    expect(told(routed('wait', '--help', '--'))).toEqual(['wait', ['--help']]);
  });
});

describe('is refused', () => {
  it.each([
    [['wait', '--'], 'cannot run what follows --: a command is expected there'],
    [['wait', '--', ''], 'cannot run what follows --: a command is expected there'],
    [['status', '--', 'reboot'], 'cannot use the argument "reboot": status takes flags only'],
    [['--quiet', 'status', '--', 'reboot'], 'cannot use the argument "reboot": status takes flags only'],
    [['wait', 'reboot'], 'cannot use the argument "reboot": wait takes flags only'],
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
