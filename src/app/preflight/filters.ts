import { checkFilters } from '../../preflight/filter/check.ts';
import { defaultZone, type FirewalldSeen } from '../../preflight/filter/firewalld.ts';
import { parseIptables } from '../../preflight/filter/iptables.ts';
import { parseNft } from '../../preflight/filter/nft.ts';
import type { RuleSet } from '../../preflight/filter/ruleset.ts';
import { type PreflightFinding, skipped } from '../../preflight/finding.ts';
import type { Run } from '../../system/tool.ts';
import { isEnabled } from '../../system/units/listing.ts';
import type { PreflightTree } from './tree.ts';

/** In ms. */
const limitMs = 10_000;

/** In characters: thousands of rules. */
const longestOutput = 8 * 2 ** 20;

/** The files from which services set rules at boot, each with the services. */
const saved = [
  {
    path: '/etc/iptables/rules.v4',
    units: ['netfilter-persistent.service', 'iptables.service'],
    parse: parseIptables,
  },
  { path: '/etc/sysconfig/iptables', units: ['iptables.service'], parse: parseIptables },
  { path: '/etc/nftables.conf', units: ['nftables.service'], parse: parseNft },
  { path: '/etc/sysconfig/nftables.conf', units: ['nftables.service'], parse: parseNft },
] as const;

/**
 * Looks at the packet filters: at the files from which they are set at boot, and on the running system at the rules
 * of the kernel.
 * @param run starts programs; undefined: the tree does not run
 */
export async function lookAtFilters(tree: PreflightTree, run: Run | undefined): Promise<PreflightFinding> {
  const ruleSets: RuleSet[] = [];
  const listing = await tree.units();
  for (const { path, units, parse } of saved) {
    if (!units.some((unit) => isEnabled(listing, unit))) continue;
    const reading = await tree.read(path);
    if (reading.kind === 'unknown') return skipped('packet-filter', reading.why);
    if (reading.kind === 'known') ruleSets.push(parse(path, reading.value));
  }
  const ufw = await ufwRules(tree);
  if (ufw !== undefined) ruleSets.push(ufw);
  if (run !== undefined) {
    const kernel = await kernelRules(tree, run);
    if (typeof kernel === 'string') return skipped('packet-filter', kernel);
    ruleSets.push(...kernel);
  }
  return checkFilters({
    ruleSets,
    firewalld: await firewalld(tree),
    keepsCustom: await tree.has('/etc/rackconnect-allow-custom-iptables'),
  });
}

/** The rules in the kernel; a string: why they are not known. A server without the programs has no rules of them. */
async function kernelRules(tree: PreflightTree, run: Run): Promise<readonly RuleSet[] | string> {
  const tools = [
    { program: 'nft', argv: ['list', 'ruleset'], name: 'nft list ruleset', parse: parseNft },
    { program: 'iptables-save', argv: [], name: 'iptables-save', parse: parseIptables },
    // The iptables of today shows the rules of nftables alone. To ask the old one would load its module.
    ...((await hasOldTables(tree))
      ? [{ program: 'iptables-legacy-save', argv: [], name: 'iptables-legacy-save', parse: parseIptables }]
      : []),
  ];
  const ruleSets: RuleSet[] = [];
  for (const { program, argv, name, parse } of tools) {
    const path = await tree.program(program);
    if (path === undefined) continue;
    const { ok, how, output, isCut } = await run({
      argv: [path, ...argv],
      timeoutMs: limitMs,
      longestOutput,
    });
    if (!ok) return `${name}: ${how}`;
    if (isCut) return `${name} prints more than can be read`;
    ruleSets.push(parse(name, output));
  }
  return ruleSets;
}

/** The kernel lists the tables of the old iptables, if there are any. */
async function hasOldTables(tree: PreflightTree): Promise<boolean> {
  const [names] = await tree.readAll(['/proc/net/ip_tables_names']);
  return names !== undefined && names.text.trim() !== '';
}

/** ufw's own rules; what it lets in stands in the chain ufw-user-input (ufw-framework(8)). */
async function ufwRules(tree: PreflightTree): Promise<RuleSet | undefined> {
  const [conf, defaults, user] = await Promise.all(
    ['/etc/ufw/ufw.conf', '/etc/default/ufw', '/etc/ufw/user.rules'].map(
      async (path) => (await tree.readAll([path]))[0],
    ),
  );
  if (conf === undefined || variableOf(conf.text, 'ENABLED') !== 'yes') return undefined;
  const rules = parseIptables('/etc/ufw/user.rules', user?.text ?? '');
  const chain = rules.chains.get('ufw-user-input') ?? { rules: [] };
  const isOpen = variableOf(defaults?.text ?? '', 'DEFAULT_INPUT_POLICY') === 'accept';
  const at = `${conf.path}: ENABLED=yes`;
  const input = {
    policy: isOpen ? 'accept' : 'drop',
    policyAt: `${at}, and no rule lets in port 22`,
    rules: chain.rules,
  } as const;
  const chains = new Map([
    ...rules.chains,
    ['ufw-user-input', { ...input, rules: [...chain.rules] }] as const,
  ]);
  return { ...rules, chains, inputs: ['ufw-user-input'], edited: rules.edited ?? at };
}

/** The value of a variable in a file of shell assignments, in lower case; empty: it is not set. */
function variableOf(text: string, name: string): string {
  const line = text.split('\n').findLast((one) => one.trim().startsWith(`${name}=`)) ?? '';
  return line
    .slice(line.indexOf('=') + 1)
    .replace(/["']/g, '')
    .trim()
    .toLowerCase();
}

async function firewalld(tree: PreflightTree): Promise<FirewalldSeen | undefined> {
  if (!isEnabled(await tree.units(), 'firewalld.service')) return undefined;
  const [conf] = await tree.readAll(['/etc/firewalld/firewalld.conf']);
  const name = defaultZone(conf?.text ?? '');
  const [zone] = await tree.readAll([
    `/etc/firewalld/zones/${name}.xml`,
    `/usr/lib/firewalld/zones/${name}.xml`,
  ]);
  const policies = await tree.expand('/etc/firewalld/policies/*.xml');
  const direct = (await tree.has('/etc/firewalld/direct.xml')) ? ['/etc/firewalld/direct.xml'] : [];
  return { zone, others: [...direct, ...policies] };
}
