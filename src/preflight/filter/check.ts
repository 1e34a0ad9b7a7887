import type { PreflightFinding } from '../finding.ts';
import { type FirewalldFate, type FirewalldSeen, firewalldFate } from './firewalld.ts';
import { type LoginFate, loginFate, type RuleSet } from './ruleset.ts';

const id = 'packet-filter';
const why = 'RackConnect logs in through the packet filter, and manages it';
const customFile = '/etc/rackconnect-allow-custom-iptables';

/** The packet filters, as far as they could be read. */
export interface FiltersSeen {
  readonly ruleSets: readonly RuleSet[];
  /** undefined: firewalld is not enabled */
  readonly firewalld: FirewalldSeen | undefined;
  /** the file by which RackConnect keeps the owner's rules is there */
  readonly keepsCustom: boolean;
}

/** Whether rules keep RackConnect out, or are ones that it would replace. */
export function checkFilters({ ruleSets, firewalld, keepsCustom }: FiltersSeen): PreflightFinding {
  const fates = [
    ...ruleSets.filter((one) => !isRackConnects(one) && !isFirewallds(one)).map(fateOf),
    ...(firewalld === undefined ? [] : [firewalldFate(firewalld)]),
  ];
  const of = (kind: LoginFate['kind'] | 'edited') => fates.find((fate) => fate.kind === kind)?.at;
  const [dropped, unclear, edited] = [of('dropped'), of('unclear'), of('edited')];
  if (dropped !== undefined) {
    const remedy = 'let TCP port 22 in, from all addresses, until the automation is DEPLOYED';
    return { id, level: 'FAIL', line: dropped, reason: `${why}: it is kept out`, remedy };
  }
  if (unclear !== undefined) {
    const reason = `${why}: whether it comes in depends on its address, or on what the rules do not tell`;
    return { id, level: 'WARN', line: unclear, reason, remedy: 'let TCP port 22 in, from all addresses' };
  }
  if (edited !== undefined && !keepsCustom) {
    const reason = `${why}: the rules were edited, and it replaces them with its own`;
    const remedy = `add rules once the automation is DEPLOYED; it keeps them where ${customFile} is there`;
    return { id, level: 'WARN', line: edited, reason, remedy };
  }
  const [first] = ruleSets;
  const line =
    edited ??
    fates.find(({ at }) => at !== undefined)?.at ??
    `${first?.source ?? 'rules'}: none of the owner`;
  return { id, level: 'PASS', line, reason: `${why}: it can` };
}

function fateOf(ruleSet: RuleSet): (LoginFate | FirewalldFate) & { readonly at?: string } {
  const fate = loginFate(ruleSet);
  if (fate.kind !== 'accepted' || ruleSet.edited === undefined) return fate;
  return { kind: 'edited', at: ruleSet.edited };
}

/** RackConnect's own rules are in chains of this name, to which INPUT and FORWARD jump. */
function isRackConnects({ chains }: RuleSet): boolean {
  return [...chains.keys()].some((name) => name.split(' ').at(-1)?.startsWith('RS-RackConnect'));
}

/** firewalld before 0.6 writes its zones with iptables. */
function isFirewallds({ chains }: RuleSet): boolean {
  return [...chains.keys()].some((name) => name.split(' ').at(-1) === 'INPUT_ZONES');
}
