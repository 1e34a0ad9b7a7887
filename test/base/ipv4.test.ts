import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  type Ipv4Address,
  type Ipv4Prefix,
  ipv4ToNumber,
  parseIpv4,
  parseIpv4Prefix,
  rangeOf,
} from '../../src/base/ipv4.ts';

const address = (text: string): Ipv4Address => {
  const parsed = parseIpv4(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
};
const prefix = (text: string): Ipv4Prefix => {
  const parsed = parseIpv4Prefix(text);
  if (parsed === undefined) throw new Error(`${text} is no prefix`);
  return parsed;
};
const dotted = fc.ipV4().map(address);
const anyPrefix = fc.record({ address: dotted, prefixLength: fc.nat(32) });

describe('an address', () => {
  it('is read with the stray white space of the real API', () => {
    expect(parseIpv4(' 10.176.60.255 \r\n')).toBe('10.176.60.255');
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1/24',
    '010.0.0.1',
    '::1',
    '10.0.0.1 10.0.0.2',
    '1',
    '10.0.0.x',
  ])('%j is none', (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });

  it('is the number of its octets', () => {
    const octet = fc.nat(255);
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, c, d) => {
        const number = ipv4ToNumber(address([a, b, c, d].join('.')));
        expect(number).toBe(a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d);
      }),
    );
  });
});

describe('a prefix', () => {
  it('is read as its address and its length', () => {
    expect(parseIpv4Prefix(' 10.208.5.7/19 ')).toEqual({ address: '10.208.5.7', prefixLength: 19 });
  });

  it.each([
    '10.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/-1',
    '/19',
    '10.0.0.1/19/2',
    '10.0.0.1/1.5',
    '::1/64',
  ])('%j is none', (text) => {
    expect(parseIpv4Prefix(text)).toBeUndefined();
  });

  it.each([
    ['10.208.5.7/19', '10.208.0.0', '10.208.31.255'],
    ['10.0.0.1/32', '10.0.0.1', '10.0.0.1'],
    ['10.0.0.1/31', '10.0.0.0', '10.0.0.1'],
    ['10.0.0.1/0', '0.0.0.0', '255.255.255.255'],
    ['255.255.255.255/24', '255.255.255.0', '255.255.255.255'],
  ])('%s reaches from %s to %s', (text, first, last) => {
    expect(rangeOf(prefix(text))).toEqual({
      first: ipv4ToNumber(address(first)),
      last: ipv4ToNumber(address(last)),
    });
  });

  it('holds .255 of the middle of a wider network, which is a real gateway of Rackspace', () => {
    expect(contains(prefix('10.176.32.7/19'), address('10.176.60.255'))).toBe(true);
    expect(contains(prefix('10.176.32.7/19'), address('10.176.64.0'))).toBe(false);
  });

  it('holds its own address, and 2 to the power of what is left of 32 bits in all', () => {
    fc.assert(
      fc.property(anyPrefix, (one) => {
        const { first, last } = rangeOf(one);
        expect(contains(one, one.address)).toBe(true);
        expect(last - first + 1).toBe(2 ** (32 - one.prefixLength));
        expect(first % (last - first + 1)).toBe(0);
      }),
    );
  });

  it('holds an address exactly when the leading bits agree', () => {
    fc.assert(
      fc.property(anyPrefix, dotted, (one, other) => {
        const bits = (of: Ipv4Address): string =>
          ipv4ToNumber(of).toString(2).padStart(32, '0').slice(0, one.prefixLength);
        expect(contains(one, other)).toBe(bits(one.address) === bits(other));
      }),
    );
  });

  it('can be written and read back', () => {
    fc.assert(
      fc.property(anyPrefix, (one) => {
        expect(parseIpv4Prefix(`${one.address}/${one.prefixLength}`)).toEqual(one);
      }),
    );
  });
});
