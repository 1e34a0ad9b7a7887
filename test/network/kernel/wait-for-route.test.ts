import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseDefaultRoutes } from '../../../src/network/kernel/routes.ts';
import { restoreRoutes } from '../../../src/network/kernel/wait-for-route.ts';
import { FakeKernel } from '../fake-kernel.ts';

const clock = { nowMs: () => 0, sleep: async () => undefined };
const gateway = 'default via 10.208.0.1 dev eth1';
const old = 'default via 203.0.113.1 dev eth0';

/** Brings routes back without waiting; `refused` are those that the kernel does not take. */
async function broughtBack(now: string[], before: string[], refused: readonly string[] = []) {
  const refusals = refused.map((route) => [`ip -4 route replace ${route}`, () => ({ ok: false })] as const);
  const kernel = new FakeKernel(now, Object.fromEntries(refusals));
  const routes = parseDefaultRoutes(before.join('\n'));
  const isBack = await restoreRoutes(
    { run: kernel.run, clock, settleMs: 0 },
    { routes, interfaceName: 'eth1' },
  );
  return { isBack, kernel };
}

it.each([
  ['with the same metric', gateway],
  ['with another metric', `${gateway} metric 50`],
])('a way out by the gateway %s stays where the old one cannot be set', async (_, ours) => {
  const { isBack, kernel } = await broughtBack([ours], [old], [old]);
  expect(isBack).toBe(false);
  expect(kernel.routes).toEqual([ours]);
});

it('the old way out is set before the other one is taken away', async () => {
  const low = `${old} metric 100`;
  const { isBack, kernel } = await broughtBack([gateway], [low]);
  expect(isBack).toBe(true);
  expect(kernel.ran).toEqual([`ip -4 route replace ${low}`, `ip -4 route del ${gateway}`]);
  expect(kernel.routes).toEqual([low]);
});

it('a route that came back with another metric is not set a second time', async () => {
  const lease = 'default via 192.0.2.1 dev eth2';
  const now = [`${old} metric 100`, `${lease} metric 103`];
  const { isBack, kernel } = await broughtBack(now, [`${old} metric 101`, `${lease} metric 102`]);
  expect(isBack).toBe(true);
  expect(kernel.routes).toEqual(now);
});

it('the old way out goes in front again where another metric has put it behind', async () => {
  const lease = 'default via 192.0.2.1 dev eth2 metric 102';
  const { isBack, kernel } = await broughtBack([lease, `${old} metric 103`], [`${old} metric 100`, lease]);
  expect(isBack).toBe(true);
  expect(kernel.ran).toEqual([`ip -4 route replace ${old} metric 100`, `ip -4 route del ${old} metric 103`]);
  expect(kernel.routes).toEqual([`${old} metric 100`, lease]);
});

it('no old route takes the place of another that came back with its metric', async () => {
  const [first, lease] = [`${old} metric 100`, 'default via 192.0.2.1 dev eth2 metric 101'];
  const { isBack, kernel } = await broughtBack([`${old} metric 101`], [first, lease]);
  expect(isBack).toBe(true);
  expect(kernel.routes.toSorted()).toEqual([first, lease].toSorted());
});

it('a lower route of before does not take the place of the gateway where the first one cannot be set', async () => {
  const [ours, lease] = [`${gateway} metric 100`, 'default via 192.0.2.1 dev eth2 metric 100'];
  const { kernel } = await broughtBack([ours], [old, lease], [old]);
  expect(kernel.routes).toEqual([ours]);
});

it('where the kernel takes them, all old ways are back, the old way out in front, and each once', async () => {
  const routes = fc
    .tuple(
      fc.shuffledSubarray(['10.208.0.1 dev eth1', '203.0.113.1 dev eth0', '192.0.2.1 dev eth2']),
      fc.shuffledSubarray(['', ' metric 50', ' metric 100', ' metric 150'], { minLength: 3 }),
    )
    .map(([hops, metrics]) => hops.map((hop, at) => `default via ${hop}${metrics[at]}`));
  const hopsOf = (lines: readonly string[]) =>
    parseDefaultRoutes(lines.join('\n')).map(({ device }) => device ?? '');
  await fc.assert(
    fc.asyncProperty(routes, routes, async (now, before) => {
      const { isBack, kernel } = await broughtBack(now, before);
      expect(isBack).toBe(true);
      const hops = hopsOf(kernel.routes);
      expect(hops).toEqual([...new Set(hops)]);
      expect(hops).toEqual(expect.arrayContaining(hopsOf(before)));
      if (before.length > 0) expect(hops[0]).toBe(hopsOf(before)[0]);
    }),
    { numRuns: 2_000 },
  );
});

it('however it ends: a server that had a way out has one, and the old one where it is said to be back', async () => {
  const lines = fc.uniqueArray(
    fc.record({
      hop: fc.constantFrom('10.208.0.1 dev eth1', '203.0.113.1 dev eth0', '192.0.2.1 dev eth2'),
      metric: fc.constantFrom('', ' metric 50', ' metric 100'),
    }),
    { selector: ({ metric }) => metric, maxLength: 3 },
  );
  const routes = lines.map((all) => all.map(({ hop, metric }) => `default via ${hop}${metric}`));
  await fc.assert(
    fc.asyncProperty(routes, routes, fc.func(fc.boolean()), async (now, before, isRefused) => {
      const { isBack, kernel } = await broughtBack(now, before, before.filter(isRefused));
      if (now.length > 0 && before.length > 0) expect(kernel.routes).not.toEqual([]);
      const [expected] = parseDefaultRoutes(before.join('\n'));
      const [first] = parseDefaultRoutes(kernel.routes.join('\n'));
      if (isBack && expected) expect(first).toMatchObject({ via: expected.via, device: expected.device });
    }),
  );
});
