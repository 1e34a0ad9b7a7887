import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regionOfNameServers } from '../../../src/host/parse/resolv-conf.ts';

describe("the region of Rackspace's name servers", () => {
  // "Change DNS settings on Linux", Rackspace's documentation.
  it.each([
    ['dfw', '72.3.128.240', '72.3.128.241'],
    ['hkg', '120.136.32.62', '120.136.32.63'],
    ['iad', '69.20.0.164', '69.20.0.196'],
    ['lon', '83.138.151.80', '83.138.151.81'],
    ['ord', '173.203.4.8', '173.203.4.9'],
    ['syd', '119.9.60.62', '119.9.60.63'],
  ])('is %s', (region, first, second) => {
    const text = `# by hand\nsearch example.com\nnameserver ${second}\nnameserver\t${first} # the first\n`;
    expect(regionOfNameServers(text)).toEqual({ kind: 'known', value: region });
    expect(regionOfNameServers(`nameserver ${first}`)).toEqual({ kind: 'known', value: region });
  });

  it('is known where others are listed beside them', () => {
    expect(regionOfNameServers('nameserver 127.0.0.53\nnameserver 69.20.0.164\n')).toMatchObject({
      value: 'iad',
    });
  });

  it.each([
    '',
    'nameserver 127.0.0.53\noptions edns0 trust-ad\n',
    'nameserver 8.8.8.8\n',
    '#nameserver 69.20.0.164\n',
    'nameserver 69.20.0.1640\n',
    'nameserver 2001:4800:d::1\n',
  ])('is not in %j', (text) => {
    expect(regionOfNameServers(text).kind).toBe('absent');
  });

  it('is no answer where they are of two regions', () => {
    expect(regionOfNameServers('nameserver 69.20.0.164\nnameserver 72.3.128.240\n')).toEqual({
      kind: 'unknown',
      why: 'it lists name servers of iad and dfw',
    });
  });

  it('does not depend on the order of the lines', () => {
    const line = fc.constantFrom(
      'nameserver 173.203.4.8',
      'nameserver 9.9.9.9',
      'search x',
      '',
      'nameserver 173.203.4.9',
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const both = [lines, lines.toReversed()].map((some) => regionOfNameServers(some.join('\n')));
        expect(both[0]).toEqual(both[1]);
      }),
    );
  });
});
