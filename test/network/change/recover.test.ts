import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import type { JournalEntry } from '../../../src/network/change/journal/entry.ts';
import { openJournal } from '../../../src/network/change/journal/journal.ts';
import { type Step, stepAfter } from '../../../src/network/change/journal/steps.ts';
import { lockNetwork } from '../../../src/network/change/lock.ts';
import { type RecoverOptions, recover } from '../../../src/network/change/recover.ts';
import { identifyProcess, isOwnerAlive } from '../../../src/network/change/running-command.ts';
import { entryOf } from '../entry.ts';
import { FakeKernel } from '../fake-kernel.ts';
import { put, scratch } from '../scratch.ts';

const gatewayInterface = 'default via 10.208.0.1 dev eth1';
const old = 'default via 203.0.113.1 dev eth0 proto dhcp src 203.0.113.7';
const restore: JournalEntry['restore'] = [{ argv: ['load', 'old'], timeoutMs: 1 }];
const loads = { 'load old': (kernel: FakeKernel) => kernel.become([old]) };

/** A server on which a change was begun, and ended at a step. */
async function killedAt(step: Step, kernel: FakeKernel, more: Partial<JournalEntry> = {}) {
  const folder = scratch({ a: 'new a', b: 'old b', c: 'new c' });
  const journalFolder = join(folder, 'journal');
  const journal = openJournal('/', journalFolder);
  const attributes = { mode: 0o640, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const entry = entryOf(
    [
      {
        path: join(folder, 'a'),
        before: { text: 'old a', ...attributes },
        after: { text: 'new a' },
        madeFolder: null,
      },
      { path: join(folder, 'b'), before: { text: 'old b', ...attributes }, after: null, madeFolder: null },
      { path: join(folder, 'c'), before: null, after: { text: 'new c' }, madeFolder: null },
    ],
    { routes: [old.split(' ')], restore, ...more },
  );
  let pending = await journal.begin(entry);
  while (pending.step !== step && stepAfter(pending.step) !== undefined)
    pending = await journal.advance(pending);
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
    },
  };
  const options: RecoverOptions = {
    root: '/',
    stateFolder: join(folder, 'state'),
    journalFolder,
    run: kernel.run,
    clock,
  };
  const files = () =>
    Object.fromEntries(
      readdirSync(folder)
        .filter((name) => name.length === 1)
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
  return { folder, journal, options, files, entry };
}

const before = { a: 'old a', b: 'old b' };

describe('a change that did not end', () => {
  it.each<Step>(['written', 'reloaded', 'probed'])(
    'after "%s": files and kernel are what they were',
    async (step) => {
      const kernel = new FakeKernel([gatewayInterface], loads);
      const { options, files, journal, folder } = await killedAt(step, kernel);
      expect(await recover(options)).toEqual({
        kind: 'rolled-back',
        startedAt: '2026-01-02T03:04:05.000Z',
        stack: 'netplan',
        interface: 'eth1',
        files: ['a', 'b', 'c'].map((name) => join(folder, name)),
      });
      expect(files()).toEqual(before);
      expect(kernel.ran).toEqual(['load old']);
      expect(kernel.routes).toEqual([old]);
      expect(await journal.pending()).toBeUndefined();
      expect(await recover(options)).toEqual({ kind: 'nothing' });
    },
  );

  it.each<Step>(['prepared', 'armed'])(
    'after "%s": the kernel was never told, and is left alone',
    async (step) => {
      const kernel = new FakeKernel([old], loads);
      const { options, files } = await killedAt(step, kernel);
      await recover(options);
      expect(files()).toEqual(before);
      expect(kernel.ran).toEqual([]);
    },
  );

  it('by a power cut while files were written: the boot has read some of them, so the kernel is put back', async () => {
    const kernel = new FakeKernel([gatewayInterface], loads);
    const { options, files } = await killedAt('armed', kernel, { bootId: 'another' });
    await recover(options);
    expect(files()).toEqual(before);
    expect(kernel.routes).toEqual([old]);
  });

  it('after the commit: it stands, and only what is left over goes', async () => {
    const kernel = new FakeKernel([gatewayInterface], loads);
    const { options, files, journal, entry } = await killedAt('committed', kernel);
    expect(await recover(options)).toEqual({ kind: 'tidied' });
    expect(files()).toEqual({ a: 'new a', b: 'old b', c: 'new c' });
    expect(kernel.ran).toEqual([]);
    expect(await journal.last()).toEqual({ ...entry, sequence: 1 });
  });

  it('is content with the same way out by another lease', async () => {
    const renewed = 'default via 203.0.113.1 dev eth0 proto dhcp src 203.0.113.99';
    const kernel = new FakeKernel([gatewayInterface], {
      'load old': (one: FakeKernel) => one.become([renewed]),
    });
    const { options } = await killedAt('written', kernel);
    await recover(options);
    expect(kernel.routes).toEqual([renewed]);
    expect(kernel.ran).toEqual(['load old']);
  });

  it('leaves a lease alone that comes back besides: it was away when the routes were looked at', async () => {
    const lease = 'default via 192.0.2.1 dev eth2 proto dhcp metric 100';
    const kernel = new FakeKernel([gatewayInterface], {
      'load old': (one: FakeKernel) => one.become([old, lease]),
    });
    const { options } = await killedAt('written', kernel);
    await recover(options);
    expect(kernel.routes).toEqual([old, lease]);
  });

  it('waits for a lease that goes once more before it stays', async () => {
    const kernel = new FakeKernel([gatewayInterface], loads);
    const { options } = await killedAt('written', kernel);
    let slept = 0;
    const clock: Clock = {
      nowMs: () => slept * 200,
      async sleep() {
        slept += 1;
        kernel.routes = slept === 2 ? [] : [old];
      },
    };
    await recover({ ...options, clock });
    expect(slept).toBeGreaterThan(6);
    expect(kernel.ran).toEqual(['load old']);
  });

  it('takes no lock where there is nothing to do', async () => {
    const folder = scratch();
    const options = { root: '/', stateFolder: join(folder, 'state'), journalFolder: join(folder, 'journal') };
    expect(await recover(options)).toEqual({ kind: 'nothing' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a power cut after which the server has booted with its public interface disabled', () => {
  const question = 'ip -4 -oneline address show dev eth0';
  const up: JournalEntry['restore'][number] = {
    argv: ['ifup', 'eth0'],
    timeoutMs: 1,
    unlessAddressed: 'eth0',
  };
  const static0 = 'default via 203.0.113.1 dev eth0';
  const cut = { bootId: 'another', restore: [up], routes: [static0.split(' ')] };

  it('the old way out is back: the interface gets its address by the tool of the stack', async () => {
    let address = '';
    const kernel = new FakeKernel([gatewayInterface], {
      [question]: () => ({ output: address }),
      'ifup eth0': () => {
        address = '2: eth0    inet 203.0.113.7/24 scope global eth0';
        return { ok: false, how: 'exit status 1', output: 'RTNETLINK answers: File exists' };
      },
      [`ip -4 route replace ${static0}`]: (one) => (address === '' ? { ok: false } : one.become([static0])),
    });
    const { options, files } = await killedAt('written', kernel, cut);
    expect(await recover(options)).toMatchObject({ kind: 'rolled-back' });
    expect(files()).toEqual(before);
    expect(kernel.routes).toEqual([static0]);
  });

  it('an interface that has its address is not brought up anew', async () => {
    const kernel = new FakeKernel([static0], {
      [question]: () => ({ output: '2: eth0    inet 203.0.113.7/24 scope global eth0' }),
    });
    const { options } = await killedAt('written', kernel, cut);
    await recover(options);
    expect(kernel.ran).toEqual([question]);
  });
});

describe('what cannot be put back', () => {
  it('a file that somebody else has changed since is left alone, said, and does not stop the next start', async () => {
    const kernel = new FakeKernel([gatewayInterface], loads);
    const { options, files, folder } = await killedAt('written', kernel);
    writeFileSync(join(folder, 'a'), 'written by the guest agent');
    const error = await recover(options).catch((one: unknown) => one);
    const aside = join(folder, 'journal/aside.json');
    expect(error).toMatchObject({
      code: 'NETWORK_LOST',
      message: `cannot undo the unfinished network change of 2026-01-02T03:04:05.000Z and not ended: cannot put ${folder}/a back: somebody else has changed it since`,
      hint: `the old files are in ${aside}`,
    });
    expect(files()).toEqual({ a: 'written by the guest agent', b: 'old b' });
    expect(readFileSync(aside, 'utf8')).toContain('old a');
    expect(await recover(options)).toEqual({ kind: 'nothing' });
  });

  it('a file that cannot be written is tried again at the next start', async () => {
    const kernel = new FakeKernel([gatewayInterface], loads);
    const { options, files, folder } = await killedAt('written', kernel);
    rmSync(join(folder, 'a'));
    put(folder, 'elsewhere', 'new a');
    symlinkSync('elsewhere', join(folder, 'a'));
    await expect(recover(options)).rejects.toMatchObject({
      code: 'NETWORK_LOST',
      message: expect.stringContaining('it is a symbolic link'),
      hint: expect.stringContaining('tries again at each start'),
    });
    rmSync(join(folder, 'a'));
    put(folder, 'a', 'new a');
    expect(await recover(options)).toMatchObject({ kind: 'rolled-back' });
    expect(files()).toEqual(before);
  });

  it('a default route that will not come back is said, and the way out by the gateway stays', async () => {
    const kernel = new FakeKernel([gatewayInterface], {
      'load old': () => ({ ok: false, how: 'exit status 1', output: 'no bus' }),
      [`ip -4 route replace ${old}`]: () => ({ ok: false }),
    });
    const { options, files } = await killedAt('reloaded', kernel);
    await expect(recover(options)).rejects.toMatchObject({
      code: 'NETWORK_LOST',
      message: expect.stringMatching(
        /: the old files are back, but the default route is not back: the kernel's default route is "default via 10\.208\.0\.1 dev eth1"; "load old" failed \(exit status 1\): no bus$/,
      ),
      hint: 'restart the network service, or the server, to use them',
    });
    expect(files()).toEqual(before);
    expect(kernel.routes).toEqual([gatewayInterface]);
  });
});

describe('what a killed process left running', () => {
  const sleeper = () => spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });

  it('is ended before the old files are put back', async () => {
    const child = sleeper();
    const ended = once(child, 'exit');
    const kernel = new FakeKernel([gatewayInterface], loads);
    const { options, journal } = await killedAt('written', kernel);
    writeFileSync(journal.commandNote, JSON.stringify(identifyProcess(child.pid ?? 0)));
    await recover(options);
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
    expect(existsSync(journal.commandNote)).toBe(false);
  });

  it('is not looked for after another boot: its number may be anybody else', async () => {
    const child = sleeper();
    const identity = identifyProcess(child.pid ?? 0);
    const { options, journal } = await killedAt('written', new FakeKernel([gatewayInterface], loads), {
      bootId: 'another',
    });
    writeFileSync(journal.commandNote, JSON.stringify(identity));
    await recover(options);
    expect(identity && isOwnerAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('a process that hangs with the lock is ended when the timer goes off, and waited for otherwise', async () => {
    const kernel = new FakeKernel([gatewayInterface], loads);
    const holder = sleeper();
    const owner = identifyProcess(holder.pid ?? 0) ?? { pid: 0, startTicks: '' };
    const { options, files, folder } = await killedAt('written', kernel, { owner });
    const lock = await lockNetwork('/', join(folder, 'state'), 1_000);
    holder.once('exit', () => void lock.release());
    await recover({ ...options, patienceMs: 1 });
    expect(holder.signalCode).toBe('SIGKILL');
    expect(files()).toEqual(before);
  });
});
