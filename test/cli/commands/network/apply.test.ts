import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { faultsIn } from '../../../report/schema.ts';
import { done, netplan, netplanPath, rcWait, rootWith, simulator } from '../../harness.ts';

const { play } = await simulator();
const gateway = ['--gateway', '10.208.0.1'];

afterEach(() => {
  vi.restoreAllMocks();
});

describe('network plan', () => {
  it('shows the diff, and changes nothing', async () => {
    const root = rootWith();
    const { exit, out } = await rcWait(['network', 'plan', ...gateway, '--root', root]);
    expect(exit).toBe(0);
    expect(out).toMatchSnapshot();
    expect(readFileSync(join(root, netplanPath), 'utf8')).toBe(netplan);
  });

  it('is a document for a program, as it is published', async () => {
    const faults = faultsIn('plan');
    const { exit, out, err } = await rcWait([
      'network',
      'plan',
      ...gateway,
      '--root',
      rootWith(),
      '--output',
      'json',
    ]);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(/^[^\n]+\n$/);
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(faults(document)).toEqual([]);
    expect(document).toMatchSnapshot();
    for (const name of Object.keys(document)) {
      const { [name]: _left, ...rest } = document;
      expect(faults(rest), name).not.toEqual([]);
    }
  });

  it('asks the API for the gateway', async () => {
    const server = play(done);
    const { exit, out } = await rcWait(['network', 'plan', '--root', rootWith(), ...server.flags]);
    expect(exit).toBe(0);
    expect(out).toContain('10.208.0.1');
    expect(server.requests()).toBe(2);
  });

  it('asks for the gateway alone when the stack is named', async () => {
    const server = play({ ...done, features: { configureNetworkStack: true } });
    const { exit } = await rcWait([
      'network',
      'plan',
      '--network',
      'netplan',
      '--root',
      rootWith(),
      ...server.flags,
    ]);
    expect(exit).toBe(0);
    expect(server.requests()).toBe(1);
  });

  it('has nothing to do where all is as wished', async () => {
    const root = rootWith();
    await rcWait(['network', 'apply', ...gateway, '--root', root]);
    const { exit, out } = await rcWait(['network', 'plan', ...gateway, '--root', root]);
    expect(exit).toBe(0);
    expect(out).toContain('# nothing to do: files and kernel already have this gateway\n');
  });
});

describe('network apply', () => {
  it('changes the files, and then finds them as wished', async () => {
    const root = rootWith();
    const first = await rcWait(['network', 'apply', ...gateway, '--root', root]);
    expect(first).toMatchObject({
      exit: 0,
      out: expect.stringMatching(
        /^changed: the default route goes through 10\.208\.0\.1 on eth1 \(netplan \/etc\/netplan\/.*\)\n$/,
      ),
      err: expect.stringMatching(/^rc-wait: netplan manages eth1: /),
    });
    const second = await rcWait(['network', 'apply', ...gateway, '--root', root, '--quiet']);
    expect(second).toEqual({
      exit: 0,
      out: 'unchanged: the default route goes through 10.208.0.1 on eth1 (netplan)\n',
      err: '',
    });
  });

  it('is a document for a program, as it is published', async () => {
    const faults = faultsIn('network');
    const { out } = await rcWait([
      'network',
      'apply',
      ...gateway,
      '--root',
      rootWith(),
      '--output',
      'json',
      '--quiet',
    ]);
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(faults(document)).toEqual([]);
    expect(document).toMatchSnapshot();
    for (const name of Object.keys(document)) {
      const { [name]: _left, ...rest } = document;
      expect(faults(rest), name).not.toEqual([]);
    }
    expect(faults({ ...document, extra: 1 })).not.toEqual([]);
  });

  it.each(['plan', 'apply'])(
    'leaves the network alone where RackConnect configures it (%s)',
    async (command) => {
      const server = play({ ...done, features: { configureNetworkStack: true } });
      const root = rootWith();
      const args = ['network', command, '--root', root, ...server.flags];
      const human = await rcWait(args);
      const json = await rcWait([...args, '--output', 'json']);
      expect(human).toMatchObject({
        exit: 0,
        out: 'left alone: RackConnect configures the network stack of this server itself\n',
      });
      expect(faultsIn('network')(JSON.parse(json.out))).toEqual([]);
      expect(readFileSync(join(root, netplanPath), 'utf8')).toBe(netplan);
    },
  );

  it('needs root on the running system, and asks nothing without', async () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    const server = play(done);
    const { exit, out, err } = await rcWait(['network', 'apply', ...server.flags]);
    expect({ exit, out }).toEqual({ exit: 77, out: '' });
    expect(err).toMatch(/^rc-wait: cannot configure the network: root is needed\n +run it as root/);
    expect(server.requests()).toBe(0);
  });
});

describe('what cannot be', () => {
  it.each<[string, string[], number, RegExp]>([
    [
      'a gateway that is no address',
      ['--gateway', '10.208.0'],
      64,
      /^rc-wait: cannot use --gateway 10\.208\.0: an IPv4 address is expected/,
    ],
    [
      'a root that is not there',
      [...gateway, '--root', '/nonexistent'],
      64,
      /^rc-wait: cannot use --root \/nonexistent: no such file or directory\n$/,
    ],
    [
      'a gateway outside every prefix',
      ['--gateway', '10.99.0.1'],
      73,
      /cannot use the gateway 10\.99\.0\.1: it lies in no prefix of this server/,
    ],
    [
      'an interface that is not there',
      [...gateway, '--interface', 'eth9'],
      64,
      /cannot find the interface eth9/,
    ],
    ['a stack without files', [...gateway, '--network', 'ifupdown'], 73, /cannot use/],
  ])('%s', async (_, args, status, message) => {
    for (const command of ['plan', 'apply']) {
      const root = rootWith();
      const { exit, out, err } = await rcWait(['network', command, '--root', root, ...args]);
      expect({ exit, out }).toEqual({ exit: status, out: '' });
      expect(err).toMatch(message);
      expect(readFileSync(join(root, netplanPath), 'utf8')).toBe(netplan);
    }
  });

  it.each<[string, unknown, number, RegExp]>([
    [
      'no gateway yet',
      { deployedAfter: 'never' },
      69,
      /cannot get gateway_ip from http:\/\/127\.\S+: the gateway is not assigned yet/,
    ],
    [
      'features that cannot be read',
      { faults: [{ kind: 'html', operation: 'automation_features' }] },
      69,
      /cannot read the features from http:\S+: /,
    ],
    [
      'no word on who configures the network',
      { ...done, features: { novelty: true } },
      73,
      /cannot tell who configures the network.*\n +see rc-wait features/,
    ],
    [
      'a gateway that cannot be read',
      { ...done, faults: [{ kind: 'html', operation: 'gateway_ip' }] },
      69,
      /cannot read the gateway from http:\S+: /,
    ],
    [
      '403',
      { unknown: true },
      77,
      /cannot get automation_features from \S+: the API refused this server \(403\)/,
    ],
  ])('%s', async (_, patch, status, message) => {
    const { exit, out, err } = await rcWait(['network', 'plan', '--root', rootWith(), ...play(patch).flags]);
    expect({ exit, out }).toEqual({ exit: status, out: '' });
    expect(err).toMatch(message);
  });
});
