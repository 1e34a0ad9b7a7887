import { describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4, parseIpv4Prefix } from '../../../src/base/ipv4.ts';
import type { StackName } from '../../../src/base/stack-names.ts';
import { applyNetwork } from '../../../src/network/change/apply.ts';
import { openJournal } from '../../../src/network/change/journal/journal.ts';
import { checkNetwork, isHeld } from '../../../src/network/plan/check.ts';
import { type PlanHost, type PlanRequest, planNetwork } from '../../../src/network/plan/plan.ts';
import type { HostInterface } from '../../../src/network/types.ts';
import { FakeKernel } from '../fake-kernel.ts';
import { put, scratch } from '../scratch.ts';

const gateway = parseIpv4('10.208.0.1') as Ipv4Address;
const netplanFile = `network:
  ethernets:
    eth0: {addresses: [203.0.113.7/24], gateway4: 203.0.113.1}
    snet: {match: {macaddress: "bc:76:4e:20:6c:5b"}, addresses: [10.208.5.7/19]}
`;
const interfacesFile = 'auto eth1\niface eth1 inet static\n  address 10.208.5.7/19\n';

function request(root: string, more: Partial<PlanRequest> = {}): PlanRequest {
  return { gateway, stack: 'auto', root, ...more };
}

function running(kernel: FakeKernel, tools: readonly string[] = ['netplan', 'ifup']): PlanHost {
  const eth1: HostInterface = {
    name: 'eth1',
    macAddress: 'bc:76:4e:20:6c:5b',
    addresses: [parseIpv4Prefix('10.208.5.7/19')].filter((prefix) => prefix !== undefined),
  };
  return {
    isRunning: () => true,
    interfaces: () => [eth1],
    isInstalled: async (tool) => tools.includes(tool),
    isPresent: () => true,
    run: kernel.run,
  };
}

describe('on a running system', () => {
  it('the plan has the changes and the commands that bring them into the kernel', async () => {
    const root = scratch({ '/etc/netplan/50.yaml': netplanFile });
    const plan = await planNetwork(request(root), running(new FakeKernel([])));
    expect(plan).toMatchObject({
      stack: 'netplan',
      why: 'netplan manages eth1: its files configure it',
      target: { gateway, interfaceName: 'eth1', macAddress: 'bc:76:4e:20:6c:5b' },
    });
    expect(plan.changes.map(({ path }) => path)).toEqual([
      '/etc/netplan/50.yaml',
      '/etc/netplan/90-rc-wait.yaml',
    ]);
    expect(plan.commands.map(({ argv }) => argv[1])).toEqual(['generate', 'apply']);
    expect(plan.restore).toHaveLength(1);
  });

  it('nothing is reloaded when files and kernel are as wished', async () => {
    const root = scratch({ '/etc/network/interfaces': `${interfacesFile}  gateway 10.208.0.1\n` });
    const kernel = new FakeKernel(['default via 10.208.0.1 dev eth1 onlink']);
    expect(await planNetwork(request(root), running(kernel))).toMatchObject({
      changes: [],
      commands: [],
      restore: [],
    });
  });

  it('files as wished are brought into a kernel that does not agree', async () => {
    const root = scratch({ '/etc/network/interfaces': `${interfacesFile}  gateway 10.208.0.1\n` });
    const plan = await planNetwork(
      request(root),
      running(new FakeKernel(['default via 203.0.113.1 dev eth0'])),
    );
    expect(plan.changes).toEqual([]);
    expect(plan.commands.map(({ argv }) => argv[0])).toEqual(['ifquery', 'ip']);
  });

  it('the files of a stack that is not installed do not make it ambiguous', async () => {
    const root = scratch({ '/etc/network/interfaces': interfacesFile, '/etc/netplan/50.yaml': netplanFile });
    const host = running(new FakeKernel([]));
    await expect(planNetwork(request(root), host)).rejects.toMatchObject({ code: 'STACK_AMBIGUOUS' });
    expect((await planNetwork(request(root, { stack: 'ifupdown' }), host)).stack).toBe('ifupdown');
    expect((await planNetwork(request(root), running(new FakeKernel([]), ['ifup']))).stack).toBe('ifupdown');
  });

  it('of two stacks whose files configure it, the one whose daemon manages it is taken', async () => {
    const root = scratch({
      '/etc/network/interfaces': interfacesFile,
      '/etc/netplan/50.yaml': netplanFile,
      '/etc/systemd/network/eth1.network': '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n',
    });
    const status = 'networkctl --no-pager status --all --lines=0';
    const networkd = (output: string, isActive = true) =>
      running(
        new FakeKernel([], {
          'systemctl is-active --quiet systemd-networkd.service': () => ({ ok: isActive }),
          [status]: () => ({ output }),
        }),
        ['netplan', 'networkctl'],
      );
    const path = '/etc/systemd/network/eth1.network';
    const plan = await planNetwork(request(root), networkd(`* 2: eth1\n  Network File: ${path}\n`));
    expect(plan).toMatchObject({
      stack: 'networkd',
      why: 'networkd manages eth1: its files configure it; those of netplan do so too, but networkd uses a file of its own; those of ifupdown do so too, but it is not installed',
      target: { file: path },
    });
    expect(plan.commands.map(({ argv }) => argv.join(' '))).toEqual([
      'networkctl reload',
      'networkctl reconfigure eth1',
    ]);
    const netplans = '* 2: eth1\n  Network File: /run/systemd/network/10-netplan-snet.network\n';
    expect((await planNetwork(request(root), networkd(netplans))).stack).toBe('netplan');
    expect((await planNetwork(request(root), networkd('', false))).stack).toBe('netplan');
    const deaf = networkd('');
    const isDeaf: PlanHost['run'] = async (command) =>
      command.argv[0] === 'networkctl' ? { ok: false, how: '', output: '' } : deaf.run(command);
    await expect(planNetwork(request(root), { ...deaf, run: isDeaf })).rejects.toMatchObject({
      code: 'STACK_AMBIGUOUS',
    });
  });

  it('and when those cannot be read, that is no reason to stop', async () => {
    const root = scratch({
      '/etc/network/interfaces': 'source $HOME/x\n',
      '/etc/netplan/50.yaml': netplanFile,
    });
    await expect(planNetwork(request(root), running(new FakeKernel([])))).rejects.toMatchObject({
      code: 'NETWORK_FILE',
    });
    expect((await planNetwork(request(root), running(new FakeKernel([]), ['netplan']))).stack).toBe(
      'netplan',
    );
  });
});

describe('below another root', () => {
  it('the addresses come from the files, and nothing is reloaded', async () => {
    const root = scratch({ '/etc/network/interfaces': interfacesFile });
    const plan = await planNetwork(request(root));
    expect(plan).toMatchObject({
      stack: 'ifupdown',
      target: { interfaceName: 'eth1' },
      commands: [],
      restore: [],
    });
    expect(plan.changes).toHaveLength(1);
  });

  it('the interface can be named by hand, and must then hold the gateway', async () => {
    const root = scratch({ '/etc/netplan/50.yaml': netplanFile });
    await expect(planNetwork(request(root, { interfaceName: 'eth0' }))).rejects.toMatchObject({
      code: 'GATEWAY_INVALID',
    });
    expect((await planNetwork(request(root, { interfaceName: 'snet' }))).target.interfaceName).toBe('snet');
    const named = scratch({ '/etc/netplan/50.yaml': netplanFile.replace('5b"}', '5b"}, set-name: eth1') });
    await expect(planNetwork(request(named, { interfaceName: 'eth7' }))).rejects.toMatchObject({
      code: 'CONFIGURATION',
    });
  });

  const byMac: readonly (readonly [string, string, string])[] = [
    ['netplan', '/etc/netplan/50.yaml', netplanFile],
    [
      'networkmanager',
      '/etc/NetworkManager/system-connections/servicenet.nmconnection',
      '[connection]\ntype=ethernet\n[ethernet]\nmac-address=BC:76:4E:20:6C:5B\n[ipv4]\nmethod=manual\naddress1=10.208.5.7/19\n',
    ],
    [
      'networkd',
      '/etc/systemd/network/servicenet.network',
      '[Match]\nMACAddress=bc:76:4e:20:6c:5b\n[Network]\nAddress=10.208.5.7/19\n',
    ],
    [
      'ifcfg',
      '/etc/sysconfig/network-scripts/ifcfg-System_eth1',
      'HWADDR=BC:76:4E:20:6C:5B\nIPADDR=10.208.5.7\nPREFIX=19\n',
    ],
  ];

  it.each(byMac)(
    '%s: an interface by its MAC address alone has the name that is given, or none that lasts',
    async (stack, path, text) => {
      const root = scratch({ [path]: text });
      const named = await planNetwork(request(root, { interfaceName: 'eth1' }));
      expect(named).toMatchObject({
        stack,
        target: { interfaceName: 'eth1', macAddress: 'bc:76:4e:20:6c:5b' },
      });
      expect(named.target).not.toHaveProperty('isLabel');
      const plan = await planNetwork(request(root));
      expect(plan.changes).toEqual(named.changes);
      await applyNetwork(plan, { root });
      const last = await openJournal(root).last();
      expect(last?.interface).toBe('bc:76:4e:20:6c:5b');
      // On the server that has booted with these files.
      const kernel = new FakeKernel(['default via 10.208.0.1 dev eth1']);
      const host = running(kernel, ['netplan', 'nmcli', 'networkctl']);
      const check = await checkNetwork(
        request(root, { stack: stack as StackName, interfaceName: last?.interface ?? '' }),
        host,
      );
      expect(check).toMatchObject({ interfaceName: 'eth1', reasons: [] });
      expect(isHeld(check)).toBe(true);
    },
  );

  it.each([
    ['networkd', '/etc/systemd/network/1.network', '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n'],
    [
      'networkmanager',
      '/etc/NetworkManager/system-connections/eth1.nmconnection',
      '[connection]\ntype=ethernet\ninterface-name=eth1\n[ipv4]\nmethod=manual\naddress1=10.208.5.7/19\n',
    ],
    ['ifcfg', '/etc/sysconfig/network-scripts/ifcfg-eth1', 'IPADDR=10.208.5.7\nPREFIX=19\n'],
    ['wicked', '/etc/sysconfig/network/ifcfg-eth1', 'STARTMODE=auto\nIPADDR=10.208.5.7/19\n'],
  ] as const)('%s is told by its files', async (stack, path, text) => {
    const root = scratch({ [path]: text, '/etc/network/interfaces': 'iface lo inet loopback\n' });
    for (const wanted of ['auto', stack] as const) {
      const plan = await planNetwork(request(root, { stack: wanted }));
      expect(plan).toMatchObject({ stack, target: { interfaceName: 'eth1' }, commands: [] });
      expect(plan.changes).toHaveLength(1);
    }
    await expect(planNetwork(request(root, { stack: 'ifupdown' }))).rejects.toMatchObject({
      code: 'GATEWAY_INVALID',
    });
  });

  it('a netplan file that is not YAML is said, and nothing is planned', async () => {
    const root = scratch({ '/etc/netplan/50.yaml': '<html>', '/etc/network/interfaces': interfacesFile });
    await expect(planNetwork(request(root))).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: 'cannot read /etc/netplan/50.yaml: line 1: the document is not a mapping',
    });
  });
});

describe("what the stack's own tool makes of the new files", () => {
  const ifup = (printed: string, ok = true): PlanHost => {
    const kernel = new FakeKernel([]);
    return {
      ...running(kernel, ['ifup']),
      run: async (command) =>
        command.argv.includes('--no-act')
          ? { ok, how: ok ? 'exit status 0' : 'exit status 1', output: printed }
          : kernel.run(command),
    };
  };

  it('is the gateway: the plan stands', async () => {
    const root = scratch({ '/etc/network/interfaces': interfacesFile });
    const printed = ' ip route add default via 10.208.0.1  dev eth1 onlink \n';
    expect(await planNetwork(request(root), ifup(printed))).toMatchObject({ stack: 'ifupdown' });
  });

  it('is something else: nothing is planned, on the server and below another root', async () => {
    const root = scratch({ '/etc/network/interfaces': interfacesFile });
    const host = ifup('ip route add default via 203.0.113.1 dev eth0\nip link set dev eth1 up\n');
    const says = 'makes the IPv4 default route via 203.0.113.1 on eth0 of the new files';
    await expect(planNetwork(request(root), host)).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: `cannot bring the gateway 10.208.0.1 into use on eth1: ifup ${says}`,
      hint: expect.stringMatching(/^nothing was changed; /),
    });
    await expect(planNetwork(request(root), { ...host, isRunning: () => false })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: `cannot bring the gateway 10.208.0.1 into use on eth1: ifup of this machine ${says}`,
    });
  });

  it('cannot be told below another root, where it refuses them: the plan warns', async () => {
    const root = scratch({ '/etc/network/interfaces': interfacesFile });
    let asked = 0;
    const host: PlanHost = {
      ...ifup(''),
      isRunning: () => false,
      // The new files are asked about first.
      run: async () => {
        asked += 1;
        return {
          ok: asked > 1,
          how: asked > 1 ? 'exit status 0' : 'exit status 1',
          output: 'unknown option',
        };
      },
    };
    const { warnings } = await planNetwork(request(root), host);
    expect(warnings).toEqual([
      'ifup of this machine refuses the new files: exit status 1, unknown option; that of the disk may be another release, and was not asked',
    ]);
  });
});

describe('a public interface that is to go down', () => {
  const interfaces = `auto lo eth0 eth1
iface eth0 inet static
  address 203.0.113.7/24
  gateway 203.0.113.1
${interfacesFile}`;

  it('is named, set down last, and first up again in what undoes it', async () => {
    const root = scratch({ '/etc/network/interfaces': interfaces });
    const host = running(new FakeKernel(['default via 203.0.113.1 dev eth0']), ['ifup']);
    const plan = await planNetwork(request(root, { publicInterface: 'disable' }), host);
    expect(plan.disabled).toEqual(['eth0']);
    expect(plan.target.publicInterface).toBe('disable');
    expect(plan.commands.at(-1)?.argv).toEqual(['ip', 'link', 'set', 'dev', 'eth0', 'down']);
    expect(plan.restore[0]?.argv).toEqual(['ip', 'link', 'set', 'dev', 'eth0', 'up']);
  });

  it('comes up again with a later wish to keep it', async () => {
    const root = scratch({ '/etc/network/interfaces': interfaces });
    const below = await planNetwork(request(root, { publicInterface: 'disable' }));
    for (const { path, after } of below.changes) put(root, path, after ?? '');
    const host = running(new FakeKernel(['default via 10.208.0.1 dev eth1']), ['ifup']);
    const plan = await planNetwork(request(root, { publicInterface: 'keep' }), host);
    expect(plan.disabled).toEqual([]);
    expect(plan.commands.map(({ argv }) => argv.join(' '))).toContain('ip link set dev eth0 up');
  });

  it('is passed over where this server does not have it', async () => {
    const root = scratch({ '/etc/network/interfaces': interfaces });
    const host = { ...running(new FakeKernel([]), ['ifup']), isPresent: (name: string) => name !== 'eth0' };
    const plan = await planNetwork(request(root, { publicInterface: 'disable' }), host);
    expect(plan.disabled).toEqual([]);
    expect(plan.commands.map(({ argv }) => argv.join(' ')).join()).not.toContain('link set');
  });
});
