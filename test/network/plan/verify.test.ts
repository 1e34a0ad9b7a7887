import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { type Verification, verifyFiles } from '../../../src/network/plan/verify.ts';
import { netplan } from '../../../src/network/stacks/netplan/index.ts';
import type { Stack } from '../../../src/network/stacks/stack.ts';
import type { GatewayTarget, NetworkFile } from '../../../src/network/types.ts';
import type { Finished } from '../../../src/system/tool.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const path = '/etc/netplan/50.yaml';
const own = '/etc/netplan/90-rc-wait.yaml';
const before: NetworkFile[] = [{ path, text: 'network: {ethernets: {eth1: {}}} # old\n' }];
const after: NetworkFile[] = [
  ...before,
  { path: own, text: 'network: {ethernets: {eth1: {gateway4: 10.208.0.1}}}\n' },
];

const unit = (...routes: string[]) =>
  `[Match]\nName=eth1\n${routes.map((one) => `[Route]\nDestination=${one.replace(' ', '\nGateway=')}\n`).join('')}`;
const sound = unit('0.0.0.0/0 10.208.0.1', '10.176.0.0/12 10.208.0.1');
const old = unit('0.0.0.0/0 10.208.0.9', '10.176.0.0/12 10.208.0.1');

/** netplan, as far as the test says what it makes of the old files and of the new. */
class FakeNetplan {
  readonly folders: string[] = [];
  readonly #makes: Readonly<Record<'old' | 'new', string | Finished>>;

  constructor(makes: Readonly<Record<'old' | 'new', string | Finished>>) {
    this.#makes = makes;
  }

  readonly isInstalled = async (tool: string) => tool === 'netplan';

  readonly run = async ({ argv }: { readonly argv: readonly string[] }): Promise<Finished> => {
    const folder = argv.at(-1) ?? '';
    this.folders.push(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, path), 'utf8')).toBe(before[0]?.text);
    const makes = this.#makes[existsSync(join(folder, own)) ? 'new' : 'old'];
    if (typeof makes !== 'string') return makes;
    const unit = join(folder, 'run/systemd/network/10-netplan-eth1.network');
    mkdirSync(dirname(unit), { recursive: true });
    writeFileSync(unit, makes);
    return { ok: true, how: 'exit status 0', output: '' };
  };
}

const refused: Finished = {
  ok: false,
  how: 'exit status 78',
  output: 'Error in network definition:\n  no\n',
};

async function verdict(machine: FakeNetplan, more: Partial<Verification> = {}): Promise<string> {
  try {
    const all = { stack: netplan, target, before, after, isRunning: true, ...more };
    return (await verifyFiles(all, machine)) ?? 'sound';
  } catch (error) {
    expect(error).toMatchObject({
      code: 'NETWORK_FILE',
      hint: expect.stringContaining('nothing was changed'),
    });
    return (error as Error).message;
  } finally {
    // Nothing is left behind.
    expect(machine.folders.filter((folder) => existsSync(folder))).toEqual([]);
  }
}

describe("the stack's own tool is asked before anything is changed", () => {
  it('and the new files are used where it makes the gateway of them', async () => {
    const machine = new FakeNetplan({ old, new: sound });
    expect(await verdict(machine)).toBe('sound');
    expect(new Set(machine.folders).size).toBe(2);
  });

  it.each([
    [
      'no default route',
      unit('10.176.0.0/12 10.208.0.1'),
      'netplan makes no IPv4 default route of the new files',
    ],
    ['another one', old, 'netplan makes the IPv4 default route via 10.208.0.9 on eth1 of the new files'],
    [
      'a route less',
      unit('0.0.0.0/0 10.208.0.1'),
      'netplan leaves out of the new files what it makes of the old ones: the route to 10.176.0.0/12 via 10.208.0.1 on eth1',
    ],
    ['an error', refused, 'netplan refuses the new files: exit status 78, Error in network definition:; no'],
  ])('with %s nothing is changed, and it is said what it makes of them', async (_, makes, says) => {
    expect(await verdict(new FakeNetplan({ old, new: makes }))).toBe(
      `cannot bring the gateway 10.208.0.1 into use on eth1: ${says}`,
    );
  });

  it('files that are as wished already are looked at all the same, once', async () => {
    const machine = new FakeNetplan({ old, new: sound });
    expect(await verdict(machine, { after: before })).toMatch(
      /makes the IPv4 default route via 10\.208\.0\.9/,
    );
    expect(machine.folders).toHaveLength(1);
  });
});

describe('nothing is refused', () => {
  it('where the tool is not installed, or the stack has none', async () => {
    const machine = new FakeNetplan({ old, new: '' });
    const absent = Object.assign(machine, { isInstalled: async () => false });
    expect(await verdict(absent)).toBe('sound');
    const { parser: _parser, ...without } = netplan;
    expect(await verdict(machine, { stack: without satisfies Stack })).toBe('sound');
    expect(machine.folders).toEqual([]);
  });

  it('where it refuses the old files as well: those that check the files at the reload say so', async () => {
    expect(await verdict(new FakeNetplan({ old: refused, new: refused }))).toBe('sound');
  });

  it('where it refuses files that need no change, or those of a disk: but that is said', async () => {
    const machine = () => new FakeNetplan({ old: refused, new: refused });
    const why = 'refuses the files as they are: exit status 78, Error in network definition:; no';
    expect(await verdict(machine(), { after: before })).toBe(`netplan ${why}`);
    const below = { isRunning: false };
    expect(await verdict(machine(), { ...below, after: before })).toBe(`netplan of this machine ${why}`);
    expect(await verdict(machine(), below)).toBe(`netplan of this machine ${why}`);
  });

  it('where it makes nothing that can be understood', async () => {
    expect(await verdict(new FakeNetplan({ old: '', new: { ok: true, how: '', output: '' } }))).toBe('sound');
    expect(await verdict(new FakeNetplan({ old, new: { ok: true, how: '', output: '', isCut: true } }))).toBe(
      'sound',
    );
  });

  it('where it is asked for nothing, or the files do not fit', async () => {
    const machine = new FakeNetplan({ old, new: '' });
    const asking = (question: NonNullable<Stack['parser']>['question']): Stack => {
      if (netplan.parser === undefined) throw new Error('netplan has no parser');
      return { ...netplan, parser: { ...netplan.parser, question } };
    };
    expect(await verdict(machine, { stack: asking(() => undefined) })).toBe('sound');
    const file = { path: '/a', text: '' };
    const stack = asking((_, folder) => ({
      files: [file, { path: '/a/b', text: '' }],
      command: { argv: ['netplan', folder], timeoutMs: 1000 },
    }));
    expect(await verdict(machine, { stack })).toBe('sound');
    expect(machine.folders).toEqual([]);
  });

  it('below another root, where it refuses the new files alone: the release there may take them, and it is said', async () => {
    expect(await verdict(new FakeNetplan({ old, new: refused }), { isRunning: false })).toBe(
      'netplan of this machine refuses the new files: exit status 78, Error in network definition:; no; that of the disk may be another release, and was not asked',
    );
    expect(await verdict(new FakeNetplan({ old, new: old }), { isRunning: false })).toMatch(
      /: netplan of this machine makes the IPv4 default route via 10\.208\.0\.9/,
    );
  });
});
