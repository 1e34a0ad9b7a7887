import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { forPresentLinks, isPresent, lostByDown, refuseLower } from '../../../src/network/plan/link-down.ts';
import type { Command, GatewayTarget } from '../../../src/network/types.ts';
import type { Finished } from '../../../src/system/tool.ts';
import { scratch } from '../scratch.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'bond0.401' } as GatewayTarget;
const up = (name: string): Command => ({ argv: ['ip', 'link', 'set', 'dev', name, 'up'], timeoutMs: 1 });

/** A kernel that answers as ip(8) does; `undefined`: it does not. */
function kernel(answers: Readonly<Record<string, string | undefined>>) {
  return async ({ argv }: Command): Promise<Finished> => {
    const output = answers[argv.slice(1).join(' ')];
    return output === undefined
      ? { ok: false, how: 'exit status 1', output: 'Cannot find device' }
      : { ok: true, how: 'exit status 0', output };
  };
}

const asked = {
  '-6 -oneline address show dev eth0 scope global permanent': [
    '2: eth0    inet6 2001:db8::7/64 scope global \\       valid_lft forever preferred_lft forever',
    '2: eth0    inet6 2001:db8::8/64 scope global \\       valid_lft forever preferred_lft forever',
  ].join('\n'),
  '-4 -oneline route show table main': [
    'default via 192.0.2.1 dev eth0',
    '192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10',
    '198.51.100.0/24 via 192.0.2.3 dev eth0 linkdown ',
    '10.208.0.0/12 via 10.208.0.1 dev eth1',
  ].join('\n'),
  '-6 -oneline route show table main': [
    '2001:db8::/64 dev eth0 proto kernel metric 256 pref medium',
    'default via fe80::1 dev eth0 proto ra metric 1024 expires 1700sec',
    'default via 2001:db8::1 dev eth0 proto static metric 2048 pref medium',
  ].join('\n'),
};

describe('what a link loses when it goes down', () => {
  it('comes back with it: addresses of IPv6 first, then its routes', async () => {
    const back = await lostByDown(['eth0'], [up('eth0')], kernel(asked));
    expect(back.map(({ argv }) => argv.join(' '))).toEqual([
      'ip -6 address replace 2001:db8::7/64 dev eth0',
      'ip -6 address replace 2001:db8::8/64 dev eth0',
      'ip -4 route replace 198.51.100.0/24 via 192.0.2.3 dev eth0',
      'ip -6 route replace default via 2001:db8::1 dev eth0 proto static metric 2048 pref medium',
    ]);
  });

  it('is left to the daemon where one brings it back', async () => {
    const apply: Command = { argv: ['netplan', 'apply'], timeoutMs: 1 };
    expect(await lostByDown(['eth0'], [apply, up('eth1')], kernel(asked))).toEqual([]);
  });

  it('is nothing where ip(8) does not tell', async () => {
    expect(await lostByDown(['eth0'], [up('eth0')], kernel({}))).toEqual([]);
  });
});

describe('an interface that is to go down', () => {
  const sysfs = () => scratch({ '/bond0.401/lower_bond0/ifindex': '2', '/eth0/ifindex': '3' });

  it('is refused where the interface of the gateway stands on it', async () => {
    await expect(refuseLower(target, ['eth0', 'bond0'], sysfs())).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: 'cannot disable bond0: bond0.401, which carries the gateway, depends on it',
      hint: 'leave it up with --public-interface keep',
    });
  });

  it('goes down where it is another', async () => {
    await expect(refuseLower(target, ['eth0', 'bond0.101'], sysfs())).resolves.toBeUndefined();
  });
});

it('a link that this server does not have is not set up or down', () => {
  const down: Command = { argv: ['ip', 'link', 'set', 'dev', 'eth7', 'down'], timeoutMs: 1 };
  const apply: Command = { argv: ['netplan', 'apply'], timeoutMs: 1 };
  expect(forPresentLinks([up('lo'), down, apply], isPresent)).toEqual([up('lo'), apply]);
});

it('nor is a device that this server does not have connected or disconnected', () => {
  const device = (verb: string, name: string): Command => ({
    argv: ['nmcli', '--wait', '50', 'device', verb, name],
    timeoutMs: 1,
  });
  const tool: Command = { argv: ['ifup', 'eth7'], timeoutMs: 1, unlessAddressed: 'eth7' };
  expect(forPresentLinks([tool], isPresent)).toEqual([]);
  const there = [device('connect', 'lo'), device('disconnect', 'lo'), device('reapply', 'eth7')];
  expect(
    forPresentLinks([...there, device('connect', 'eth7'), device('disconnect', 'eth7')], isPresent),
  ).toEqual(there);
});
