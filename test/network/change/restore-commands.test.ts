import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineRestore, linkChangeOf } from '../../../src/network/change/restore-commands.ts';
import type { Command } from '../../../src/network/types.ts';

const command = (line: string): Command => ({
  argv: line.split(' ') as [string, ...string[]],
  timeoutMs: 1,
});
const back = (first: readonly string[], second: readonly string[]) =>
  combineRestore(first.map(command), second.map(command)).map(({ argv }) => argv.join(' '));

const [up, down] = ['ip link set dev eth0 up', 'ip link set dev eth0 down'];
const reload = 'nmcli --wait 20 connection reload';
const nmcli = (verb: string, name: string) => `nmcli --wait 50 device ${verb} ${name}`;

describe('the way back of a change and of one that continues it', () => {
  it('brings up an interface that the first took down', () => {
    expect(back([up, 'ifup eth0'], [])).toEqual([up, 'ifup eth0']);
    const whole = [reload, nmcli('connect', 'eth0'), nmcli('reapply', 'eth1')];
    expect(back(whole, [reload, nmcli('reapply', 'eth1')])).toEqual(whole);
  });

  it('brings up one that only the second took down', () => {
    expect(back([], [up, 'ifup eth0'])).toEqual([up, 'ifup eth0']);
    const kept = [reload, nmcli('reapply', 'eth1'), nmcli('reapply', 'eth0')];
    const disabled = [reload, nmcli('connect', 'eth0'), nmcli('reapply', 'eth1')];
    expect(back(kept, disabled)).toEqual([reload, nmcli('reapply', 'eth1'), nmcli('connect', 'eth0')]);
  });

  it('leaves up one that the first took down and the second brought up', () => {
    expect(back([up, 'ifup eth0'], [down])).toEqual([up, 'ifup eth0']);
    const disabled = [reload, nmcli('connect', 'eth0')];
    expect(back(disabled, [reload, nmcli('disconnect', 'eth0')])).toEqual(disabled);
  });

  it('leaves down one that was so before the first', () => {
    const second = [command(up), { ...command('ifup eth0'), unlessAddressed: 'eth0' }];
    const route = command('ip -6 route replace default via fe80::1 dev eth0');
    expect(combineRestore([command(down)], [...second, route])).toEqual([command(down)]);
  });

  it('has each command once, and takes an interface to one state only', () => {
    const lines = fc.uniqueArray(
      fc.oneof(
        fc.constant(reload),
        fc
          .tuple(fc.constantFrom('connect', 'disconnect', 'reapply'), fc.constantFrom('eth0', 'eth1'))
          .map(([verb, name]) => nmcli(verb, name)),
      ),
      {
        // One change never takes the same interface both ways.
        selector: (line) => linkChangeOf(command(line))?.name ?? line,
      },
    );
    fc.assert(
      fc.property(lines, lines, (first, second) => {
        const all = back(first, second);
        const names = all.flatMap((line) => linkChangeOf(command(line))?.name ?? []);
        expect(new Set(all).size).toBe(all.length);
        expect(new Set(names).size).toBe(names.length);
        for (const line of first.filter((one) => linkChangeOf(command(one)))) expect(all).toContain(line);
      }),
    );
  });
});
