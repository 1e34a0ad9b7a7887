import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  type Ipv4Address,
  type Ipv4Prefix,
  parseIpv4,
  parseIpv4Prefix,
  rangeOf,
} from '../../../src/base/ipv4.ts';
import { interfaceForGateway, mayStillFit } from '../../../src/network/plan/gateway-interface.ts';
import type { HostInterface } from '../../../src/network/types.ts';

function address(text: string): Ipv4Address {
  const parsed = parseIpv4(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

function host(name: string, ...prefixes: string[]): HostInterface {
  return { name, addresses: prefixes.map(parseIpv4Prefix).filter((prefix) => prefix !== undefined) };
}

const server = [host('eth0', '203.0.113.7/24'), host('eth1', '10.208.5.7/19')];

describe('a gateway that can be used', () => {
  it.each([
    ['10.208.0.1', 'eth1'],
    ['203.0.113.1', 'eth0'],
  ])('%s is on the link of %s', (gateway, name) => {
    expect(interfaceForGateway(address(gateway), server).name).toBe(name);
  });

  it('may end in .255 inside a wider prefix, as a real one of Rackspace does', () => {
    const eth1 = host('eth1', '10.176.33.4/19');
    expect(interfaceForGateway(address('10.176.60.255'), [eth1])).toBe(eth1);
  });

  it('is the other end of a /31', () => {
    const eth1 = host('eth1', '10.0.0.4/31');
    expect(interfaceForGateway(address('10.0.0.5'), [eth1])).toBe(eth1);
  });

  it('is found on the interface named by hand where two prefixes hold it', () => {
    const both = [host('eth0', '10.208.5.8/19'), host('eth1', '10.208.5.7/19')];
    expect(interfaceForGateway(address('10.208.0.1'), both, 'eth1').name).toBe('eth1');
  });

  it('may end one prefix of an interface when it lies inside another', () => {
    const eth1 = host('eth1', '10.0.0.1/30', '10.0.0.9/24');
    expect(interfaceForGateway(address('10.0.0.3'), [eth1])).toBe(eth1);
  });
});

describe('a gateway that cannot be used is refused', () => {
  it.each(['0.1.2.3', '127.0.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'])(
    '%s is not unicast',
    (gateway) => {
      expect(() => interfaceForGateway(address(gateway), [host('eth1', '0.0.0.1/0')])).toThrowError(
        expect.objectContaining({
          code: 'GATEWAY_INVALID',
          message: expect.stringContaining('not a unicast address'),
        }),
      );
    },
  );

  it.each([
    ['192.0.2.1', 'it lies in no prefix of this server (eth0 has 203.0.113.7/24, eth1 has 10.208.5.7/19)'],
    ['10.208.5.7', 'it is an address of eth1 itself'],
    ['10.208.0.0', 'it is the network or the broadcast address of eth1 (10.208.5.7/19)'],
    ['10.208.31.255', 'it is the network or the broadcast address of eth1 (10.208.5.7/19)'],
  ])('%s: %s', (gateway, reason) => {
    expect(() => interfaceForGateway(address(gateway), server)).toThrowError(
      expect.objectContaining({
        code: 'GATEWAY_INVALID',
        message: `cannot use the gateway ${gateway}: ${reason}`,
      }),
    );
  });

  it('names the way out when two interfaces could reach it', () => {
    const both = [host('eth0', '10.208.5.8/19'), host('eth1', '10.208.5.7/19')];
    expect(() => interfaceForGateway(address('10.208.0.1'), both)).toThrowError(
      expect.objectContaining({ code: 'GATEWAY_INVALID', hint: 'choose one with --interface' }),
    );
  });

  it('on a /32, which has no room for a neighbour', () => {
    expect(() => interfaceForGateway(address('10.0.0.4'), [host('eth1', '10.0.0.4/32')])).toThrowError(
      /address of eth1 itself/,
    );
  });

  it('on the interface named by hand, when only another one holds it', () => {
    expect(() => interfaceForGateway(address('203.0.113.1'), server, 'eth1')).toThrowError(
      /it lies in no prefix of eth1 \(eth1 has 10\.208\.5\.7\/19\)/,
    );
  });

  it('when no address is known at all', () => {
    expect(() => interfaceForGateway(address('10.0.0.1'), [])).toThrowError(/no IPv4 address is known/);
  });

  it('on an interface that does not exist, which is a mistake in the configuration', () => {
    expect(() => interfaceForGateway(address('10.208.0.1'), server, 'eth7')).toThrowError(
      expect.objectContaining({ code: 'CONFIGURATION', hint: 'interfaces with an IPv4 address: eth0, eth1' }),
    );
    expect(() => interfaceForGateway(address('10.208.0.1'), [], 'eth7')).toThrowError(
      expect.objectContaining({ hint: 'interfaces with an IPv4 address: none' }),
    );
  });
});

it('whatever is accepted is inside the prefix and is none of its reserved addresses (10,000 cases)', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const prefix = fc
    .tuple(fc.integer({ min: 1, max: 223 }), octet, octet, octet, fc.integer({ min: 8, max: 32 }))
    .map(([a, b, c, d, length]) => parseIpv4Prefix(`${a}.${b}.${c}.${d}/${length}`) as Ipv4Prefix);
  fc.assert(
    fc.property(prefix, fc.nat(), fc.boolean(), (own, offset, inside) => {
      const { first, last } = rangeOf(own);
      const number = inside ? first + (offset % (last - first + 1)) : (offset * 7919) % 2 ** 32;
      const gateway = address([24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.'));
      let accepted = true;
      try {
        interfaceForGateway(gateway, [{ name: 'eth1', addresses: [own] }]);
      } catch {
        accepted = false;
      }
      const firstOctet = Math.floor(number / 2 ** 24);
      const reserved = own.prefixLength < 31 && (number === first || number === last);
      const unicast = firstOctet !== 0 && firstOctet !== 127 && firstOctet < 224;
      expect(accepted).toBe(contains(own, gateway) && gateway !== own.address && !reserved && unicast);
    }),
    { numRuns: 10_000 },
  );
});

describe('a gateway that fits no interface', () => {
  it('may still fit where no prefix holds it so far, and only then', () => {
    expect(mayStillFit(address('10.208.64.1'), server)).toBe(true);
    expect(mayStillFit(address('10.208.0.1'), [])).toBe(true);
    expect(mayStillFit(address('10.208.0.1'), server, 'eth2')).toBe(true);
    expect(mayStillFit(address('10.208.0.1'), server, 'eth0')).toBe(true);
    // Held by a prefix: what is wrong with it is wrong for good.
    for (const held of ['10.208.0.1', '10.208.5.7', '10.208.31.255'])
      expect(mayStillFit(address(held), server)).toBe(false);
    for (const never of ['0.1.2.3', '127.0.0.9', '224.0.0.1', '255.255.255.255'])
      expect(mayStillFit(address(never), [])).toBe(false);
  });
});
