import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseIpv4 } from '../../src/base/ipv4.ts';
import { applyNetwork } from '../../src/network/change/apply.ts';
import type { GatewayTarget, NetworkPlan } from '../../src/network/types.ts';
import { FakeKernel } from './fake-kernel.ts';
import { put, scratch } from './scratch.ts';

const isRoot = process.getuid?.() === 0;
const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const old = { '/etc/a': 'old a', '/etc/b': 'old b' };

const plan = (afterB = 'new b'): NetworkPlan => ({
  stack: 'netplan',
  why: '',
  target,
  disabled: [],
  changes: [
    { path: '/etc/a', before: 'old a', after: 'new a', mode: 0o600 },
    { path: '/etc/b', before: 'old b', after: afterB, mode: 0o600 },
    { path: '/etc/new/c', before: undefined, after: 'new c', mode: 0o600 },
  ],
  commands: [],
  restore: [],
});

function mount(path: string, ...options: string[]): boolean {
  const { status } = spawnSync('/usr/bin/mount', [...options, path]);
  if (status === 0) onTestFinished(() => void spawnSync('/usr/bin/umount', ['--lazy', path]));
  return status === 0;
}

const canMount = isRoot && spawnSync('/usr/bin/unshare', ['--mount', 'true']).status === 0;

function texts(root: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(root, 'etc'), { recursive: true, encoding: 'utf8' })
      .filter((name) => lstatSync(join(root, 'etc', name)).isFile())
      .map((name) => [`/etc/${name}`, readFileSync(join(root, 'etc', name), 'utf8')]),
  );
}

describe('nothing is lost', () => {
  it.runIf(canMount)('on a disk that is full: not one of the files is replaced', async () => {
    const root = scratch();
    if (!mount(root, '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs')) throw new Error('cannot mount');
    for (const [path, text] of Object.entries(old)) put(root, path, text);
    const large = 'x'.repeat(128 * 1024);
    await expect(applyNetwork(plan(large), { root })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringMatching(/no space left on the device/),
    });
    expect(texts(root)).toEqual(old);
    expect(existsSync(join(root, 'etc/new'))).toBe(false);
  });

  it.runIf(canMount)(
    'on a disk that fills up with the second file: the first was not replaced either',
    async () => {
      const root = scratch(old);
      mkdirSync(join(root, 'etc/small'));
      if (!mount(join(root, 'etc/small'), '-t', 'tmpfs', '-o', 'size=16k', 'tmpfs'))
        throw new Error('cannot mount');
      const full = plan();
      const changes = [
        ...full.changes,
        { path: '/etc/small/d', before: undefined, after: 'x'.repeat(64 * 1024), mode: 0o600 },
      ];
      await expect(applyNetwork({ ...full, changes }, { root })).rejects.toThrow(
        /cannot write \/etc\/small\/d: no space/,
      );
      expect(texts(root)).toEqual(old);
      expect(readdirSync(join(root, 'var/lib/rc-wait/network'))).toEqual([]);
    },
  );

  it.runIf(canMount)('where /etc is read-only: said', async () => {
    const root = scratch(old);
    const etc = join(root, 'etc');
    if (
      !mount(etc, '--bind', etc) ||
      spawnSync('/usr/bin/mount', ['-o', 'remount,ro,bind', etc]).status !== 0
    )
      throw new Error('cannot mount');
    await expect(applyNetwork(plan(), { root })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: 'cannot write /etc/a: the file system is read-only',
    });
    expect(texts(root)).toEqual(old);
  });

  it.runIf(canMount)('where the journal cannot be written: nothing is begun', async () => {
    const root = scratch(old);
    const folder = join(root, 'var');
    mkdirSync(folder);
    if (!mount(folder, '-t', 'tmpfs', '-o', 'ro', 'tmpfs')) throw new Error('cannot mount');
    await expect(applyNetwork(plan(), { root })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringMatching(/^cannot write the journal in .*: the file system is read-only$/),
    });
    expect(texts(root)).toEqual(old);
  });

  it('when a file changes between the plan and the write', async () => {
    const root = scratch({ ...old, '/etc/b': 'edited meanwhile' });
    await expect(applyNetwork(plan(), { root })).rejects.toThrow(
      'cannot write /etc/b: it has changed since it was read; run rc-wait again',
    );
    expect(texts(root)).toEqual({ ...old, '/etc/b': 'edited meanwhile' });
    expect(existsSync(join(root, 'var'))).toBe(false);
  });

  it('when a file changes after its new text was prepared: the one before it is put back, the edit stays', async () => {
    const root = scratch(old);
    const onStep = (name: string) => {
      if (name === 'staged') writeFileSync(join(root, 'etc/b'), 'edited meanwhile');
    };
    await expect(applyNetwork(plan(), { root, onStep })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringMatching(/^cannot write \/etc\/b: it has changed since it was read/),
    });
    expect(texts(root)).toEqual({ ...old, '/etc/b': 'edited meanwhile' });
    expect(existsSync(join(root, 'etc/new'))).toBe(false);
  });

  it('when a link stands in place of a file', async () => {
    const root = scratch({ ...old, elsewhere: 'old b' });
    rmSync(join(root, 'etc/b'));
    symlinkSync('../elsewhere', join(root, 'etc/b'));
    await expect(applyNetwork(plan(), { root })).rejects.toThrow(
      /cannot write \/etc\/b: it is a symbolic link/,
    );
    expect(texts(root)).toEqual({ '/etc/a': 'old a' });
    expect(readFileSync(join(root, 'elsewhere'), 'utf8')).toBe('old b');
  });

  it.runIf(isRoot)('of a file that belongs to somebody else: it still does', async () => {
    const root = scratch(old);
    chownSync(join(root, 'etc/a'), 1234, 5678);
    await applyNetwork(plan(), { root });
    expect(statSync(join(root, 'etc/a'))).toMatchObject({ uid: 1234, gid: 5678 });
    expect(readFileSync(join(root, 'etc/a'), 'utf8')).toBe('new a');
  });

  it('when its folder has gone', async () => {
    const root = scratch(old);
    rmSync(join(root, 'etc'), { recursive: true });
    await expect(applyNetwork(plan(), { root })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: 'cannot write /etc/a: its folder has gone since it was read',
    });
  });
});

describe('probes', () => {
  const routes = ['default via 203.0.113.1 dev eth0', 'default via 10.208.0.1 dev eth1'] as const;

  it('that fail put all back; that cannot be armed against are said', async () => {
    const folder = scratch({ a: 'old a' });
    const kernel = new FakeKernel([routes[0]], {
      load: (one) => one.become([routes[1]]),
      'load old': (one) => one.become([routes[0]]),
    });
    const one = { path: join(folder, 'a'), before: 'old a', after: 'new a', mode: 0o600 };
    const running: NetworkPlan = {
      ...plan(),
      changes: [one],
      commands: [{ argv: ['load'], timeoutMs: 1 }],
      restore: [{ argv: ['load', 'old'], timeoutMs: 1 }],
    };
    const probe = { expects: 'an answer', limitMs: 1, attempt: async () => 'nothing' };
    const means = { root: '/', stateFolder: join(folder, 'state'), journalFolder: join(folder, 'journal') };
    await expect(applyNetwork(running, { ...means, run: kernel.run, probes: [probe] })).rejects.toMatchObject(
      {
        code: 'NETWORK_RELOAD',
        message:
          'cannot bring the gateway 10.208.0.1 into use on eth1: expected an answer within 1 ms, but saw: nothing; the old state is restored',
      },
    );
    expect(kernel.routes).toEqual([routes[0]]);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old a');
    const good = { ...probe, attempt: async () => undefined };
    await applyNetwork(running, { ...means, run: kernel.run, probes: [good] });
    expect(kernel.routes).toEqual([routes[1]]);
    expect(readdirSync(join(folder, 'journal'))).toEqual(['last.json']);
  });
});
