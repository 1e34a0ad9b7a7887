import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { applyNetwork } from '../../../src/network/change/apply.ts';
import { checkNetwork, isHeld } from '../../../src/network/plan/check.ts';
import { type PlanHost, planNetwork } from '../../../src/network/plan/plan.ts';
import { FakeKernel } from '../fake-kernel.ts';
import { put, scratch } from '../scratch.ts';

const path = '/etc/netplan/50-cloud-init.yaml';
const file = `network:
  ethernets:
    eth0: {addresses: [192.0.2.10/24], gateway4: 192.0.2.1}
    eth1: {addresses: [10.208.5.7/19]}
`;
const gateway = parseIpv4('10.208.0.1') ?? ('' as never);

async function server(routes: string[], isRunning = true) {
  const root = scratch({ [path]: file });
  await applyNetwork(await planNetwork({ gateway, stack: 'auto', root }), { root });
  const kernel = new FakeKernel(routes);
  const host: PlanHost = {
    isRunning: () => isRunning,
    interfaces: () => [
      { name: 'eth1', addresses: [{ address: parseIpv4('10.208.5.7') ?? gateway, prefixLength: 19 }] },
    ],
    isInstalled: async () => true,
    isPresent: () => true,
    run: kernel.run,
  };
  return { root, check: () => checkNetwork({ gateway, stack: 'netplan', root }, host) };
}

it('a gateway that files and kernel hold is held', async () => {
  const { check } = await server(['default via 10.208.0.1 dev eth1 proto static']);
  const one = await check();
  expect(one).toMatchObject({
    configuration: true,
    kernel: true,
    interfaceName: 'eth1',
    stack: 'netplan',
    defaultRoutes: ['default via 10.208.0.1 dev eth1 proto static'],
    reasons: [],
  });
  expect(isHeld(one)).toBe(true);
});

it('one that the kernel has lost is not, and it is said what is there instead', async () => {
  const { check } = await server(['default via 192.0.2.1 dev eth0']);
  const one = await check();
  expect(one.reasons).toEqual([
    `the kernel's default route does not go through 10.208.0.1: it is "default via 192.0.2.1 dev eth0"`,
  ]);
  expect(isHeld(one)).toBe(false);
  expect((await (await server([])).check()).reasons[0]).toMatch(/: there is none$/);
});

it('one that the guest agent has dropped from the files is not', async () => {
  const { root, check } = await server(['default via 10.208.0.1 dev eth1']);
  put(root, path, file);
  const one = await check();
  expect(one).toMatchObject({
    configuration: false,
    kernel: true,
    reasons: [`${path} needs a change`],
  });
  expect(isHeld(one)).toBe(false);
  expect(one.plan.changes).toHaveLength(1);
});

it('where nothing runs the files alone count', async () => {
  const { check } = await server([], false);
  const one = await check();
  expect(one).toMatchObject({ kernel: undefined, defaultRoutes: [] });
  expect(isHeld(one)).toBe(true);
});

const dhcpTrees: readonly (readonly ['networkd' | 'netplan', Readonly<Record<string, string>>])[] = [
  [
    'networkd',
    {
      '/etc/systemd/network/10-eth1.network': '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n',
      '/etc/systemd/network/20-eth2.network': '[Match]\nName=eth2\n[Network]\nDHCP=ipv4\n',
    },
  ],
  [
    'netplan',
    { [path]: 'network:\n  ethernets:\n    eth1: {addresses: [10.208.5.7/19]}\n    eth2: {dhcp4: true}\n' },
  ],
];

it.each(dhcpTrees)(
  '%s: it is held beside a default route of option 121, which has a metric',
  async (stack, files) => {
    const root = scratch(files);
    await applyNetwork(await planNetwork({ gateway, stack, root }), { root });
    const kernel = new FakeKernel([
      'default via 10.208.0.1 dev eth1 proto static',
      'default via 192.0.2.1 dev eth2 proto dhcp src 192.0.2.50 metric 1024',
    ]);
    const host: PlanHost = {
      isRunning: () => true,
      interfaces: () => [
        { name: 'eth1', addresses: [{ address: parseIpv4('10.208.5.7') ?? gateway, prefixLength: 19 }] },
      ],
      isInstalled: async () => false,
      isPresent: () => true,
      run: kernel.run,
    };
    const one = await checkNetwork({ gateway, stack, root }, host);
    expect(one.reasons).toEqual([]);
    expect(isHeld(one)).toBe(true);
  },
);

describe('netplan on a disk, where no netplan can be asked', () => {
  const tree = (eth0: string) =>
    scratch({
      [path]: `network:\n  ethernets:\n    eth0: ${eth0}\n    eth1: {addresses: [10.208.5.7/19], routes: [{to: 0.0.0.0/0, via: 10.208.0.1}]}\n`,
    });
  const host: PlanHost = {
    isRunning: () => false,
    interfaces: () => [],
    isInstalled: async () => false,
    isPresent: () => true,
    run: new FakeKernel([]).run,
  };
  const checkOf = (root: string) => checkNetwork({ gateway, stack: 'auto', root }, host);

  it.each(['{routes: }', '{addresses: 192.0.2.1/24}', '', '{<<: {mtu: 1500}}'])(
    'a file that it refuses as a whole is refused, and not held: eth0: %s',
    async (eth0) => {
      await expect(checkOf(tree(eth0))).rejects.toThrow(`cannot read ${path}: line 3: `);
      expect(isHeld(await checkOf(tree('{}')))).toBe(true);
    },
  );

  it('a key that it does not know is a warning', async () => {
    const one = await checkOf(tree('{adresses: [192.0.2.1/24]}'));
    expect(one.warnings).toEqual([
      `${path}: line 3: netplan knows no key "adresses" here, and releases up to 1.1 then use no file of netplan at all`,
    ]);
  });
});
