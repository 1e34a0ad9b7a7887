import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { type ApplyOptions, applyNetwork } from '../../../src/network/change/apply.ts';
import type { FileChange, GatewayTarget, NetworkPlan } from '../../../src/network/types.ts';
import { FakeKernel } from '../fake-kernel.ts';
import { scratch } from '../scratch.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const gatewayInterface = 'default via 10.208.0.1 dev eth1';
const old = 'default via 203.0.113.1 dev eth0';

/** A server whose files are below a folder of the test, while its root is the running system. */
function server(kernel: FakeKernel, overrides: Partial<NetworkPlan> = {}) {
  const folder = scratch({ a: 'old a', b: 'old b' });
  const change = (name: string, before: string | undefined, after: string | undefined): FileChange => ({
    path: join(folder, name),
    before,
    after,
    mode: 0o600,
  });
  const plan: NetworkPlan = {
    stack: 'netplan',
    why: '',
    target,
    disabled: [],
    changes: [
      change('a', 'old a', 'new a'),
      change('b', 'old b', undefined),
      change('c', undefined, 'new c'),
    ],
    commands: [
      { argv: ['check'], timeoutMs: 1, check: true },
      { argv: ['load'], timeoutMs: 1 },
    ],
    restore: [{ argv: ['load', 'old'], timeoutMs: 1 }],
    ...overrides,
  };
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
  const files = () =>
    Object.fromEntries(
      ['a', 'b', 'c']
        .filter((name) => existsSync(join(folder, name)))
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
  const options: ApplyOptions = {
    root: '/',
    stateFolder: join(folder, 'state'),
    journalFolder: join(folder, 'journal'),
    run: kernel.run,
    clock,
  };
  return { plan, folder, files, options, change, now: () => nowMs };
}

const before = { a: 'old a', b: 'old b' };
const after = { a: 'new a', c: 'new c' };

/** Tools that do as a good stack does. */
function goodTools(routes: string[] = [gatewayInterface]) {
  return {
    check: () => undefined,
    load: (kernel: FakeKernel) => kernel.become(routes),
    'load old': (kernel: FakeKernel) => kernel.become([old]),
  };
}

describe('a plan that can be carried out', () => {
  it('writes the files, reloads, and says what it changed', async () => {
    const kernel = new FakeKernel([old], goodTools());
    const { plan, files, options, folder } = server(kernel);
    expect(await applyNetwork(plan, options)).toEqual({
      action: 'changed',
      stack: 'netplan',
      interface: 'eth1',
      files: ['a', 'b', 'c'].map((name) => join(folder, name)),
    });
    expect(files()).toEqual(after);
    expect(kernel.ran).toEqual(['check', 'load']);
    expect(kernel.routes).toEqual([gatewayInterface]);
  });

  it('does nothing at all when there is nothing to do', async () => {
    const kernel = new FakeKernel([gatewayInterface]);
    const { plan, options, folder } = server(kernel, { changes: [], commands: [] });
    expect(await applyNetwork(plan, options)).toMatchObject({ action: 'unchanged', files: [] });
    expect(kernel.ran).toEqual([]);
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  it('reloads without a write where only the kernel is behind', async () => {
    const kernel = new FakeKernel([old], goodTools());
    const { plan, options, files } = server(kernel, { changes: [] });
    expect(await applyNetwork(plan, options)).toMatchObject({ action: 'changed', files: [] });
    expect(kernel.ran).toEqual(['check', 'load']);
    expect(files()).toEqual(before);
  });

  it('does nothing when another rc-wait did it meanwhile', async () => {
    const kernel = new FakeKernel([old], goodTools());
    const { plan, options } = server(kernel);
    const results = await Promise.all([applyNetwork(plan, options), applyNetwork(plan, options)]);
    expect(results.map(({ action }) => action).sort()).toEqual(['changed', 'unchanged']);
    expect(kernel.ran).toEqual(['check', 'load']);
  });

  it('goes on where a killed process stopped half-way', async () => {
    const kernel = new FakeKernel([old], goodTools());
    const { plan, options, folder, files } = server(kernel);
    writeFileSync(join(folder, 'a'), 'new a');
    expect(await applyNetwork(plan, options)).toMatchObject({ action: 'changed' });
    expect(files()).toEqual(after);
  });

  it('waits for the kernel, then takes other default routes out of it', async () => {
    const left = 'default via 203.0.113.1 dev eth0 metric 100';
    const kernel = new FakeKernel([old], { check: () => undefined, load: () => undefined });
    const { plan, options, now } = server(kernel);
    const clock: Clock = {
      nowMs: now,
      async sleep(ms) {
        await options.clock?.sleep(ms);
        if (now() >= 5_000 && kernel.ran.length === 2) kernel.routes = [gatewayInterface, left];
      },
    };
    expect(await applyNetwork(plan, { ...options, clock })).toMatchObject({ action: 'changed' });
    expect(kernel.ran).toEqual(['check', 'load', `ip -4 route del ${left}`]);
    expect(kernel.routes).toEqual([gatewayInterface]);
  });

  it.each([
    ['comes back', [gatewayInterface], 'changed'],
    ['stays away', [], 'NETWORK_RELOAD'],
  ])('takes no route for good that goes again at once, and %s', async (_, later, expected) => {
    const kernel = new FakeKernel([old], goodTools());
    const { plan, options, now } = server(kernel, { holdMs: 1_000 });
    const clock: Clock = {
      nowMs: now,
      async sleep(ms, signal) {
        await options.clock?.sleep(ms, signal);
        if (kernel.ran.at(-1) === 'load') kernel.routes = now() < 1_000 ? [] : later;
      },
    };
    const outcome = applyNetwork(plan, { ...options, clock }).then(
      ({ action }) => action,
      ({ code }) => code,
    );
    expect(await outcome).toBe(expected);
    expect(now()).toBeGreaterThanOrEqual(2_000);
  });

  it('is content with the gateway in front when another route will not go', async () => {
    const stuck = 'default via 203.0.113.1 dev eth0 metric 100';
    const kernel = new FakeKernel([old], {
      ...goodTools([gatewayInterface, stuck]),
      [`ip -4 route del ${stuck}`]: () => ({ ok: false }),
    });
    const { plan, options } = server(kernel);
    expect(await applyNetwork(plan, options)).toMatchObject({ action: 'changed' });
    expect(kernel.routes).toEqual([gatewayInterface, stuck]);
  });

  it('only writes the files below another root', async () => {
    const kernel = new FakeKernel([old]);
    const root = scratch({ '/etc/a': 'old' });
    const { plan, options } = server(kernel, {
      changes: [{ path: '/etc/a', before: 'old', after: 'new', mode: 0o600 }],
      commands: [],
    });
    expect(await applyNetwork(plan, { ...options, root })).toMatchObject({
      action: 'changed',
      files: ['/etc/a'],
    });
    expect(readFileSync(join(root, 'etc/a'), 'utf8')).toBe('new');
    expect(kernel.ran).toEqual([]);
    const again = { ...plan, changes: [{ path: '/etc/a', before: 'old', after: 'new', mode: 0o600 }] };
    expect(await applyNetwork(again, { ...options, root })).toMatchObject({ action: 'unchanged' });
  });
});

describe('what was there before comes back', () => {
  it('when the check fails: the kernel was never touched', async () => {
    const kernel = new FakeKernel([old], {
      ...goodTools(),
      check: () => ({ ok: false, how: 'exit status 78', output: 'a\nError in network definition\n' }),
    });
    const { plan, options, files } = server(kernel);
    await expect(applyNetwork(plan, options)).rejects.toMatchObject({
      code: 'NETWORK_RELOAD',
      message:
        'cannot bring the gateway 10.208.0.1 into use on eth1: "check" failed (exit status 78): a / Error in network definition; the old state is restored',
    });
    expect(files()).toEqual(before);
    expect(kernel.routes).toEqual([old]);
    expect(kernel.ran).toEqual(['check', 'check']);
  });

  it('when the reload fails', async () => {
    const kernel = new FakeKernel([old], {
      ...goodTools(),
      load: (one) => {
        one.routes = [];
        return { ok: false, how: 'killed after 120 s' };
      },
    });
    const { plan, options, files } = server(kernel);
    await expect(applyNetwork(plan, options)).rejects.toMatchObject({
      code: 'NETWORK_RELOAD',
      message: expect.stringContaining('"load" failed (killed after 120 s); the old state is restored'),
    });
    expect(files()).toEqual(before);
    expect(kernel.ran).toEqual(['check', 'load', 'load old']);
    expect(kernel.routes).toEqual([old]);
  });

  it('when the kernel does not follow within the time', async () => {
    const kernel = new FakeKernel([old], goodTools([old]));
    const { plan, options, files, now } = server(kernel);
    await expect(applyNetwork(plan, { ...options, settleMs: 3_000 })).rejects.toThrow(
      /the kernel's default route is "default via 203\.0\.113\.1 dev eth0"; the old state is restored$/,
    );
    expect(files()).toEqual(before);
    expect(now()).toBeGreaterThanOrEqual(3_000);
    expect(now()).toBeLessThan(5_000);
  });

  it('by our own hand when the stack does not bring the route back', async () => {
    const kernel = new FakeKernel([old], {
      ...goodTools(['default dev eth1']),
      'load old': () => ({ ok: false, how: 'exit status 1' }),
    });
    const { plan, options } = server(kernel);
    await expect(applyNetwork(plan, options)).rejects.toMatchObject({ code: 'NETWORK_RELOAD' });
    expect(kernel.routes).toEqual([old]);
    expect(kernel.ran).toEqual(['check', 'load', 'load old', `ip -4 route replace ${old}`]);
  });

  it('at once where the stack has no command for it, and no route at all where there was none', async () => {
    const kernel = new FakeKernel([], { ...goodTools(['default dev eth1']) });
    const { plan, options, now } = server(kernel, { restore: [] });
    await expect(applyNetwork(plan, { ...options, settleMs: 1_000 })).rejects.toMatchObject({
      code: 'NETWORK_RELOAD',
    });
    expect(kernel.routes).toEqual([]);
    expect(now()).toBeLessThan(2_000);
  });

  it('when a file cannot be written: the ones before it are put back, nothing is reloaded', async () => {
    const kernel = new FakeKernel([old], goodTools());
    const { plan, options, folder, files } = server(kernel);
    writeFileSync(join(folder, 'b'), 'somebody else was here');
    await expect(applyNetwork(plan, options)).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringContaining('it has changed since it was read'),
    });
    expect(files()).toEqual({ a: 'old a', b: 'somebody else was here' });
    expect(kernel.ran).toEqual([]);
  });

  it('when it is aborted during the reload, and the reason is told after that', async () => {
    const controller = new AbortController();
    const kernel = new FakeKernel([old], {
      ...goodTools(),
      load: () => {
        controller.abort(new Error('stop'));
        return { ok: false, how: 'interrupted' };
      },
    });
    const { plan, options, files } = server(kernel);
    await expect(applyNetwork(plan, { ...options, signal: controller.signal })).rejects.toThrow('stop');
    expect(files()).toEqual(before);
    expect(kernel.ran).toEqual(['check', 'load', 'load old']);
  });

  it('when it is aborted while it waits for the kernel', async () => {
    const controller = new AbortController();
    const kernel = new FakeKernel([old], {
      ...goodTools(),
      load: () => void controller.abort(new Error('stop')),
    });
    const { plan, options, files } = server(kernel);
    await expect(applyNetwork(plan, { ...options, signal: controller.signal })).rejects.toThrow('stop');
    expect(files()).toEqual(before);
    expect(kernel.routes).toEqual([old]);
  });

  it('and the lock is free again', async () => {
    const kernel = new FakeKernel([old], { ...goodTools([]), check: () => undefined });
    const { plan, options } = server(kernel);
    await expect(applyNetwork(plan, options)).rejects.toThrow(/the kernel has no default route/);
    await expect(applyNetwork(plan, options)).rejects.toMatchObject({ code: 'NETWORK_RELOAD' });
  });
});

describe('when not even that can be done, it is said', () => {
  it('that the route is lost', async () => {
    const kernel = new FakeKernel([old], {
      check: () => undefined,
      load: (one) => one.become([]),
      'load old': () => ({ ok: false, how: 'exit status 1', output: 'no bus' }),
      [`ip -4 route replace ${old}`]: () => ({ ok: false }),
    });
    const { plan, options, files } = server(kernel);
    await expect(applyNetwork(plan, options)).rejects.toMatchObject({
      code: 'NETWORK_LOST',
      message: expect.stringMatching(
        /the old files are back, but the default route is not back: the kernel has no default route; "load old" failed \(exit status 1\): no bus$/,
      ),
      hint: expect.stringContaining('console'),
    });
    expect(files()).toEqual(before);
  });

  it('that a file is lost', async () => {
    const { plan, options, folder } = server(new FakeKernel([]));
    const kernel = new FakeKernel([old], {
      check: () => {
        writeFileSync(join(folder, 'a'), 'changed by the tool');
        return { ok: false };
      },
    });
    await expect(applyNetwork(plan, { ...options, run: kernel.run })).rejects.toMatchObject({
      code: 'NETWORK_LOST',
      message: expect.stringMatching(/; and then cannot put .*\/a back: somebody else has changed it since$/),
    });
  });

  it('that ip(8) does not tell, when it does not', async () => {
    const kernel = new FakeKernel([]);
    const deaf = server(kernel);
    const run: ApplyOptions['run'] = async ({ argv }) => ({
      ok: argv[0] !== 'ip',
      how: 'exit status 1',
      output: '',
    });
    await expect(applyNetwork(deaf.plan, { ...deaf.options, run: run ?? kernel.run })).rejects.toMatchObject({
      code: 'NETWORK_RELOAD',
      message: expect.stringContaining('ip(8) cannot show the routes'),
    });
    expect(deaf.files()).toEqual(before);
  });
});

it('an aborted signal stops it before anything is written', async () => {
  const kernel = new FakeKernel([old], goodTools());
  const { plan, options, files } = server(kernel);
  await expect(
    applyNetwork(plan, { ...options, signal: AbortSignal.abort(new Error('stop')) }),
  ).rejects.toThrow('stop');
  expect(files()).toEqual(before);
});
