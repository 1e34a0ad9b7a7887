import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { looksAtNetwork } from '../../../src/app/doctor/network.ts';
import { seeNetwork } from '../../../src/app/doctor/see-network.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { openJournal } from '../../../src/network/change/journal/journal.ts';
import { exitOfFault } from '../../../src/report/doctor.ts';
import { netplan, netplanPath, rcWait, rootWith } from '../../cli/harness.ts';
import { entryOf } from '../../network/entry.ts';

const gateway = parseIpv4('10.208.0.1');
if (gateway === undefined) throw new Error('it is an address');
const request = { by: 'rc-wait', gateway } as const;
const assigned = ['--gateway', gateway, '--interface', 'eth1'];

/** What doctor finds wrong in the network below a root, where the API has assigned the gateway: exit status and remedy. */
async function faults(root: string): Promise<readonly (readonly [exit: number, remedy: string])[]> {
  const seen = await seeNetwork({ interface: 'eth1', network: 'auto' }, { serviceNets: [] }, request, root);
  const looks = looksAtNetwork({ ...seen, isAtWork: false });
  return looks.flatMap(({ fault }) => (fault ? [[exitOfFault(fault.code), fault.remedy] as const] : []));
}

/** Does a remedy below the root; it has to be the one that doctor names. */
async function remedied(root: string, command: string, ...flags: readonly string[]): Promise<number> {
  const [first] = await faults(root);
  expect(first?.[1]).toContain(`rc-wait ${command}`);
  const { exit } = await rcWait([...command.split(' '), ...flags, '--root', root]);
  return exit;
}

// Below a root, as on a disk that is mounted: what a kernel says of it is tested on real servers.
describe('what doctor finds wrong in the network is gone when its remedy is done', () => {
  it('73, the gateway is not in use: rc-wait network apply', async () => {
    const root = rootWith();
    expect((await faults(root)).map(([exit]) => exit)).toEqual([73]);
    expect(await remedied(root, 'network apply', ...assigned)).toBe(0);
    expect(await faults(root)).toEqual([]);
  });

  it('73, the gateway was dropped from the files: rc-wait network check --repair', async () => {
    const root = rootWith();
    await remedied(root, 'network apply', ...assigned);
    writeFileSync(join(root, netplanPath), netplan);
    expect((await faults(root)).map(([exit]) => exit)).toEqual([73]);
    expect(await remedied(root, 'network check --repair')).toBe(0);
    expect(await faults(root)).toEqual([]);
  });

  it('rolled back by hand, the gateway is not in use, which is the true next finding', async () => {
    const root = rootWith();
    await remedied(root, 'network apply', ...assigned);
    expect((await rcWait(['network', 'rollback', '--root', root])).exit).toBe(0);
    expect((await faults(root)).map(([exit]) => exit)).toEqual([73]);
    expect(await remedied(root, 'network apply', ...assigned)).toBe(0);
    expect(await faults(root)).toEqual([]);
  });

  /** Leaves a change of the netplan file in the middle. */
  async function killedInTheMiddle(root: string): Promise<void> {
    const text = readFileSync(join(root, netplanPath), 'utf8');
    const attributes = { mode: 0o600, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const file = {
      path: netplanPath,
      before: { text, ...attributes },
      after: { text: 'half' },
      madeFolder: null,
    };
    const journal = openJournal(root);
    await journal.advance(await journal.begin(entryOf([file])));
    writeFileSync(join(root, netplanPath), 'half');
  }

  it('74, the first change was killed in the middle: rc-wait network apply puts it back, and sets the gateway', async () => {
    const root = rootWith();
    await killedInTheMiddle(root);
    expect((await faults(root))[0]?.[0]).toBe(74);
    expect(await remedied(root, 'network apply', ...assigned)).toBe(0);
    expect(await faults(root)).toEqual([]);
    expect(readFileSync(join(root, netplanPath), 'utf8')).toContain('# ServiceNet');
  });

  it('74, a later change was killed in the middle: rc-wait network check --repair', async () => {
    const root = rootWith();
    await remedied(root, 'network apply', ...assigned);
    await killedInTheMiddle(root);
    expect((await faults(root))[0]?.[0]).toBe(74);
    expect(await remedied(root, 'network check --repair')).toBe(0);
    expect(await faults(root)).toEqual([]);
  });
});
