import { describe, expect, it } from 'vitest';
import { effectsOf, namesRoutes } from '../../../../../src/network/stacks/text/script/doings.ts';

describe('what a script does', () => {
  it('is told with the variables that it sets once, and the line', () => {
    const text = `#!/bin/sh\nGW=203.0.113.1 # the router\nNET="10.0.0.0/8"\nip route add $NET via $GW\nip route add default via \${GW}\n`;
    expect(effectsOf(text)).toEqual({
      adds: [
        {
          via: '203.0.113.1',
          device: undefined,
          line: 5,
          isConditional: false,
          words: 'ip route add default via 203.0.113.1',
        },
      ],
      unclear: [],
      takes: [],
      bringers: [],
      runs: [],
    });
  });

  it.each([
    'GW=$(cat /etc/gw)\nip route add default via $GW',
    'GW=203.0.113.1\nGW=203.0.113.2\nip route add default via $GW',
  ])('%j cannot be told', (text) => {
    expect(effectsOf(text)).toMatchObject({ adds: [], unclear: [{}], takes: [] });
  });

  it.each(['ip route del default', 'ip route flush table main'])('%j takes routes away', (text) => {
    expect(effectsOf(text)).toMatchObject({
      adds: [],
      unclear: [],
      takes: [{ device: { kind: 'all' }, via: { kind: 'all' }, isMaybe: false }],
    });
  });

  it('names what it runs', () => {
    const text =
      '. /etc/a.sh\nsh /etc/b.sh x\nsh -x\n/etc/c.sh\nenv X=1 d\n$E\nip link; echo a; cd /; [ -f /x ]';
    expect(effectsOf(text).runs.map(({ candidates, how }) => [candidates[0], how])).toEqual([
      ['/etc/a.sh', 'shell'],
      ['/etc/b.sh', 'shell'],
      ['/etc/c.sh', 'executed'],
      ['/usr/local/sbin/d', 'executed'],
      [undefined, 'executed'],
    ]);
  });

  it.each([
    ['dhclient -v eth0', true],
    ['dhclient -r eth0', false],
    ['nmcli -t con show', false],
    ['nmcli con up eth0', true],
    ['networkctl reconfigure eth0', true],
    ['networkctl status', false],
    ['wg-quick up wg0', true],
    ['wg-quick down wg0', false],
    ['pon dsl', true],
  ])('"%s" may bring a route: %s', (line, isBringing) => {
    expect(effectsOf(line).bringers.length > 0).toBe(isBringing);
  });

  it('is not certain behind a condition or an exit', () => {
    const text = 'ip route del default\n[ -f /x ] || exit 0\nip route del default';
    expect(effectsOf(text).takes.map(({ line, isConditional }) => [line, isConditional])).toEqual([
      [1, false],
      [3, true],
    ]);
  });
});

it('a text names commands for routes, or it does not', () => {
  expect(namesRoutes('# ip route add\necho 1')).toBe(false);
  expect(namesRoutes('x=1; ip -4 route show')).toBe(true);
});
