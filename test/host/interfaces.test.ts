import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIpv4Prefix } from '../../src/base/ipv4.ts';
import { type OwnInterface, sourceAddress } from '../../src/host/interfaces.ts';

function nic(name: string, ...prefixes: string[]): OwnInterface {
  return { name, addresses: prefixes.map(parseIpv4Prefix).filter((prefix) => prefix !== undefined) };
}

const server = [nic('lo', '127.0.0.1/8'), nic('eth0', '192.0.2.10/24'), nic('eth1', '10.208.5.7/19')];
const exists = (name: string): boolean => ['lo', 'eth0', 'eth1', 'eth2'].includes(name);
const source = (
  wish: { address?: string; interfaceName?: string; byServiceNet?: boolean; serviceNet?: string },
  present = server,
) => sourceAddress({ byServiceNet: true, ...wish }, present, exists);

describe('requests leave', () => {
  it('by the address that was named, whether or not it is there yet', () => {
    expect(source({ address: '198.51.100.1', interfaceName: 'eth1' })).toBe('198.51.100.1');
  });

  it('by the first address of the interface that was named', () => {
    expect(source({ interfaceName: 'eth0' })).toBe('192.0.2.10');
  });

  it('by the one ServiceNet address where none was named', () => {
    expect(source({})).toBe('10.208.5.7');
    expect(source({}, [nic('eth1', '10.191.255.254/12')])).toBe('10.191.255.254');
  });

  it.each([
    ['there is none', [nic('eth0', '192.0.2.10/24'), nic('eth1', '10.192.0.1/16')]],
    ['there are two, and none is of eth1', [nic('eth2', '10.208.5.7/19'), nic('eth3', '10.176.0.9/19')]],
  ])('as the kernel chooses where of ServiceNet addresses %s', (_, present) => {
    expect(source({}, present)).toBeUndefined();
  });

  it('by eth1, the convention, where of ServiceNet addresses there are more', () => {
    const present = [nic('eth0', '10.176.0.9/19'), nic('eth1', '10.208.5.7/19')];
    expect(source({}, present)).toBe('10.208.5.7');
  });

  it('by the interface that the hypervisor calls ServiceNet, whatever its address', () => {
    expect(source({ serviceNet: 'eth0' })).toBe('192.0.2.10');
    expect(source({ serviceNet: 'eth1' }, [nic('eth1', '192.168.3.4/24', '10.208.5.7/19')])).toBe(
      '10.208.5.7',
    );
  });

  it('later, where that has no address yet', () => {
    expect(source({ serviceNet: 'eth2' })).toBe('missing');
  });

  it('by the interface that was named by hand all the same', () => {
    expect(source({ interfaceName: 'eth0', serviceNet: 'eth1' })).toBe('192.0.2.10');
    expect(source({ address: '198.51.100.1', serviceNet: 'eth1' })).toBe('198.51.100.1');
  });

  it('as the kernel chooses where the API is not behind ServiceNet', () => {
    expect(source({ byServiceNet: false })).toBeUndefined();
  });

  it('later, where the interface has no address yet', () => {
    expect(source({ interfaceName: 'eth2' })).toBe('missing');
  });
});

describe('is refused', () => {
  it('a source address that is none', () => {
    expect(() => source({ address: '10.208.5' })).toThrowError(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: 'cannot use --source-address 10.208.5: an IPv4 address is expected, such as 10.208.5.7',
      }),
    );
  });

  it('an interface that this server has not, with those that it has', () => {
    expect(() => source({ interfaceName: 'eth9' })).toThrowError(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: 'cannot use --interface eth9: this server has no such interface',
        hint: 'it has eth0, eth1',
      }),
    );
    expect(() => source({ interfaceName: 'eth9' }, [nic('lo', '127.0.0.1/8')])).toThrowError(
      expect.objectContaining({ hint: 'this server has no interface that is up' }),
    );
  });

  // An unset variable in a script: --interface "$NIC" must not wait for an interface of no name.
  it.each(['', '.', '..', '../eth1', 'eth1/', 'a name', 'sixteen-letters-'])('the name %j', (name) => {
    expect(() => sourceAddress({ interfaceName: name, byServiceNet: true }, server, () => true)).toThrowError(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    );
  });
});

it('is an address of this server, or the one that was named, or none', () => {
  const address = fc.ipV4().map((ip) => `${ip}/19`);
  const nics = fc.array(fc.array(address, { maxLength: 3 }), { maxLength: 4 });
  fc.assert(
    fc.property(nics, fc.boolean(), (lists, byServiceNet) => {
      const present = lists.map((list, index) => nic(`eth${index}`, ...list));
      const own = lists.flat().map((prefix) => prefix.replace('/19', ''));
      const found = sourceAddress({ byServiceNet }, present, exists);
      expect(found === undefined || own.includes(found)).toBe(true);
    }),
  );
});
