import { expect, it } from 'vitest';
import { routeByPppd } from '../../../src/network/survey/ppp.ts';

const route = (command: string, files: Readonly<Record<string, string>>) =>
  routeByPppd(command, async (path) => files[path]);
const peer = '/etc/ppp/peers/dsl';

it.each([
  ['defaultroute\n', 'adds'],
  ['defaultroute replacedefaultroute\n', 'replaces'],
  ['replacedefaultroute\n', 'leaves'],
  ['# defaultroute\nnoauth\n', 'leaves'],
  ['defaultroute\nnodefaultroute\n', 'leaves'],
  ['defaultroute\nreplacedefaultroute\nnoreplacedefaultroute # no\n', 'adds'],
])('the peer says what becomes of the default route: %j', async (text, expected) => {
  expect(await route('pon dsl', { [peer]: text })).toBe(expected);
  expect(await route('/usr/sbin/pppd updetach call dsl', { [peer]: text })).toBe(expected);
});

it('options of all links, files that the peer names and the command line count too', async () => {
  expect(await route('pon dsl', { [peer]: '', '/etc/ppp/options': 'defaultroute\n' })).toBe('adds');
  const named = { [peer]: 'file /etc/ppp/own\ncall more\n', '/etc/ppp/own': 'defaultroute\n' };
  expect(await route('pon dsl', { ...named, '/etc/ppp/peers/more': 'replacedefaultroute' })).toBe('replaces');
  expect(await route('pppd call dsl nodefaultroute', { [peer]: 'defaultroute\n' })).toBe('leaves');
});

it('without a file of a peer nothing is known', async () => {
  expect(await route('pon', { '/etc/ppp/peers/provider': 'defaultroute' })).toBe('adds');
  expect(await route('pon dsl', {})).toBeUndefined();
  expect(await route('pppd /dev/ttyS0', { [peer]: '' })).toBeUndefined();
  expect(await route('pon $NAME', { [peer]: '' })).toBeUndefined();
  expect(await route('dhclient eth0', {})).toBeUndefined();
});
