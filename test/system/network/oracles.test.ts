import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { networkd } from '../../../src/network/stacks/networkd/index.ts';
import { candidatesFor, readUnits } from '../../../src/network/stacks/networkd/units.ts';
import { networkmanager } from '../../../src/network/stacks/networkmanager/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../src/network/types.ts';
import { profiles } from '../../network/stacks/networkmanager/cases.ts';
import { Bed } from './bed.ts';
import { gateway } from './beds.ts';
import { defaultsIn, isWithoutAddress, resolversIn, rest } from './keyfile.ts';

const wish = { gateway: parseIpv4(gateway), interfaceName: 'eth1' } as GatewayTarget;
const interfaces = ['lab0', 'lab1', 'lab10', 'ens3', 'ens30'];

const match = fc
  .array(
    fc.constantFrom(
      'Name=lab0',
      'Name=lab1 ens3',
      'Name=lab*',
      'Name=lab?',
      'Name=!lab1',
      'Name=!lab*  ens3',
      'Name=*',
      'Name=',
      'Name=ens[0-9]',
      'Name=lab1 \\\n  ens30',
      'MACAddress=02:00:00:00:00:01',
      'MACAddress=02-00-00-00-00-02 0200.0000.0003',
      'Type=ether',
      'Driver=e1000',
      '# Name=lab0',
      '; Name=lab1 \\',
    ),
    { maxLength: 3 },
  )
  .map((lines) => ['[Match]', ...lines].join('\n'));

function name(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace('.nmconnection', '');
}

describe.concurrent.each(['bookworm', 'trixie'] as const)('on %s', (suite) => {
  let bed: Bed;

  beforeAll(async () => {
    bed = await Bed.boot({ stack: 'networkd', suite });
  });

  afterAll(() => bed?.[Symbol.asyncDispose]());

  it('we take the file for an interface that networkd takes, or say that it cannot be told', async ({
    annotate,
  }) => {
    for (const [index, name] of interfaces.entries()) {
      await bed.sh(`ip link add ${name} address 02:00:00:00:00:0${index} type veth peer name peer-${name}`);
      await bed.sh(`ip link set ${name} up; ip link set peer-${name} up`);
    }
    const rounds = fc.sample(fc.array(match, { minLength: 3, maxLength: 3 }), { numRuns: 30, seed: 20 });
    let [told, untold] = [0, 0];
    for (const texts of rounds) {
      const files: NetworkFile[] = texts.map((text, index) => ({
        path: `/etc/systemd/network/0${index}-lab.network`,
        text: `${text}\n[Network]\nLinkLocalAddressing=no\n`,
      }));
      await bed.write(Object.fromEntries(files.map(({ path, text }) => [path, text])));
      // An interface that no file matches any more keeps its old one until networkd starts anew.
      await bed.sh('systemctl reset-failed systemd-networkd; systemctl restart systemd-networkd');
      const status = async () =>
        networkd.daemon?.question?.understand(await bed.sh('networkctl --no-pager status --all')) ??
        new Map();
      let reign = await status();
      const units = readUnits(files);
      const ours = interfaces.map((interfaceName, index) => ({
        interfaceName,
        candidates: candidatesFor(units, { interfaceName, macAddress: `02:00:00:00:00:0${index}` }),
      }));
      // networkd answers before it has acted.
      await bed
        .until('networkd has settled', async () => {
          reign = await status();
          return ours.every(({ interfaceName, candidates }) => {
            const paths: (string | undefined)[] = candidates.map(({ unit }) => unit.file.path);
            if (candidates.every(({ verdict }) => verdict === 'maybe')) paths.push(undefined);
            return paths.includes(reign.get(interfaceName));
          });
        })
        .catch(() => undefined);
      for (const { interfaceName, candidates } of ours) {
        const paths: (string | undefined)[] = candidates.map(({ unit }) => unit.file.path);
        if (candidates.every(({ verdict }) => verdict === 'maybe')) paths.push(undefined);
        expect(paths, `${interfaceName}\n${texts.join('\n')}`).toContain(reign.get(interfaceName));
        if (paths.length === 1) told += 1;
        else untold += 1;
      }
    }
    await annotate(`of ${told + untold} questions the files alone answered ${told}, all as networkd did`);
    expect(told).toBeGreaterThan(untold);
  });

  it('NetworkManager takes every profile that we edit, and reads one default route from it', async ({
    annotate,
  }) => {
    const count = 250;
    const cases = fc.sample(profiles, { numRuns: count, seed: 20 });
    const files: Record<string, string> = {};
    const isDisabled = (index: number) => index % 2 === 1;
    cases.forEach((before, index) => {
      const asked: GatewayTarget = { ...wish, publicInterface: isDisabled(index) ? 'disable' : 'keep' };
      for (const { path, text } of before) files[`/srv/nm/${index}-${name(path)}.before`] = text;
      for (const { path, text } of before) files[`/srv/nm/${index}-${name(path)}.after`] = text;
      for (const { path, after } of networkmanager.edit(before, asked))
        files[`/srv/nm/${index}-${name(path)}.after`] = after ?? '';
    });
    await bed.write(files);
    const output = await bed.sh(
      'cd /srv/nm; for f in *; do echo "== $f"; nmcli --offline connection modify connection.zone home <$f 2>/dev/null || echo REFUSED; done',
    );
    const read = new Map(
      output
        .split(/^== /m)
        .slice(1)
        .map((part): [string, string] => [
          part.slice(0, part.indexOf('\n')),
          part.slice(part.indexOf('\n') + 1),
        ]),
    );
    let accepted = 0;
    for (const [file, before] of read) {
      if (!file.endsWith('.before') || before.includes('REFUSED') || isWithoutAddress(before)) continue;
      accepted += 1;
      const after = read.get(file.replace('before', 'after')) ?? '';
      expect(defaultsIn(after), `${file}: ${files[`/srv/nm/${file.replace('before', 'after')}`]}`).toEqual(
        file.includes('eth1') ? [gateway] : [],
      );
      // All else that NetworkManager reads is the same: addresses, other routes.
      expect(rest(after), file).toEqual(rest(before));
      const [, index = '', device = ''] = /^(\d+)-(\w+)/.exec(file) ?? [];
      const publics = networkmanager.publicInterfaces(cases[Number(index)] ?? [], wish) ?? [];
      const isDown = isDisabled(Number(index)) && publics.includes(device);
      expect(/^autoconnect=false$/m.test(after), file).toBe(isDown);
      const both = [`${index}-eth0`, `${index}-eth1`];
      const resolvers = (state: string) =>
        both.flatMap((one) => resolversIn(read.get(`${one}.${state}`) ?? ''));
      const home = read.get(`${index}-eth1.before`) ?? '';
      if (!home.includes('REFUSED') && !isWithoutAddress(home))
        expect(resolvers('after'), file).toEqual(expect.arrayContaining(resolvers('before')));
    }
    await annotate(`NetworkManager took ${accepted} profiles as they were, and all of these as edited`);
    expect(accepted).toBeGreaterThan(count * 0.5);
  });
});
