import { describe, expect, it } from 'vitest';
import { isForOneOnly, judgeMatch, soleMatch } from '../../../../src/network/stacks/networkd/match.ts';
import { readIni, systemdDialect } from '../../../../src/network/stacks/text/ini.ts';

const target = { interfaceName: 'eth1', macAddress: 'bc:76:4e:20:6c:5b' };

function match(lines: string) {
  return readIni({ path: '/x', text: `[Match]\n${lines}` }, systemdDialect).sections;
}

describe('a [Match] section', () => {
  it.each([
    ['Name=eth1', 'yes'],
    ['Name=eth*', 'yes'],
    ['Name=en* eth?', 'yes'],
    ['Name=eth0', 'no'],
    ['Name=!eth1', 'no'],
    ['Name=!eth0', 'yes'],
    ['Name=!eth0 eth2', 'yes'],
    ['Name=!eth0 eth1', 'no'],
    ['Name=eth*\nName=!eth1', 'no'],
    ['Name=!lo\nName=en*', 'no'],
    ['Name=eth0\nName=eth1', 'yes'],
    ['Name=eth1\nName=\nName=eth0', 'no'],
    ['Name=eth[!0]', 'yes'],
    ['MACAddress=BC:76:4E:20:6C:5B', 'yes'],
    ['MACAddress=bc-76-4e-20-6c-5b', 'yes'],
    ['MACAddress=bc76.4e20.6c5b', 'yes'],
    ['MACAddress=00:00:00:00:00:01 bc:76:4e:20:6c:5b', 'yes'],
    ['MACAddress=00:00:00:00:00:01', 'no'],
    ['MACAddress=bc:76:4e:20:6c:5b\nName=eth0', 'no'],
    ['Name=eth*\nDriver=virtio_net', 'maybe'],
    ['Name=eth0\nDriver=virtio_net', 'no'],
    ['Type=ether', 'maybe'],
    ['PermanentMACAddress=bc:76:4e:20:6c:5b', 'maybe'],
    ['Type=wlan\nWLANInterfaceType=ad-hoc', 'no'],
    ['', 'no'],
    ['Name=', 'no'],
  ])('%j stands for the interface: %s', (lines, expected) => {
    expect(judgeMatch(match(lines), target)).toBe(expected);
  });

  it('by a MAC address may stand for an interface whose own is not known', () => {
    expect(judgeMatch(match('MACAddress=00:00:00:00:00:01'), { interfaceName: 'eth1' })).toBe('maybe');
  });

  it.each([
    ['Name=eth1', true],
    ['Name=eth*', false],
    ['Name=eth1 eth2', false],
    ['Name=!eth1', false],
    ['Type=ether', false],
    ['Name=eth*\nMACAddress=bc:76:4e:20:6c:5b', true],
    ['Path=pci-0000:00:03.0', true],
  ])('%j is for one interface only: %s', (lines, expected) => {
    expect(isForOneOnly(match(lines))).toBe(expected);
  });

  it('has its one word, where it has one', () => {
    expect(soleMatch(match('Name=a\nName=\nName=b'), 'Name')).toBe('b');
    expect(soleMatch(match('Name=a'), 'Path')).toBeUndefined();
  });
});
