import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { applyNetwork } from '../../../src/network/change/apply.ts';
import { openJournal } from '../../../src/network/change/journal/journal.ts';
import { undoLast } from '../../../src/network/change/rollback.ts';
import type { GatewayTarget, NetworkPlan } from '../../../src/network/types.ts';
import { entryOf } from '../entry.ts';
import { FakeKernel } from '../fake-kernel.ts';
import { scratch } from '../scratch.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const gatewayInterface = 'default via 10.208.0.1 dev eth1';
const old = 'default via 203.0.113.1 dev eth0';

/** A server on which the gateway was set: one file edited, one new in a new folder, one gone. */
async function changedServer(kernel = new FakeKernel([])) {
  const root = scratch({ '/etc/a': 'old a', '/etc/b': 'old b' });
  chmodSync(join(root, 'etc/a'), 0o640);
  chmodSync(join(root, 'etc/b'), 0o604);
  if (process.getuid?.() === 0) chownSync(join(root, 'etc/b'), 1234, 5678);
  const plan: NetworkPlan = {
    stack: 'netplan',
    why: '',
    target,
    disabled: [],
    changes: [
      { path: '/etc/a', before: 'old a', after: 'new a', mode: 0o600 },
      { path: '/etc/b', before: 'old b', after: undefined, mode: 0o600 },
      { path: '/etc/new/folder/c', before: undefined, after: 'new c', mode: 0o600 },
    ],
    commands: [],
    restore: [],
  };
  await applyNetwork(plan, { root, run: kernel.run });
  return root;
}

describe('the last change', () => {
  it('is undone byte for byte: mode, owner, files that were gone and folders that were made', async () => {
    const root = await changedServer();
    expect(readFileSync(join(root, 'etc/new/folder/c'), 'utf8')).toBe('new c');
    expect(await undoLast({ root, force: false })).toEqual({
      gateway: '10.208.0.1',
      result: {
        action: 'rolled-back',
        stack: 'netplan',
        interface: 'eth1',
        files: ['/etc/a', '/etc/b', '/etc/new/folder/c'],
        reason: 'it was undone by hand',
      },
    });
    expect(readFileSync(join(root, 'etc/a'), 'utf8')).toBe('old a');
    expect(statSync(join(root, 'etc/a')).mode & 0o7777).toBe(0o640);
    expect(statSync(join(root, 'etc/b')).mode & 0o7777).toBe(0o604);
    if (process.getuid?.() === 0)
      expect(statSync(join(root, 'etc/b'))).toMatchObject({ uid: 1234, gid: 5678 });
    expect(readdirSync(join(root, 'etc')).sort()).toEqual(['a', 'b']);
  });

  it('is undone once; then there is nothing to undo', async () => {
    const root = await changedServer();
    await undoLast({ root, force: false });
    await expect(undoLast({ root, force: true })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(/^cannot roll back: the last change was rolled back already, at 20/),
    });
    await expect(undoLast({ root: scratch(), force: false })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'cannot roll back: rc-wait has changed nothing here',
    });
  });

  it('is not undone over what somebody else has changed since, unless that is wished: then a copy is kept', async () => {
    const root = await changedServer();
    writeFileSync(join(root, 'etc/a'), 'edited by hand');
    rmSync(join(root, 'etc/new/folder/c'));
    const kept = join(root, 'var/lib/rc-wait/network/overwritten');
    await expect(undoLast({ root, force: false })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringMatching(/^cannot roll back: \/etc\/a has been changed since rc-wait wrote at /),
      hint: expect.stringContaining(kept),
    });
    expect(readFileSync(join(root, 'etc/a'), 'utf8')).toBe('edited by hand');
    expect(existsSync(join(root, 'etc/b'))).toBe(false);
    await undoLast({ root, force: true });
    expect(readFileSync(join(root, 'etc/a'), 'utf8')).toBe('old a');
    const [copy = ''] = readdirSync(kept);
    expect(copy).toMatch(/-a$/);
    expect(readFileSync(join(kept, copy), 'utf8')).toBe('edited by hand');
  });

  it('is not undone where no copy can be kept', async () => {
    const root = await changedServer();
    writeFileSync(join(root, 'etc/a'), 'edited by hand');
    writeFileSync(join(root, 'var/lib/rc-wait/network/overwritten'), 'in the way');
    await expect(undoLast({ root, force: true })).rejects.toThrow(/^cannot keep a copy of \/etc\/a: /);
    expect(readFileSync(join(root, 'etc/a'), 'utf8')).toBe('edited by hand');
  });

  it('is not undone through a link in place of a file', async () => {
    const root = await changedServer();
    writeFileSync(join(root, 'elsewhere'), 'new a');
    rmSync(join(root, 'etc/a'));
    symlinkSync('../elsewhere', join(root, 'etc/a'));
    await expect(undoLast({ root, force: true })).rejects.toThrow(/it is a symbolic link/);
    expect(existsSync(join(root, 'etc/b'))).toBe(false);
  });

  it('cannot be read: said, and nothing is touched', async () => {
    const root = await changedServer();
    rmSync(join(root, 'etc/a'));
    mkdirSync(join(root, 'etc/a'));
    await expect(undoLast({ root, force: true })).rejects.toThrow('cannot read /etc/a: it is a directory');
  });
});

describe('on the running system', () => {
  function context(kernel: FakeKernel) {
    const folder = scratch({ a: 'new a' });
    const means = {
      root: '/',
      force: false,
      stateFolder: join(folder, 'state'),
      journalFolder: join(folder, 'journal'),
      run: kernel.run,
      settleMs: 0,
    };
    const { uid, gid } = statSync(folder);
    const file = {
      path: join(folder, 'a'),
      before: { text: 'old a', mode: 0o600, uid, gid },
      after: { text: 'new a' },
      madeFolder: null,
    };
    const entry = entryOf([file], {
      routes: [old.split(' ')],
      restore: [{ argv: ['load', 'old'], timeoutMs: 1 }],
    });
    const text = () => readFileSync(join(folder, 'a'), 'utf8');
    return { means, entry, text, journal: openJournal('/', means.journalFolder) };
  }

  it('the default routes are what they were, too', async () => {
    const kernel = new FakeKernel([gatewayInterface], { 'load old': (one) => one.become([old]) });
    const { means, entry, text, journal } = context(kernel);
    await journal.finish(await journal.begin(entry));
    await undoLast(means);
    expect(text()).toBe('old a');
    expect(kernel.routes).toEqual([old]);
    expect((await journal.last())?.purpose).toBe('rollback');
  });

  it('routes that will not come back: the gateway stays', async () => {
    const kernel = new FakeKernel([gatewayInterface], {
      'load old': () => undefined,
      [`ip -4 route replace ${old}`]: () => ({ ok: false }),
    });
    const { means, entry, text, journal } = context(kernel);
    await journal.finish(await journal.begin(entry));
    await expect(undoLast(means)).rejects.toMatchObject({
      code: 'NETWORK_RELOAD',
      message: expect.stringMatching(
        /^cannot undo the change of 2026.*: the old default route does not come back: the kernel's default route is "default via 10\.208\.0\.1 dev eth1"; the old state is restored$/,
      ),
    });
    expect(text()).toBe('new a');
    expect(kernel.routes).toEqual([gatewayInterface]);
  });

  it('after a reboot the disabled interface gets its address first, though its tool meets our route', async () => {
    let address = '';
    const kernel = new FakeKernel([gatewayInterface], {
      'ip -4 -oneline address show dev eth0': () => ({ output: address }),
      'ifup eth0': () => {
        address = '2: eth0    inet 203.0.113.7/24 scope global eth0';
        return { ok: false, how: 'exit status 1', output: 'RTNETLINK answers: File exists' };
      },
      [`ip -4 route replace ${old}`]: (one) => (address === '' ? { ok: false } : one.become([old])),
    });
    const { means, entry, text, journal } = context(kernel);
    const restore: typeof entry.restore = [{ argv: ['ifup', 'eth0'], timeoutMs: 1, unlessAddressed: 'eth0' }];
    await journal.finish(await journal.begin({ ...entry, bootId: 'another', restore }));
    await undoLast(means);
    expect(text()).toBe('old a');
    expect(kernel.routes).toEqual([old]);
  });

  it('a tool that does not give it its address is said', async () => {
    const kernel = new FakeKernel([gatewayInterface], {
      'ip -4 -oneline address show dev eth0': () => ({ output: '' }),
      'ifup eth0': () => ({ ok: false, how: 'exit status 1', output: 'no such interface' }),
      [`ip -4 route replace ${old}`]: () => ({ ok: false }),
    });
    const { means, entry, journal } = context(kernel);
    const restore: typeof entry.restore = [{ argv: ['ifup', 'eth0'], timeoutMs: 1, unlessAddressed: 'eth0' }];
    await journal.finish(await journal.begin({ ...entry, restore }));
    await expect(undoLast(means)).rejects.toThrow(
      /default route is "default via 10\.208\.0\.1 dev eth1"; "ifup eth0" failed \(exit status 1\): no such interface; the old state is restored$/,
    );
    expect(kernel.routes).toEqual([gatewayInterface]);
  });

  it('an unfinished change is what is undone', async () => {
    const kernel = new FakeKernel([old]);
    const { means, entry, text, journal } = context(kernel);
    await journal.advance(await journal.begin(entry));
    expect((await undoLast(means)).result).toMatchObject({ reason: 'it was not finished' });
    expect(text()).toBe('old a');
  });

  describe('a change that was made in the files of its disk, before it booted', () => {
    const offline = { routes: null, restore: [], interface: 'eth1' };

    it('is reloaded by the stack itself', async () => {
      const kernel = new FakeKernel([gatewayInterface], { 'netplan apply': (one) => one.become([old]) });
      const { means, entry, text, journal } = context(kernel);
      await journal.finish(await journal.begin({ ...entry, ...offline }));
      expect((await undoLast(means)).result).toMatchObject({ reason: 'it was undone by hand' });
      expect(text()).toBe('old a');
      expect(kernel.ran).toContain('netplan apply');
      expect(kernel.routes).toEqual([old]);
    });

    it('is undone in the files alone where the stack has no such command, and that is said', async () => {
      const kernel = new FakeKernel([gatewayInterface]);
      const { means, entry, text, journal } = context(kernel);
      await journal.finish(await journal.begin({ ...entry, ...offline, stack: 'ifupdown' }));
      const notices: string[] = [];
      const { result } = await undoLast({ ...means, onNotice: (notice) => notices.push(notice) });
      const said =
        'the kernel\'s default route is "default via 10.208.0.1 dev eth1" still; restart the network or the server to use the old files';
      expect(notices).toEqual([said]);
      expect(result.reason).toBe(`it was undone by hand; ${said}`);
      expect(text()).toBe('old a');
    });

    it('stays where the old files bring no way out', async () => {
      const kernel = new FakeKernel([gatewayInterface], {
        'netplan apply': (one) => one.become(one.routes.length > 0 ? [] : [gatewayInterface]),
      });
      const { means, entry, text, journal } = context(kernel);
      await journal.finish(await journal.begin({ ...entry, ...offline }));
      await expect(undoLast(means)).rejects.toThrow(
        /the old files set no default route: the kernel has no default route; the old state is restored$/,
      );
      expect(text()).toBe('new a');
      expect(kernel.routes).toEqual([gatewayInterface]);
    });
  });
});
