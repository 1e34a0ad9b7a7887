import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { ifupdown } from '../../../src/network/stacks/ifupdown/index.ts';
import { netplan } from '../../../src/network/stacks/netplan/index.ts';
import type { GatewayTarget } from '../../../src/network/types.ts';
import { interfacesText } from '../../network/stacks/ifupdown/cases.ts';
import { ethernets, style } from '../../network/stacks/netplan/cases.ts';
import { type Tree, writeYaml } from '../../network/stacks/netplan/yaml-writer.ts';
import { Bed } from './bed.ts';
import { gateway } from './beds.ts';
import * as keyfile from './keyfile.ts';

const wish = { gateway: parseIpv4(gateway), interfaceName: 'eth1' } as GatewayTarget;
/** What a shell loop printed for each case, between lines of `== NUMBER STATUS`. */
function reports(output: string): { status: number; text: string }[] {
  return output
    .split(/^== \d+ /m)
    .slice(1)
    .map((part) => ({ status: Number.parseInt(part, 10), text: part.replace(/^\d+\n/, '') }));
}

/** ifupdown's words for a file, or a stanza, that it does not take; its exit status also tells of interfaces that are not there. */
function isTaken(report: { text: string } | undefined): boolean {
  return (
    report !== undefined &&
    !/couldn't read interfaces file|missing required configuration variables for interface eth1/.test(
      report.text,
    )
  );
}

/** The gateways of IPv4 default routes of the main table in networkd's files. */
function ipv4Defaults(text: string): string[] {
  const gateways = text.split(/^\[/m).flatMap((section) => {
    if (section.startsWith('Network]'))
      return [...section.matchAll(/^Gateway=(\S+)/gm)].map(([, via]) => via ?? '');
    const isDefault = /^Destination=0\.0\.0\.0\/0/m.test(section) && !/^Table=/m.test(section);
    const via = /^Gateway=(\S+)/m.exec(section)?.[1] ?? '';
    return section.startsWith('Route]') && isDefault && !via.includes(':') ? [via] : [];
  });
  return gateways;
}

/** What a DHCP override, a move of resolvers and a disabled interface change. */
const changed =
  /^(Gateway|UseRoutes|UseMTU|RouteMetric|DNS|Domains|ActivationPolicy|RequiredForOnline)=.*\n/gm;

/** The sections without default routes and without what is changed besides. */
function rest(text: string): string[] {
  return text
    .split(/^(?=\[)/m)
    .filter(
      (section) =>
        !/^\[Route\]/.test(section) ||
        !/^Destination=0\.0\.0\.0\/0/m.test(section) ||
        /^Table=/m.test(section),
    )
    .map((section) => section.replace(changed, '').trim())
    .filter((section) => section.startsWith('[') && !/^\[(DHCP|Network|Match|Link)\]$/.test(section))
    .sort();
}

const interfaces = ['eth0', 'eth1', 'eth2'];

/** The part of networkd's files that is about an interface. */
function partOf(text: string, name: string): string {
  return text.split(/^(?=\[Match\])/m).find((part) => part.startsWith(`[Match]\nName=${name}\n`)) ?? '';
}

/** The interfaces in whose part something is said. */
function names(text: string, what: RegExp): string[] {
  return interfaces.filter((name) => what.test(partOf(text, name)));
}

/** The resolvers and search domains of an interface. */
function resolvers(text: string, name: string): string[] {
  const lines = partOf(text, name).matchAll(/^(?:DNS|Domains)=(.*)$/gm);
  return [...lines].flatMap(([, words]) => words?.split(' ') ?? []);
}

/** The keyfiles that netplan has generated. */
function profilesIn(text: string): string[] {
  return text.split(/^= /m).slice(1);
}

const defaultsOf = {
  networkd: ipv4Defaults,
  // What the interface's own DHCP brings is not looked at, as with networkd: those that the files name count.
  NetworkManager: (text: string) =>
    profilesIn(text).flatMap((profile) =>
      keyfile.defaultsIn(profile).filter((via) => via !== 'auto' || profile.startsWith('netplan-eth0')),
    ),
};

const restOf = {
  networkd: (text: string) => rest(text.replace(/^= .*\n/gm, '')),
  NetworkManager: (text: string) =>
    profilesIn(text).map((profile) =>
      keyfile.rest(profile).filter((line) => !/^(ignore-auto-routes|route-metric)=/.test(line)),
    ),
};

/** For NetworkManager netplan leaves the routes out of an interface that has no address. */
const takesRoutes = {
  networkd: () => true,
  NetworkManager: (text: string) =>
    profilesIn(text).some(
      (profile) => profile.startsWith('netplan-eth1.') && keyfile.methodOf(profile) !== 'link-local',
    ),
};

/**
 * For NetworkManager netplan leaves what it says of a family out of an interface that has no address of it: so each
 * has one of both, as a server does.
 */
const addressed = {
  networkd: (tree: Tree): Tree => tree,
  NetworkManager: (tree: Tree): Tree =>
    Object.fromEntries(
      Object.entries(tree).map(([name, settings]) => [
        name,
        { ...(settings as object), addresses: ['10.208.5.7/19', '2001:db8::7/64'] },
      ]),
    ),
};

const netplans = (['bullseye', 'bookworm', 'trixie'] as const).flatMap((suite) =>
  (['networkd', 'NetworkManager'] as const).map((renderer) => ({ suite, renderer })),
);
const netplanCases = 120;

/** Prints what netplan made of each case, in one process: to start cat(1) for each file would take longer than all else. */
const printReports = `
import glob, os, sys
for n in range(int(sys.argv[1])):
    print("==", n, open(f"{n}/status").read(), end="")
    print(open(f"{n}/err").read(), end="")
    made = ["/run/systemd/network/*.network", "/run/NetworkManager/system-connections/*"]
    for path in [path for pattern in made for path in sorted(glob.glob(f"{n}{pattern}"))]:
        print("=", os.path.basename(path))
        print(open(path).read(), end="")
`;

describe.concurrent.each(netplans)('netplan on $suite, for $renderer', ({ suite, renderer }) => {
  const isOld = suite === 'bullseye';
  let bed: Bed;

  beforeAll(async () => {
    bed = await Bed.boot({ stack: isOld ? 'netplan-0.101' : 'netplan', suite });
  });

  afterAll(() => bed?.[Symbol.asyncDispose]());

  it('netplan takes every file that we edit, and generates one default route from it', async ({
    annotate,
  }) => {
    const path = '/etc/netplan/50-cloud-init.yaml';
    const cases = fc
      .sample(fc.tuple(ethernets(true, isOld), style), {
        numRuns: netplanCases,
        seed: suite === 'trixie' ? 20 : 21,
      })
      .map(([tree, stream]) => ({
        path,
        text: writeYaml(
          { network: { version: '2', renderer, ethernets: addressed[renderer](tree) } },
          () => stream.next().value,
        ),
      }));
    const files: Record<string, string> = {};
    // netplan 0.101 knows no activation-mode: there `disable` is refused, since it takes none of the new files.
    const isDisabled = (index: number) => !isOld && index % 2 === 1;
    cases.forEach((file, index) => {
      const asked: GatewayTarget = { ...wish, publicInterface: isDisabled(index) ? 'disable' : 'keep' };
      files[`/srv/${renderer}/before/${index}${path}`] = file.text;
      files[`/srv/${renderer}/after/${index}${path}`] = file.text;
      for (const { path: changed, after } of netplan.edit([file], asked))
        files[`/srv/${renderer}/after/${index}${changed}`] = after ?? '';
    });
    await bed.write(files);
    const generate = async (folder: string) =>
      reports(
        await bed.sh(
          `generate=$(ls /usr/libexec/netplan/generate /lib/netplan/generate 2>/dev/null | head -n 1); cd /srv/${renderer}/${folder}; n=0; while [ $n -lt ${netplanCases} ]; do $generate --root-dir $PWD/$n >/dev/null 2>$n/err; echo $? >$n/status; n=$((n + 1)); done; python3 -c '${printReports}' ${netplanCases}`,
        ),
      );
    const [before, after] = [await generate('before'), await generate('after')];
    expect(after).toHaveLength(netplanCases);
    const accepted = after.filter(
      (_, index) => before[index]?.status === 0 && takesRoutes[renderer](before[index].text),
    );
    await annotate(
      `netplan took ${accepted.length} of ${netplanCases} files as they were, and all of these as edited`,
    );
    expect(accepted.length).toBeGreaterThan(netplanCases * 0.3);
    for (const { status, text } of accepted) {
      expect(status, text).toBe(0);
      expect(text).not.toMatch(/Conflicting default route declarations for IPv4 \(table: main/);
      expect(defaultsOf[renderer](text), text).toEqual([gateway]);
    }
    // All else that netplan generates is the same: addresses, other routes, MTU.
    after.forEach(({ text }, index) => {
      if (before[index]?.status !== 0) return;
      const old = before[index]?.text ?? '';
      expect(restOf[renderer](text)).toEqual(restOf[renderer](old));
      if (renderer !== 'networkd') return;
      const publics = netplan.publicInterfaces([cases[index] ?? { path, text: '' }], wish) ?? [];
      expect(names(text, /^ActivationPolicy=always-down$/m)).toEqual(isDisabled(index) ? publics : []);
      const all = (one: string) => new Set(interfaces.flatMap((name) => resolvers(one, name)));
      expect(all(text)).toEqual(all(old));
      expect(resolvers(text, 'eth2')).toEqual(resolvers(old, 'eth2'));
      expect(resolvers(text, 'eth0')).toEqual(publics.includes('eth0') ? [] : resolvers(old, 'eth0'));
    });
  });
});

const count = 300;

describe.concurrent.each(['bullseye', 'bookworm', 'trixie'] as const)('ifupdown on %s', (suite) => {
  let bed: Bed;

  beforeAll(async () => {
    bed = await Bed.boot({ stack: 'ifupdown', suite });
  });

  afterAll(() => bed?.[Symbol.asyncDispose]());

  it('ifupdown takes every file that we edit, and would add one default route from it', async ({
    annotate,
  }) => {
    const texts = fc.sample(interfacesText, { numRuns: count, seed: 20 });
    const files = Object.fromEntries(
      texts.flatMap((text, index) => [
        [`/srv/if/${index}.before`, text],
        [
          `/srv/if/${index}.after`,
          ifupdown.edit([{ path: '/etc/network/interfaces', text }], wish)[0]?.after ?? text,
        ],
      ]),
    );
    await bed.write(files);
    const noAct = async (suffix: string) =>
      reports(
        await bed.sh(
          `cd /srv/if; for n in $(seq 0 ${count - 1}); do out=$(ifup --no-act --force --no-scripts --no-loopback -i $PWD/$n.${suffix} eth0 eth1 eth2 eth3 eth4 2>&1); echo "== $n $?"; echo "$out"; done`,
        ),
      );
    const [before, after] = [await noAct('before'), await noAct('after')];
    const accepted = after.filter((_, index) => isTaken(before[index]));
    await annotate(`ifupdown took ${accepted.length} of ${count} files as they were`);
    expect(accepted.length).toBeGreaterThan(count * 0.3);
    for (const report of accepted) {
      expect(isTaken(report), report.text).toBe(true);
      const adds = report.text
        .split('\n')
        .filter((line) => /^\s*(\/sbin\/)?(ip|route).*\badd default\b/.test(line) && !line.includes('-6'));
      expect(
        adds.map((line) => line.trim()),
        report.text,
      ).toEqual([expect.stringMatching(`^(/sbin/)?ip route add default via ${gateway} +dev eth1 onlink$`)]);
    }
  });

  it('we refuse the files that ifupdown refuses, and no others', async () => {
    const pieces = [
      'iface eth1 inet static\n',
      'iface eth1 inet static \\\n',
      '  address 10.208.5.7/19\n',
      '\taddress\n',
      'auto eth1\n',
      'auto\n',
      '# comment \\\n',
      '\n',
      'mapping eth9\n',
      '  script /bin/true\n',
      'iface eth1 inherits eth0\n',
      'iface eth0 inet manual\n',
      'iface eth0 inet manual inherits eth1\n',
      'iface\n',
      'iface eth0 inet\n',
      'no-scripts eth0\n',
      'allow-hotplug eth0\r\n',
      '  up echo a \\\n',
      'rename a=b\n',
    ];
    const body = fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((all) => all.join(''));
    const texts = fc.sample(body, { numRuns: 600, seed: 20 });
    await bed.write(Object.fromEntries(texts.map((text, index) => [`/srv/refuse/${index}`, text || '\n'])));
    const theirs = reports(
      await bed.sh(
        `cd /srv/refuse; for n in $(seq 0 599); do out=$(ifquery -i $PWD/$n --list --all 2>&1); echo "== $n $?"; echo "$out"; done`,
      ),
    );
    const disagreements = texts.filter((text, index) => {
      let taken = true;
      try {
        ifupdown.addresses([{ path: '/etc/network/interfaces', text: text || '\n' }]);
      } catch {
        taken = false;
      }
      return taken !== isTaken(theirs[index]);
    });
    expect(disagreements).toEqual([]);
    expect(theirs.filter(isTaken).length).toBeGreaterThan(60);
  });
});
