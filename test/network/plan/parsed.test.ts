import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { faultIn } from '../../../src/network/plan/parsed.ts';
import type { GatewayTarget, ParsedRoute } from '../../../src/network/types.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const gateway: ParsedRoute = { on: 'eth1', to: '0.0.0.0/0', via: '10.208.0.1' };
const old: ParsedRoute = { on: 'eth0', to: '0.0.0.0/0', via: '203.0.113.1' };
const serviceNet: ParsedRoute = { on: 'eth1', to: '10.176.0.0/12', via: '10.208.0.1' };

describe('what a tool makes of the new files', () => {
  it('is as wished with one default route through the gateway and all other routes still there', () => {
    expect(faultIn(target, [serviceNet, gateway], [old, serviceNet])).toBeUndefined();
    expect(faultIn(target, [gateway], undefined)).toBeUndefined();
    expect(faultIn(target, [gateway, gateway], [])).toBeUndefined();
  });

  it.each([
    ['no default route', [serviceNet], 'makes no IPv4 default route of the new files'],
    ['the old one', [old], 'makes the IPv4 default route via 203.0.113.1 on eth0 of the new files'],
    [
      'two',
      [old, gateway],
      'makes the IPv4 default routes via 203.0.113.1 on eth0 and via 10.208.0.1 on eth1 of the new files',
    ],
    [
      'the gateway on two interfaces',
      [gateway, { ...gateway, on: 'eth2' }],
      'makes the IPv4 default routes via 10.208.0.1 on eth1 and via 10.208.0.1 on eth2 of the new files',
    ],
    [
      'one for the device alone',
      [{ on: '', to: '0.0.0.0/0', via: undefined }],
      'makes the IPv4 default route without a gateway of the new files',
    ],
    [
      'a route less',
      [gateway],
      'leaves out of the new files what it makes of the old ones: the route to 10.176.0.0/12 via 10.208.0.1 on eth1',
    ],
  ])('is not with %s', (_, after, says) => {
    expect(faultIn(target, after, [old, serviceNet])).toBe(says);
  });
});
