import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { netplan } from '../../../../src/network/stacks/netplan/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';
import { defaultsBy, othersBy } from './old.ts';

const target = { gateway: parseIpv4('10.208.233.7'), interfaceName: 'eth1' } as GatewayTarget;
const own = '/etc/netplan/90-rc-wait.yaml';

const route = (n: number) => `{to: 10.${n}.0.0/16, via: 10.208.224.1}`;
const way = '{to: 0.0.0.0/0, via: 203.0.113.1}';
const gatewayInterface = '{to: 0.0.0.0/0, via: 10.208.233.7}';

/** A file that gives eth1 a list of routes. */
function list(name: string, ...routes: string[]): NetworkFile {
  const text = `network:\n  version: 2\n  ethernets:\n    eth1:\n      addresses: [10.208.227.239/19]\n      routes:\n${routes
    .map((one) => `      - ${one}\n`)
    .join('')}`;
  return {
    path: `/etc/netplan/${name}.yaml`,
    text: routes.length > 0 ? text : text.replace(/ +routes:\n/, ''),
  };
}

/** The files after the edit, which is made a second time, and undone, on the way. */
function edited(files: readonly NetworkFile[]): NetworkFile[] {
  const after = made(files, netplan.edit(files, target));
  expect(netplan.edit(after, target)).toEqual([]);
  for (const { path, text } of files)
    expect(undo(after.find((one) => one.path === path)?.text ?? '')).toBe(text);
  return after;
}

const cloudInit: NetworkFile = {
  path: '/etc/netplan/50-cloud-init.yaml',
  text: `network:
  version: 2
  ethernets:
    eth0:
      addresses: [203.0.113.72/24]
      gateway4: 203.0.113.1
      nameservers: {addresses: [69.20.0.164]}
    eth1:
      addresses: [10.208.227.239/19]
      routes:
      - {to: 10.0.0.0/8, via: 10.208.224.1}
`,
};

describe('each netplan brings the gateway into use, and no route that it brought before is lost', () => {
  it.each([
    ['no route', [list('50')]],
    ['one route, as cloud-init writes it', [cloudInit]],
    ['two routes', [list('50', route(1), route(2))]],
    ['three routes', [list('50', route(1), route(2), route(3))]],
    ['one route, in two files', [list('50', route(1)), list('60', route(2))]],
    ['one route and two, in two files', [list('50', route(1)), list('60', route(2), route(3))]],
    ['one route in a file that is read after ours', [list('50'), list('95', route(1))]],
    [
      'three routes after ours, two before',
      [list('50', route(1), route(2)), list('95', route(3), route(4), route(5))],
    ],
    ['a default route beside another', [list('50', way, route(1))]],
    [
      'a default route, and as many routes in the next file as are left',
      [list('50', way, route(1)), list('60', route(2))],
    ],
    ['the same, the default route last', [list('50', route(1), way), list('60', route(2))]],
    [
      'the same, with two files',
      [list('50', way, route(1), route(2)), list('60', route(3), route(4)), list('70', route(5))],
    ],
    [
      'default routes alone between others',
      [list('50', route(1)), list('60', way, way), list('70', route(2))],
    ],
    [
      'the gateway in a list that the old one leaves out',
      [list('50', route(1)), list('60', gatewayInterface)],
    ],
    ['the gateway in a list that it takes', [list('50', route(1)), list('60', gatewayInterface, route(2))]],
    [
      'the gateway in two lists, of which it leaves one out',
      [list('50', route(1)), list('60', gatewayInterface), list('70', gatewayInterface, route(3))],
    ],
  ])('%s', (_, files) => {
    const after = edited(files);
    for (const parser of ['old', 'new'] as const) {
      expect(defaultsBy(parser, after), parser).toEqual(['eth1 0.0.0.0/0 10.208.233.7']);
      expect(othersBy(parser, after), parser).toEqual(expect.arrayContaining(othersBy(parser, files)));
    }
    expect(othersBy('new', after)).toEqual(othersBy('new', files));
  });
});

it('the routes of a public interface stay in use when its default route goes', () => {
  const on = (file: NetworkFile) => ({ ...file, text: file.text.replace('eth1:', 'eth0:') });
  const files = [cloudInit, on(list('60', way, route(1))), on(list('70', route(2)))];
  const after = edited(files);
  for (const parser of ['old', 'new'] as const) {
    expect(defaultsBy(parser, after)).toEqual(['eth1 0.0.0.0/0 10.208.233.7']);
    expect(othersBy(parser, after)).toEqual(othersBy(parser, files));
  }
});

it('where the lists of routes might stop it, the gateway is a key of its own; else it is an item', () => {
  const ownOf = (...files: NetworkFile[]) =>
    netplan.edit(files, target).find(({ path }) => path === own)?.after;
  expect(ownOf(cloudInit)).toContain('    eth1:\n      gateway4: 10.208.233.7\n');
  expect(ownOf(list('50', route(1), route(2)))).toContain('      routes:\n        - to: 0.0.0.0/0\n');
});

it('a list that would be left out for want of the line that goes keeps its length', () => {
  const files = [list('50', way, route(1)), list('60', route(2))];
  expect(edited(files)[0]?.text).toContain(
    `# rc-wait was:       - ${way}\n      - { to: 10.1.0.0/16, via: 10.208.224.1 }\n      - ${route(1)}\n`,
  );
  const flow = {
    path: '/etc/netplan/50.yaml',
    text: `network: {ethernets: {eth1: {routes: [${way}, ${route(1)}]}}}\n`,
  };
  expect(edited([flow, list('60', route(2))])[0]?.text).toContain(
    `\nnetwork: {ethernets: {eth1: {routes: [{ to: 10.1.0.0/16, via: 10.208.224.1 }, ${route(1)}]}}}\n`,
  );
});
