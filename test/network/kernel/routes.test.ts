import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import {
  addition,
  isGatewayRoute,
  isSameWay,
  mustRun,
  parseDefaultRoutes,
  readDefaultRoutes,
  removal,
} from '../../../src/network/kernel/routes.ts';
import type { Command, GatewayTarget } from '../../../src/network/types.ts';

const shown = `default via 203.0.113.1 dev eth0 proto dhcp src 203.0.113.7 metric 100 
default via 10.208.0.1 dev eth1 onlink linkdown 
unreachable default metric 4278198272
default metric 50 \\\tnexthop via 192.0.2.1 dev eth2 weight 1 \\\tnexthop via 192.0.2.2 dev eth2 weight 1 
10.208.0.0/19 dev eth1 proto kernel scope link src 10.208.5.7
`;

it('default routes are read with the one in use first', () => {
  expect(parseDefaultRoutes(shown).map(({ via, device, metric }) => ({ via, device, metric }))).toEqual([
    { via: '10.208.0.1', device: 'eth1', metric: 0 },
    { via: undefined, device: undefined, metric: 50 },
    { via: '203.0.113.1', device: 'eth0', metric: 100 },
  ]);
  expect(parseDefaultRoutes('default dev ppp0 scope link\n')[0]).toMatchObject({
    via: undefined,
    device: 'ppp0',
  });
});

it('what brings an interface up runs only where that has no address, and ip(8) says so', async () => {
  const tool: Command = { argv: ['ifup', 'eth0'], timeoutMs: 1, unlessAddressed: 'eth0' };
  const saying =
    (output: string, ok = true) =>
    async () => ({ ok, how: '', output });
  const addressed = '2: eth0    inet 203.0.113.7/24 brd 203.0.113.255 scope global eth0\n';
  expect(await mustRun(tool, saying(''))).toBe(true);
  expect(await mustRun(tool, saying(addressed))).toBe(false);
  expect(await mustRun(tool, saying('Device "eth0" does not exist.', false))).toBe(false);
  expect(await mustRun({ argv: ['true'], timeoutMs: 1 }, saying(addressed))).toBe(true);
});

it('a route is given back to ip(8) word for word, less the state of its link', () => {
  const [first] = parseDefaultRoutes(shown);
  if (first === undefined) throw new Error('no route was read');
  const words = ['default', 'via', '10.208.0.1', 'dev', 'eth1', 'onlink'];
  expect(removal(first).argv).toEqual(['ip', '-4', 'route', 'del', ...words]);
  expect(addition(first).argv).toEqual(['ip', '-4', 'route', 'replace', ...words]);
});

it('two routes lead the same way whatever their source address, and not with another metric', () => {
  const [first, second, third] = parseDefaultRoutes(shown);
  const renewed = parseDefaultRoutes(shown.replace('203.0.113.7', '203.0.113.99'))[2];
  if (!first || !second || !third || !renewed) throw new Error('routes were not read');
  expect(isSameWay(third, renewed)).toBe(true);
  expect(isSameWay(third, { ...third, metric: 1 })).toBe(false);
  expect(isSameWay(first, second)).toBe(false);
});

it.each([
  ['on one line', ' \\\t'],
  ['on several lines', '\n\t'],
])('a route with several next hops is none of them, %s', (_, between) => {
  const hops = ['nexthop via 10.208.0.1 dev eth1 weight 1', 'nexthop via 203.0.113.1 dev eth0 weight 1'];
  const text = (all: readonly string[]) => `${['default proto static', ...all].join(between)} \n`;
  const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
  const [route, ...others] = parseDefaultRoutes(`${text(hops)}10.208.0.0/19 dev eth1\n`);
  const [swapped] = parseDefaultRoutes(text(hops.toReversed()));
  if (!route || !swapped) throw new Error('routes were not read');
  expect(others).toEqual([]);
  expect(isGatewayRoute(route, target)).toBe(false);
  expect(addition(route).argv.slice(4).join(' ')).toBe(`default proto static ${hops.join(' ')}`);
  expect(isSameWay(route, { ...route })).toBe(true);
  expect(isSameWay(route, swapped)).toBe(false);
});

it('an ip(8) that fails is not read as "no route"', async () => {
  expect(
    await readDefaultRoutes(async () => ({ ok: false, how: 'exit status 1', output: '' })),
  ).toBeUndefined();
  expect(await readDefaultRoutes(async () => ({ ok: true, how: '', output: '' }))).toEqual([]);
});
