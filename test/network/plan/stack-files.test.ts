import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeBytes } from '../../../src/base/bytes.ts';
import {
  askDaemon,
  isInstalled,
  mergeInterfaces,
  readStackFiles,
  runningInterfaces,
} from '../../../src/network/plan/stack-files.ts';
import { ifcfg } from '../../../src/network/stacks/ifcfg/index.ts';
import { ifupdown } from '../../../src/network/stacks/ifupdown/index.ts';
import { netplan } from '../../../src/network/stacks/netplan/index.ts';
import { networkd } from '../../../src/network/stacks/networkd/index.ts';
import { networkmanager } from '../../../src/network/stacks/networkmanager/index.ts';
import type { Stack } from '../../../src/network/stacks/stack.ts';
import { wicked } from '../../../src/network/stacks/wicked/index.ts';
import type { Run } from '../../../src/system/tool.ts';
import { interfacesHere } from '../../support/interfaces.ts';
import { scratch } from '../scratch.ts';

const interfaces = interfacesHere();

async function paths(stack: Stack, root: string): Promise<string[]> {
  return (await readStackFiles(stack, root)).map(({ path }) => path);
}

describe('the files of a stack', () => {
  it('are found by its globs below the root, hidden ones and folders left out', async () => {
    const root = scratch({
      '/etc/netplan/b.yaml': 'b',
      '/etc/netplan/a.yaml': 'a',
      '/etc/netplan/.c.yaml': '',
      '/etc/netplan/d.yaml.bak': '',
      '/run/netplan/e.yaml': '',
    });
    mkdirSync(join(root, '/etc/netplan/folder.yaml'));
    expect(await paths(netplan, root)).toEqual([
      '/etc/netplan/a.yaml',
      '/etc/netplan/b.yaml',
      '/run/netplan/e.yaml',
    ]);
  });

  it('are followed through what they source, once each', async () => {
    const root = scratch({
      '/etc/network/interfaces': 'source interfaces.d/*\nsource /etc/network/interfaces\n',
      '/etc/network/interfaces.d/eth0': 'source-directory /etc/more\n',
      '/etc/more/eth1': 'auto eth1\n',
    });
    expect(await paths(ifupdown, root)).toEqual([
      '/etc/network/interfaces',
      '/etc/network/interfaces.d/eth0',
      '/etc/more/eth1',
    ]);
  });

  it('are none where there is nothing', async () => {
    expect(await paths(netplan, scratch())).toEqual([]);
    expect(await paths(netplan, scratch({ '/etc/netplan': 'a file' }))).toEqual([]);
  });

  it('are empty where a link to /dev/null hides another, below any root', async () => {
    const root = scratch({ '/etc/netplan/b.yaml': 'b' });
    symlinkSync('/dev/null', join(root, '/etc/netplan/a.yaml'));
    expect(await readStackFiles(netplan, root)).toEqual([
      { path: '/etc/netplan/a.yaml', text: '' },
      { path: '/etc/netplan/b.yaml', text: 'b' },
    ]);
  });

  it.each(['../../../../dev/null', '/srv/null'])('also by a link to %s', async (target) => {
    const root = scratch({ '/etc/netplan/b.yaml': 'b', '/srv/x': '' });
    symlinkSync('/dev/null', join(root, '/srv/null'));
    symlinkSync(target, join(root, '/etc/netplan/a.yaml'));
    expect((await readStackFiles(netplan, root))[0]).toEqual({ path: '/etc/netplan/a.yaml', text: '' });
  });

  it.each<[string, string, string]>([
    ['a file', '/etc/netplan/a.yaml', '/srv/a.yaml'],
    ['a file, up and up', '/etc/netplan/a.yaml', '../../../../../../srv/a.yaml'],
    ['their folder', '/etc/netplan', '/srv'],
    ['their folder, relative', '/etc/netplan', '../srv'],
    ['a folder above', '/etc', '/old/etc'],
  ])('are read where a link of %s leads inside the root', async (_, path, target) => {
    const root = scratch({ '/srv/a.yaml': 'inside', '/old/etc/netplan/a.yaml': 'inside' });
    mkdirSync(join(root, path, '..'), { recursive: true });
    symlinkSync(target, join(root, path));
    expect(await readStackFiles(netplan, root)).toEqual([{ path: '/etc/netplan/a.yaml', text: 'inside' }]);
  });

  it('are not those of this machine, where a link leads to a path that only this machine has', async () => {
    const outside = scratch({ 'a.yaml': 'outside' });
    const root = scratch({ '/etc/x': '' });
    symlinkSync(outside, join(root, '/etc/netplan'));
    expect(await readStackFiles(netplan, root)).toEqual([]);
  });

  it('keep every byte: line ends, a byte order mark, and what is not ASCII', async () => {
    const text = '\ufeff# \u00e9\r\nnetwork: {}';
    const [file] = await readStackFiles(netplan, scratch({ '/etc/netplan/a.yaml': text }));
    expect(file?.text).toBe(text);
  });
});

describe('what stands in the way of one stack is nothing to another', () => {
  it('a file in place of a folder: it has no such files', async () => {
    // /etc/sysconfig/network is a file of RHEL's scripts, and a folder of wicked's.
    const root = scratch({ '/etc/sysconfig/network': 'NETWORKING=yes\n', '/etc/dhcp': '' });
    expect(await paths(wicked, root)).toEqual([]);
    expect(await paths(ifcfg, root)).toEqual(['/etc/sysconfig/network']);
    expect(await paths(ifupdown, root)).toEqual([]);
  });

  it('a folder in place of a file, and a link to nowhere: there is no such file', async () => {
    const folder = '/etc/systemd/network';
    const root = scratch({ '/etc/sysconfig/network/ifcfg-eth1': '', [`${folder}/a.network`]: '' });
    symlinkSync('nowhere', join(root, folder, 'b.network'));
    symlinkSync('a.network/x', join(root, folder, 'c.network'));
    expect(await paths(ifcfg, root)).toEqual([]);
    expect(await paths(networkd, root)).toEqual([`${folder}/a.network`]);
  });

  it('what is passed over for its name is not even opened', async () => {
    const folder = '/etc/NetworkManager/system-connections';
    const huge = 'x'.repeat(1024 * 1024 + 1);
    const root = scratch({
      [`${folder}/eth1.nmconnection`]: '',
      [`${folder}/ca.DER`]: huge,
      [`${folder}/eth1~`]: huge,
      '/etc/sysconfig/network-scripts/ifcfg-eth1.bak': huge,
      '/etc/sysconfig/network/ifcfg-eth1.rpmsave': huge,
    });
    expect(await paths(networkmanager, root)).toEqual([`${folder}/eth1.nmconnection`]);
    expect(await paths(ifcfg, root)).toEqual([]);
    expect(await paths(wicked, root)).toEqual([]);
  });

  it('bytes that are not UTF-8 are read, and come back', async () => {
    const root = scratch({ '/etc/network/interfaces': '' });
    const bytes = Buffer.from('# B\xfcro\n', 'latin1');
    writeFileSync(join(root, '/etc/network/interfaces'), bytes);
    const [file] = await readStackFiles(ifupdown, root);
    expect(encodeBytes(file?.text ?? '').equals(bytes)).toBe(true);
  });
});

describe('a file that cannot be read is never taken for one that is not there', () => {
  it('not when it is far too large', async () => {
    const root = scratch({ '/etc/netplan/a.yaml': 'x'.repeat(1024 * 1024 + 1) });
    await expect(readStackFiles(netplan, root)).rejects.toThrow(/it has 1048577 bytes/);
  });

  it('not when a link of netplan leads nowhere: netplan gives up then, and no file of it counts', async () => {
    const outside = scratch({ 'a.yaml': '' });
    const root = scratch({ '/etc/netplan/b.yaml': '' });
    symlinkSync(join(outside, 'a.yaml'), join(root, '/etc/netplan/a.yaml'));
    await expect(readStackFiles(netplan, root)).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: `cannot read /etc/netplan/a.yaml: it is a symbolic link to ${outside}/a.yaml, which does not exist`,
    });
    const other = scratch({ '/etc/netplan/b.yaml': '' });
    symlinkSync('b.yaml/x', join(other, '/etc/netplan/a.yaml'));
    await expect(readStackFiles(netplan, other)).rejects.toThrow(/it is a symbolic link to b\.yaml\/x/);
  });

  it('not when a link leads in a circle', async () => {
    const root = scratch({ '/etc/x': '' });
    symlinkSync('netplan', join(root, '/etc/netplan'));
    await expect(readStackFiles(netplan, root)).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: 'cannot read /etc/netplan: too many symbolic links',
    });
  });

  it('not when there are more than any server has', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 501 }, (_, index) => [`/etc/netplan/${index}.yaml`, '']),
    );
    await expect(readStackFiles(netplan, scratch(files))).rejects.toThrow(/there are more than 500/);
  });
});

describe('the interfaces of the running system', () => {
  it('are those with an IPv4 address, labels joined, loopback left out', () => {
    const info = { internal: false, mac: 'BC:76:4E:20:6C:5B', netmask: '' };
    interfaces.mockReturnValue({
      lo: [{ ...info, internal: true, family: 'IPv4', address: '127.0.0.1', cidr: '127.0.0.1/8' }],
      eth1: [
        { ...info, family: 'IPv4', address: '10.208.5.7', cidr: '10.208.5.7/19' },
        { ...info, family: 'IPv6', address: 'fe80::1', cidr: 'fe80::1/64', scopeid: 2 },
      ],
      'eth1:0': [{ ...info, family: 'IPv4', address: '192.0.2.7', cidr: '192.0.2.7/24' }],
      eth2: [{ ...info, family: 'IPv4', address: '192.0.2.8', cidr: null }],
      eth3: undefined,
    });
    expect(runningInterfaces()).toEqual([
      {
        name: 'eth1',
        macAddress: 'bc:76:4e:20:6c:5b',
        addresses: [
          { address: '10.208.5.7', prefixLength: 19 },
          { address: '192.0.2.7', prefixLength: 24 },
        ],
      },
    ]);
  });

  it('of the same name become one', () => {
    expect(
      mergeInterfaces([
        { name: 'a', addresses: [] },
        { name: 'a', addresses: [], macAddress: 'x' },
        { name: 'b', addresses: [] },
      ]),
    ).toEqual([
      { name: 'a', addresses: [], macAddress: 'x' },
      { name: 'b', addresses: [] },
    ]);
  });
});

describe("a stack's daemon", () => {
  const stack: Stack = {
    ...ifupdown,
    daemon: {
      unit: 'x.service',
      question: {
        command: { argv: ['xctl'], timeoutMs: 1 },
        understand: (output) => new Map([['eth1', output]]),
      },
    },
  };
  const answers =
    (isActive: boolean, ok = true): Run =>
    async ({ argv }) =>
      argv[0] === 'xctl'
        ? { ok, how: '', output: '/etc/x' }
        : { ok: argv.join(' ') === 'systemctl is-active --quiet x.service' && isActive, how: '', output: '' };

  it('is asked what it manages while it runs, and not woken where it does not', async () => {
    expect(await askDaemon(stack, answers(true))).toEqual(new Map([['eth1', '/etc/x']]));
    expect(await askDaemon(stack, answers(false))).toEqual(new Map());
  });

  it('is asked as an older release understands it, where it does not know an option', async () => {
    const asked: string[] = [];
    const run: Run = async ({ argv }) => {
      asked.push(argv.join(' '));
      return { ok: argv[1] !== '--new', how: '', output: '/etc/x' };
    };
    const question = {
      command: { argv: ['xctl', '--new'], timeoutMs: 1 },
      olderCommand: { argv: ['xctl'], timeoutMs: 1 },
      understand: (output: string) => new Map([['eth1', output]]),
    } as const;
    const older = { ...stack, daemon: { unit: 'x.service', question } };
    expect(await askDaemon(older, run)).toEqual(new Map([['eth1', '/etc/x']]));
    expect(asked.slice(1)).toEqual(['xctl --new', 'xctl']);
  });

  it('whose answer was cut tells nothing, and may say much before that', async () => {
    const limits: (number | undefined)[] = [];
    const run: Run = async ({ argv, longestOutput }) => {
      if (argv[0] === 'xctl') limits.push(longestOutput);
      return { ok: true, how: '', output: '/etc/x', isCut: argv[0] === 'xctl' };
    };
    expect(await askDaemon(stack, run)).toBeUndefined();
    expect(limits[0]).toBeGreaterThan(1024 * 1024);
  });

  it('that does not answer, or that is none, tells nothing', async () => {
    expect(await askDaemon(stack, answers(true, false))).toBeUndefined();
    expect(await askDaemon(ifupdown, answers(true))).toBeUndefined();
    const mute = { ...stack, daemon: { unit: 'x.service' } };
    expect(await askDaemon(mute, answers(true))).toBeUndefined();
    expect(await askDaemon(mute, answers(false))).toEqual(new Map());
  });
});

it('a tool is installed when it can be run from one of the folders of system programs', async () => {
  expect(await isInstalled('sh')).toBe(true);
  expect(await isInstalled('rc-wait-no-such-tool')).toBe(false);
});
