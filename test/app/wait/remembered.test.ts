import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Interrupted } from '../../../src/app/io.ts';
import { untilItFits } from '../../../src/app/wait/remembered.ts';
import { RcWaitError } from '../../../src/base/error.ts';
import { done, netplan, netplanPath, type Played, rcWait, rootWith, simulator } from '../../cli/harness.ts';
import { listener } from '../../openstack/listener.ts';
import { faultsIn } from '../../report/schema.ts';
import { until } from '../../support/until.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const { play } = await simulator();
const faults = faultsIn('result');
const idPath = '/var/lib/cloud/data/instance-id';
const lastPath = '/var/lib/rc-wait/network/last.json';
const memoryPath = '/var/lib/rc-wait/instances.json';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The root of an instance, with a netplan file. */
const instanceRoot = (id = 'i-1') => rootWith({ [netplanPath]: netplan, [idPath]: `${id}\n` });

const text = (root: string, path = netplanPath) => readFileSync(join(root, path), 'utf8');

/** `rc-wait wait --once-per-instance`, its document checked against the published schema. */
async function once(server: Played, root: string, ...args: string[]) {
  const ran = await rcWait(
    ['wait', '--once-per-instance', '--output', 'json', ...server.flags, '--root', root, ...args],
    {},
  );
  const document = JSON.parse(ran.out) as Record<string, unknown>;
  expect(faults(document)).toEqual([]);
  return { ...ran, document };
}

/** A root on which DEPLOYED was seen, and the server that said so. */
async function deployed(...args: string[]) {
  const root = instanceRoot();
  const server = play(done);
  const first = await once(server, root, ...args);
  expect(first).toMatchObject({ exit: 0, document: { outcome: 'deployed' } });
  expect(first.document).not.toHaveProperty('remembered_since');
  return { root, server, asked: server.requests() };
}

/** A run that is interrupted when `when` holds, and how to run it again. */
async function interrupted(args: readonly string[], controller: AbortController, when: () => boolean) {
  const root = instanceRoot();
  const server = play(done);
  const flags = ['wait', '--once-per-instance', '--output', 'json', ...server.flags, '--root', root, ...args];
  const running = rcWait(flags, { signal: controller.signal });
  await until(when);
  controller.abort(new Interrupted('SIGTERM'));
  expect(await running).toMatchObject({ exit: 0 });
  return { root, server, again: () => once(server, root, ...args) };
}

const since = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe('where DEPLOYED was seen on this instance', () => {
  it('nothing is waited for or asked, and it is said since when', async () => {
    const { root, server, asked } = await deployed();
    server.set({ outcome: 'DEPLOYING', deployedAfter: 'never' });
    const { exit, document } = await once(server, root, '--timeout', '2s');
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      outcome: 'deployed',
      automation_status: 'DEPLOYED',
      gateway_ip: '10.208.0.1',
      network: { action: 'unchanged', stack: 'netplan', interface: 'eth1' },
      requests: { sent: 0, refused: 0, shared: 0 },
      remembered_since: expect.stringMatching(since),
      message: expect.stringMatching(
        /^DEPLOYED since \S+Z, as is remembered of this instance: the default route went through 10\.208\.0\.1 on eth1 already/,
      ),
    });
    expect(server.requests()).toBe(asked);
  });

  it('it is still said since when after many boots', async () => {
    const { root, server } = await deployed();
    const old = text(root, memoryPath).replace(
      /"deployed_at": "[^"]+"/,
      '"deployed_at": "2020-01-02T03:04:05Z"',
    );
    writeFileSync(join(root, memoryPath), old);
    for (let run = 0; run < 2; run += 1)
      expect((await once(server, root)).document.remembered_since).toBe('2020-01-02T03:04:05Z');
    expect(text(root, memoryPath)).toBe(old);
  });

  it('a gateway that somebody has dropped is put back, without asking', async () => {
    const { root, server, asked } = await deployed();
    writeFileSync(join(root, netplanPath), netplan);
    const { exit, document, err } = await once(server, root);
    expect(exit).toBe(0);
    expect(document).toMatchObject({ network: { action: 'changed', files: [netplanPath] } });
    expect(err).toContain(`rc-wait: ${netplanPath} needs a change\n`);
    expect(text(root)).not.toBe(netplan);
    expect(server.requests()).toBe(asked);
  });

  it('a gateway that was set by hand since then stays, and what became of the public interface', async () => {
    const { root, server, asked } = await deployed();
    const memory = text(root, memoryPath);
    writeFileSync(join(root, memoryPath), memory.replace(/"20\d\d-/, '"2020-'));
    const apply = ['network', 'apply', '--gateway', '10.208.0.9', '--public-interface', 'disable'];
    expect(await rcWait([...apply, '--root', root])).toMatchObject({ exit: 0 });
    const ours = '/etc/netplan/90-rc-wait.yaml';
    const applied = text(root, ours);
    expect(applied).toMatch(/10\.208\.0\.9\n {4}eth0:\n/);
    const { exit, document } = await once(server, root);
    expect(exit).toBe(0);
    expect(document).toMatchObject({ gateway_ip: '10.208.0.9', network: { action: 'unchanged' } });
    expect(text(root, ours)).toBe(applied);

    rmSync(join(root, ours));
    expect((await once(server, root)).document).toMatchObject({ network: { action: 'changed' } });
    expect(text(root, ours)).toBe(applied);
    expect(server.requests()).toBe(asked);
  });

  it('a gateway that was set by hand since then stays, though the clock was 10 h fast when DEPLOYED was seen', async () => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + 10 * 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    const { root, server, asked } = await deployed();
    vi.setSystemTime(now);
    await rcWait(['network', 'apply', '--gateway', '10.208.0.9', '--root', root]);
    const applied = text(root);
    for (let boot = 0; boot < 2; boot += 1) {
      const { document } = await once(server, root);
      expect(document).toMatchObject({ gateway_ip: '10.208.0.9', network: { action: 'unchanged' } });
    }
    expect(text(root)).toBe(applied);

    writeFileSync(join(root, netplanPath), netplan);
    expect((await once(server, root)).document).toMatchObject({ gateway_ip: '10.208.0.9' });
    expect(server.requests()).toBe(asked);
  });

  it('a gateway that was set by hand since then stays, though an early release remembered DEPLOYED', async () => {
    const { root, server } = await deployed();
    const old = JSON.parse(text(root, memoryPath)) as { instances: Record<string, unknown>[] };
    for (const instance of old.instances) {
      delete instance.change;
      instance.deployed_at = '2099-01-02T03:04:05Z';
    }
    writeFileSync(join(root, memoryPath), JSON.stringify(old));
    await rcWait(['network', 'apply', '--gateway', '10.208.0.9', '--root', root]);
    expect((await once(server, root)).document).toMatchObject({ gateway_ip: '10.208.0.9' });
  });

  it('a gateway that a journal lost by damage had, and one set since, stays', async () => {
    const { root, server } = await deployed();
    await rcWait(['network', 'apply', '--gateway', '10.208.0.8', '--root', root]);
    await once(server, root);
    rmSync(join(root, lastPath));
    await rcWait(['network', 'apply', '--gateway', '10.208.0.9', '--root', root]);
    expect((await once(server, root)).document).toMatchObject({ gateway_ip: '10.208.0.9' });
  });

  it('a gateway that was rolled back on the server from whose image this one was made is put back', async () => {
    const { root, server } = await deployed();
    await rcWait(['network', 'rollback', '--root', root]);
    const memory = JSON.parse(text(root, memoryPath)) as { instances: { change: number }[] };
    for (const instance of memory.instances) instance.change = 2;
    writeFileSync(join(root, memoryPath), JSON.stringify(memory));
    expect((await once(server, root)).document).toMatchObject({
      gateway_ip: '10.208.0.1',
      network: { action: 'changed' },
    });
  });

  it('a gateway that was set on the server from whose image this one was made counts for nothing', async () => {
    const { root, server } = await deployed();
    const last = text(root, lastPath);
    writeFileSync(
      join(root, lastPath),
      last.replace(/"startedAt": "20\d\d-/, '"startedAt": "2020-').replaceAll('10.208.0.1"', '10.208.0.9"'),
    );
    expect((await once(server, root)).document).toMatchObject({
      gateway_ip: '10.208.0.1',
      network: { action: 'unchanged' },
    });
  });

  it('a gateway that was rolled back by hand is not', async () => {
    const { root, server } = await deployed();
    await rcWait(['network', 'rollback', '--root', root]);
    const { exit, document } = await once(server, root);
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      network: { action: 'skipped', reason: expect.stringContaining('by hand') },
    });
    expect(text(root)).toBe(netplan);
  });

  it('the network is left to RackConnect where that sets it', async () => {
    const root = instanceRoot();
    const server = play({ ...done, features: { configureNetworkStack: true } });
    await once(server, root);
    const { document } = await once(server, root);
    expect(document).toMatchObject({
      network: { action: 'skipped', reason: expect.stringContaining('RackConnect') },
      remembered_since: expect.stringMatching(since),
    });
  });

  it('the network is left alone where it is not to be touched', async () => {
    const { root, server } = await deployed();
    writeFileSync(join(root, netplanPath), netplan);
    const { document } = await once(server, root, '--network', 'off');
    expect(document).toMatchObject({
      network: { action: 'skipped' },
      remembered_since: expect.stringMatching(since),
    });
    expect(text(root)).toBe(netplan);
  });

  it('nobody is told a second time', async () => {
    const { url, heard } = await listener([200]);
    const { root, server } = await deployed('--signal', `${url}/signal`);
    expect(heard).toHaveLength(1);
    await once(server, root, '--signal', `${url}/signal`);
    expect(heard).toHaveLength(1);
  });

  it('a stack that an interruption has kept from being told is told by the next run, once', async () => {
    const { url, heard } = await listener(['hang', 200]);
    const controller = new AbortController();
    const { root, server, again } = await interrupted(
      ['--signal', `${url}/signal`],
      controller,
      () => heard.length > 0,
    );
    expect(heard).toMatchObject([{ body: { status: 'SUCCESS' } }]);
    for (let run = 0; run < 2; run += 1)
      expect(await again()).toMatchObject({
        exit: 0,
        document: { remembered_since: expect.stringMatching(since) },
      });
    expect(heard).toMatchObject([{}, { body: { status: 'SUCCESS', data: { outcome: 'deployed' } } }]);
    expect(JSON.parse(text(root, memoryPath)).instances[0]).not.toHaveProperty('owed');
    expect(server.requests()).toBeGreaterThan(0);
  });

  it('a network that cannot be put in order is a failure, as always', async () => {
    const { root, server } = await deployed();
    writeFileSync(join(root, netplanPath), 'network: [\n  eth1: {');
    expect(await once(server, root)).toMatchObject({
      exit: 73,
      document: { outcome: 'network-failed', gateway_ip: '10.208.0.1', error: { code: 'NETWORK_FILE' } },
    });
  });

  it('a journal that is damaged does not keep the gateway away', async () => {
    const { root, server } = await deployed();
    writeFileSync(join(root, netplanPath), netplan);
    writeFileSync(join(root, lastPath), 'damaged');
    expect(await once(server, root)).toMatchObject({
      exit: 0,
      document: { network: { action: 'changed' } },
      err: expect.stringContaining('last.json: it is not a journal of rc-wait'),
    });
  });

  it('a gateway that fits this server no more is asked for again', async () => {
    const { root, server } = await deployed();
    await rcWait(['network', 'rollback', '--root', root]);
    writeFileSync(join(root, netplanPath), netplan.replace('10.208.5.7/19', '10.208.37.7/19'));
    // Another change than the rollback is the last one then, as on a server that was moved.
    writeFileSync(join(root, lastPath), '{}');
    server.set({ gateway: { address: '10.208.32.1' } });
    const moved = play({ ...done, gateway: { address: '10.208.32.1' } });
    const { exit, document, err } = await once(moved, root);
    expect(exit).toBe(0);
    expect(err).toMatch(
      /the gateway that is remembered cannot be used any more; asking the API: cannot use the gateway/,
    );
    expect(document).toMatchObject({ gateway_ip: '10.208.32.1', network: { action: 'changed' } });
    expect(document).not.toHaveProperty('remembered_since');
    expect(text(root, memoryPath)).toContain('10.208.32.1');
  });
});

describe('it is waited for as always', () => {
  it('without the flag, and then nothing is remembered', async () => {
    const root = instanceRoot();
    const server = play(done);
    await rcWait(['wait', ...server.flags, '--root', root]);
    expect(existsSync(join(root, memoryPath))).toBe(false);
  });

  it('on a clone of a deployed server, which is then remembered, too', async () => {
    const { root } = await deployed();
    writeFileSync(join(root, idPath), 'i-2\n');
    const server = play(done);
    const { document, err } = await once(server, root);
    expect(err).toContain('DEPLOYED was not seen on this instance (i-2) yet; waiting\n');
    expect(document).not.toHaveProperty('remembered_since');
    expect(server.requests()).toBeGreaterThan(0);
    expect(JSON.parse(text(root, memoryPath))).toMatchObject({ instances: [{ id: 'i-1' }, { id: 'i-2' }] });
  });

  it('where nobody knows the instance, and that is said', async () => {
    const root = rootWith();
    const server = play(done);
    for (let run = 0; run < 2; run += 1) {
      const { document, err } = await once(server, root);
      expect(err).toContain(
        'cannot tell which instance this server is: no source has named it on this boot; waiting as usual\n',
      );
      expect(document).not.toHaveProperty('remembered_since');
    }
    expect(existsSync(join(root, memoryPath))).toBe(false);
  });

  it('when DEPLOYED was seen without setting the gateway, which shall be set now', async () => {
    const { root } = await deployed('--network', 'off');
    const { document } = await once(play(done), root);
    expect(document).toMatchObject({ network: { action: 'changed' } });
    expect(document).not.toHaveProperty('remembered_since');
  });

  it('when the memory is damaged or cannot be read, with a warning', async () => {
    const { root, server } = await deployed();
    writeFileSync(join(root, memoryPath), '{"schema":');
    const damaged = await once(server, root);
    expect(damaged).toMatchObject({
      exit: 0,
      err: expect.stringMatching(/warning: cannot use \S+instances\.json/),
    });
    expect(damaged.document).not.toHaveProperty('remembered_since');
    expect((await once(server, root)).document).toHaveProperty('remembered_since');
  });

  it.each<[string, unknown, number]>([
    ['FAILED', { ...done, outcome: 'FAILED' }, 1],
    ['UNPROCESSABLE', { ...done, outcome: 'UNPROCESSABLE' }, 3],
    ['a network that could not be configured', { ...done, gateway: { address: '10.99.0.1' } }, 73],
    ['the deadline', { deployedAfter: 'never' }, 124],
  ])('after %s, which is not remembered', async (_, patch, exit) => {
    const root = instanceRoot();
    for (let run = 0; run < 2; run += 1)
      expect((await once(play(patch), root, '--timeout', '2s')).exit).toBe(exit);
    expect(existsSync(join(root, memoryPath))).toBe(false);
  });

  it('and what cannot be remembered is a warning', async () => {
    const root = instanceRoot();
    mkdirSync(join(root, memoryPath), { recursive: true });
    expect(await once(play(done), root)).toMatchObject({
      exit: 0,
      err: expect.stringContaining('warning: cannot remember that this instance is deployed: '),
    });
  });
});

describe('an interface without its address', () => {
  const unfit = new RcWaitError('GATEWAY_INVALID', 'cannot use the gateway 10.208.0.1: it lies in no prefix');
  const never = new AbortController().signal;

  /** Tries on a virtual clock; each attempt fails until that number. */
  async function tried(fitsAt: number, error: Error, { forMs = 60_000, signal = never } = {}) {
    const clock = new VirtualClock();
    const startMs = clock.nowMs();
    const missing: string[] = [];
    let attempts = 0;
    const attempt = async () => {
      attempts += 1;
      if (attempts < fitsAt) throw error;
      return 'fits';
    };
    const work = untilItFits(attempt, {
      clock,
      untilMs: startMs + forMs,
      signal,
      onMissing: (reason) => missing.push(reason),
    });
    const came = await clock.run(work);
    return { came, attempts, missing, tookMs: clock.nowMs() - startMs };
  }

  it('is waited for, with a sign of life each time', async () => {
    expect(await tried(1, unfit)).toMatchObject({ came: 'fits', tookMs: 0, missing: [] });
    expect(await tried(4, unfit)).toMatchObject({
      came: 'fits',
      tookMs: 1_500,
      missing: [unfit.message, unfit.message, unfit.message],
    });
    const none = new RcWaitError('CONFIGURATION', 'cannot find the interface eth1');
    expect(await tried(2, none)).toMatchObject({ came: 'fits' });
  });

  it('is given up in time', async () => {
    expect(await tried(Number.POSITIVE_INFINITY, unfit)).toMatchObject({ came: unfit, tookMs: 60_000 });
    expect(await tried(2, unfit, { forMs: 0 })).toMatchObject({ came: unfit, attempts: 1 });
  });

  it('is no reason to go on after another error, or after an interruption', async () => {
    const other = new RcWaitError('NETWORK_FILE', 'cannot read');
    await expect(tried(2, other)).rejects.toBe(other);
    const bug = new TypeError('bug');
    await expect(tried(2, bug)).rejects.toBe(bug);
    await expect(tried(2, unfit, { signal: AbortSignal.abort(bug) })).rejects.toBe(bug);
  });
});
