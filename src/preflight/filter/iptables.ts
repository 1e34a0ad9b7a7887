import { lineAt } from '../finding.ts';
import {
  bothVerdicts,
  type FilterChain,
  type FilterRule,
  type FilterVerdict,
  type Fit,
  hasPort22,
  inverse,
  type RuleSet,
} from './ruleset.ts';

/** Rules of the file that iptables-services of RHEL brings, and of RHEL 6's own file. */
const delivered: ReadonlySet<string> = new Set([
  '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT',
  '-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT',
  '-A INPUT -p icmp -j ACCEPT',
  '-A INPUT -i lo -j ACCEPT',
  '-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT',
  '-A INPUT -m state --state NEW -m tcp -p tcp --dport 22 -j ACCEPT',
  '-A INPUT -j REJECT --reject-with icmp-host-prohibited',
  '-A FORWARD -j REJECT --reject-with icmp-host-prohibited',
]);

/** Targets after which a packet goes on to the next rule (iptables-extensions(8)). */
const goesOn =
  /^(?:LOG|NFLOG|ULOG|MARK|CONNMARK|SECMARK|CONNSECMARK|AUDIT|TRACE|CHECKSUM|SET|CLASSIFY|TCPMSS|TOS|DSCP|TTL|CT|NOTRACK)$/;

/** Reads what iptables-save(8) prints and iptables-restore(8) takes. */
export function parseIptables(source: string, text: string): RuleSet {
  const chains = new Map<string, FilterChain>();
  let table = '';
  let edited: string | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    // Counters before a rule, as `iptables-save -c` prints them.
    const line = raw.trim().replace(/^\[\d+:\d+\]\s*/, '');
    const at = lineAt(source, index, line);
    if (line.startsWith('*')) table = line.slice(1);
    const [, chain, policy] = /^:(\S+)\s+(\S+)/.exec(line) ?? [];
    if (chain !== undefined && policy !== undefined) {
      if (table === 'filter') chains.set(chain, emptyChain(policy === 'DROP' ? 'drop' : 'accept', at));
      if (policy === 'DROP') edited ??= at;
    }
    const words = wordsOf(line);
    const append = words[0] === '-A' || words[0] === '--append' || words[0] === '-I' ? words[1] : undefined;
    if (append === undefined) continue;
    if (!delivered.has(words.join(' '))) edited ??= at;
    if (table !== 'filter') continue;
    const own = chains.get(append) ?? emptyChain('accept', at);
    chains.set(append, own);
    own.rules.push({ ...ruleOf(words.slice(2)), at });
  }
  return { source, chains, inputs: ['INPUT'], edited };
}

function emptyChain(policy: FilterChain['policy'], policyAt: string): FilterChain {
  return { policy, policyAt, rules: [] };
}

function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

function ruleOf(words: readonly string[]): Omit<FilterRule, 'at'> {
  let fit: Fit = 'yes';
  let isNot = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const next = words[at + 1] ?? '';
    if (word === '-j' || word === '--jump' || word === '-g' || word === '--goto') {
      const verdict = verdictOf(next, word.includes('g'));
      return { fit, verdict };
    }
    if (word === '!') {
      isNot = true;
      continue;
    }
    const seen = matchOf(word, next, words[at + 2] ?? '');
    fit = bothVerdicts(fit, isNot ? inverse(seen.fit) : seen.fit);
    at += seen.values;
    isNot = false;
  }
  return { fit, verdict: { kind: 'next' } };
}

function verdictOf(target: string, isGoto: boolean): FilterVerdict {
  if (target === 'ACCEPT') return { kind: 'accept' };
  if (['DROP', 'REJECT', 'TARPIT'].includes(target)) return { kind: 'drop' };
  if (['QUEUE', 'NFQUEUE'].includes(target)) return { kind: 'unknown' };
  if (target === 'RETURN') return { kind: 'return' };
  if (goesOn.test(target)) return { kind: 'next' };
  return { kind: isGoto ? 'goto' : 'jump', chain: target };
}

/** One match, and how many words follow it. */
function matchOf(word: string, next: string, third: string): { readonly fit: Fit; readonly values: number } {
  const one = (fit: Fit) => ({ fit, values: 1 });
  switch (word) {
    case '-m':
    case '--match':
    case '--comment':
      return one('yes');
    case '-p':
    case '--protocol':
      return one(['tcp', '6', 'all', '0'].includes(next) ? 'yes' : 'no');
    case '-s':
    case '-d':
    case '--source':
    case '--destination':
      return one(/^0(\.0\.0\.0)?\/0/.test(next) ? 'yes' : 'maybe');
    case '-i':
    case '--in-interface':
      return one(next === 'lo' ? 'no' : next === '+' ? 'yes' : 'maybe');
    case '--dport':
    case '--dports':
    case '--destination-port':
    case '--destination-ports':
      return one(hasPort22(next.split(',')) ? 'yes' : 'no');
    case '--state':
    case '--ctstate':
      return one(next.split(',').includes('NEW') ? 'yes' : 'no');
    case '--dst-type':
      return one(next.split(',').includes('LOCAL') ? 'yes' : 'no');
    case '--icmp-type':
      return one('no');
    case '--syn':
      return { fit: 'yes', values: 0 };
    case '-f':
    case '--fragment':
      return { fit: 'no', values: 0 };
    case '--tcp-flags':
      return { fit: synFits(next, third) ? 'yes' : 'no', values: 2 };
    default:
      return { fit: 'maybe', values: next.startsWith('-') || next === '!' ? 0 : 1 };
  }
}

/** The first packet of a connection has SYN set, and none of the other flags. */
function synFits(mask: string, flags: string): boolean {
  const looked = mask === 'ALL' ? ['SYN', 'ACK', 'FIN', 'RST', 'URG', 'PSH'] : mask.split(',');
  const wanted =
    flags === 'NONE' ? [] : flags === 'ALL' ? ['SYN', 'ACK', 'FIN', 'RST', 'URG', 'PSH'] : flags.split(',');
  return looked.every((flag) => wanted.includes(flag) === (flag === 'SYN'));
}
