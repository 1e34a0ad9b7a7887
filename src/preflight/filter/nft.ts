import { lineAt } from '../finding.ts';
import { nftStatements } from './nft-blocks.ts';
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

/** Reads what `nft list ruleset` prints and `nft -f` takes: tables in blocks, and `add rule`. */
export function parseNft(source: string, text: string): RuleSet {
  const chains = new Map<string, FilterChain>();
  const inputs: string[] = [];
  let edited: string | undefined;
  for (const { blocks, text: statement, index } of nftStatements(text)) {
    const at = lineAt(source, index, statement);
    const place = placeOf(blocks, statement);
    if (place === undefined) {
      // Other files may hold anything.
      if (statement.startsWith('include ')) edited ??= at;
      continue;
    }
    const { family, table, chain, rest } = place;
    // firewalld's table is judged by firewalld's own files.
    if (table === 'firewalld') continue;
    const name = `${family} ${table} ${chain}`;
    const own = chains.get(name) ?? { policy: 'accept', policyAt: at, rules: [] };
    chains.set(name, own);
    if (/^type \w+ hook /.test(rest)) {
      // A connection to this server comes in by the hook "input"; those of ip6, arp, bridge and netdev are not for it.
      if (/^type filter hook input /.test(rest) && ['ip', 'inet'].includes(family)) inputs.push(name);
    } else if (rest.startsWith('policy ')) {
      if (rest === 'policy drop') edited ??= at;
      own.policy = rest === 'policy drop' ? 'drop' : 'accept';
      own.policyAt = at;
    } else if (!/^(?:comment|devices?)\b/.test(rest)) {
      edited ??= at;
      own.rules.push({ ...nftRule(rest, `${family} ${table}`), at });
    }
  }
  return { source, chains, inputs, edited };
}

interface Place {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly rest: string;
}

function placeOf(blocks: readonly string[], statement: string): Place | undefined {
  const [table = '', chain = ''] = blocks;
  const [, family = 'ip', tableName] = /^table (?:(ip6?|inet|arp|bridge|netdev) )?(\S+)/.exec(table) ?? [];
  const [, chainName] = /^chain (\S+)/.exec(chain) ?? [];
  if (tableName !== undefined && chainName !== undefined)
    return { family, table: tableName, chain: chainName, rest: statement };
  const [, ruleFamily = 'ip', ruleTable, ruleChain, rest] =
    /^(?:add|insert) rule (?:(ip6?|inet|arp|bridge|netdev) )?(\S+) (\S+) (.+)$/.exec(statement) ?? [];
  if (ruleTable === undefined || ruleChain === undefined || rest === undefined) return undefined;
  return { family: ruleFamily, table: ruleTable, chain: ruleChain, rest };
}

/** Expressions at the beginning of what is left of a rule, and whether they fit the login. */
const matches: readonly (readonly [RegExp, (value: string, isNot: boolean) => Fit])[] = [
  [/^counter(?: packets \d+ bytes \d+)?()()/, () => 'yes'],
  [/^comment "[^"]*"()()/, () => 'yes'],
  [
    /^log(?: (?:prefix "[^"]*"|level \w+|flags [\w ,]+?|group \d+|snaplen \d+|queue-threshold \d+))*()()(?= |$)/,
    () => 'yes',
  ],
  [/^(?:tcp|th) dport (!= )?(\{[^}]*\}|\S+)/, (value, isNot) => fitOf(isNot, ofPorts(value))],
  [/^ct state vmap ()(\{[^}]*\})/, (value) => (/\bnew\b/.test(value) ? 'maybe' : 'no')],
  [/^ct state (!= )?(\{[^}]*\}|[\w,]+)/, (value, isNot) => fitOf(isNot, listHas(value, /^new$/))],
  [/^(?:meta )?iif(?:name)? (!= )?"?(lo)"?(?= |$)/, (_, isNot) => (isNot ? 'yes' : 'no')],
  [
    /^(?:meta l4proto|ip protocol) (!= )?(\{[^}]*\}|\S+)/,
    (value, isNot) => fitOf(isNot, listHas(value, /^(?:tcp|6)$/)),
  ],
  [/^meta nfproto (!= )?(\S+)/, (value, isNot) => fitOf(isNot, value === 'ipv4' ? 'yes' : 'no')],
  [/^fib daddr type (!= )?(\{[^}]*\}|\S+)/, (value, isNot) => fitOf(isNot, listHas(value, /^local$/))],
  [/^(?:udp|udplite|sctp|dccp|icmp|icmpv6|ip6|esp|ah)()() /, () => 'no'],
];

const verdicts =
  /(?:^| )(?:(accept|drop|return|continue)|(queue)(?: .+)?|(reject)(?: with .+)?|(jump|goto) (\S+))$/;

function nftRule(text: string, table: string): Omit<FilterRule, 'at'> {
  // A comment may stand behind the verdict.
  const body = text.replace(/ comment "[^"]*"$/, '');
  const [end, plain, queue, reject, jump, chain = ''] = verdicts.exec(body) ?? [];
  const verdict: FilterVerdict =
    jump !== undefined
      ? { kind: jump === 'goto' ? 'goto' : 'jump', chain: `${table} ${chain}` }
      : { kind: kindOf(plain ?? queue ?? reject) };
  const fit = expressionFit(body.slice(0, body.length - (end?.length ?? 0)).trim());
  // A map of verdicts, as "tcp dport vmap @ports", may do anything.
  if (end === undefined && body.includes(' vmap ')) return { fit, verdict: { kind: 'unknown' } };
  return { fit, verdict };
}

function kindOf(word: string | undefined): 'accept' | 'drop' | 'return' | 'next' | 'unknown' {
  if (word === 'accept' || word === 'return') return word;
  if (word === 'queue') return 'unknown';
  return word === 'drop' || word === 'reject' ? 'drop' : 'next';
}

function expressionFit(expression: string): Fit {
  let fit: Fit = 'yes';
  for (let rest = expression; rest !== ''; ) {
    const found = matches.flatMap(([pattern, judge]) => {
      const match = pattern.exec(rest);
      return match === null
        ? []
        : [{ length: match[0].length, fit: judge(match[2] ?? '', match[1] === '!= ') }];
    })[0];
    fit = bothVerdicts(fit, found?.fit ?? 'maybe');
    // After a word that is not known nothing more is certain: its own words would look like expressions.
    if (found === undefined || fit === 'no') return fit;
    rest = rest.slice(found.length).trim();
  }
  return fit;
}

function fitOf(isNot: boolean, fit: Fit): Fit {
  return isNot ? inverse(fit) : fit;
}

function ofPorts(value: string): Fit {
  if (value.startsWith('@') || value.startsWith('$') || value.includes(' : ') || value === 'vmap')
    return 'maybe';
  return hasPort22(elements(value)) ? 'yes' : 'no';
}

function listHas(value: string, wanted: RegExp): Fit {
  if (value.startsWith('@') || value.startsWith('$')) return 'maybe';
  return elements(value).some((one) => wanted.test(one)) ? 'yes' : 'no';
}

function elements(value: string): readonly string[] {
  return value
    .replace(/[{}"]/g, '')
    .split(',')
    .map((one) => one.trim());
}
