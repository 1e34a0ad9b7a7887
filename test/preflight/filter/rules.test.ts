import { describe, expect, it } from 'vitest';
import { checkFilters } from '../../../src/preflight/filter/check.ts';
import { firewalldFate } from '../../../src/preflight/filter/firewalld.ts';
import { parseIptables } from '../../../src/preflight/filter/iptables.ts';
import { parseNft } from '../../../src/preflight/filter/nft.ts';
import { loginFate } from '../../../src/preflight/filter/ruleset.ts';

function iptables(...rules: readonly string[]) {
  const text = ['*filter', ':INPUT DROP [0:0]', ':own - [0:0]', ':other - [0:0]', ...rules, 'COMMIT'].join(
    '\n',
  );
  return loginFate(parseIptables('rules', text)).kind;
}

describe('what iptables does with a login', () => {
  it.each<[string[], string]>([
    [[], 'dropped'],
    [['-A INPUT -j ACCEPT'], 'accepted'],
    [['-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT'], 'accepted'],
    [['[12:345] -A INPUT -p tcp -m multiport --dports 80,20:25 -j ACCEPT'], 'accepted'],
    [['-A INPUT -p tcp -m tcp --dport 2222 -j ACCEPT'], 'dropped'],
    [['-A INPUT -p tcp -m tcp ! --dport 80 -j ACCEPT'], 'accepted'],
    [['-A INPUT -p udp --dport 22 -j ACCEPT'], 'dropped'],
    [['-A INPUT ! -p udp -j ACCEPT'], 'accepted'],
    [['-A INPUT -i lo -j ACCEPT'], 'dropped'],
    [['-A INPUT -i eth1 -j ACCEPT'], 'unclear'],
    [['-A INPUT ! -i lo -j ACCEPT'], 'accepted'],
    [['-A INPUT -i + -j ACCEPT'], 'accepted'],
    [['-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT'], 'unclear'],
    [['-A INPUT -s 0.0.0.0/0 -p tcp --dport ssh -j ACCEPT'], 'accepted'],
    [['-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'], 'dropped'],
    [['-A INPUT -m conntrack --ctstate INVALID -j DROP', '-A INPUT -p tcp -j ACCEPT'], 'accepted'],
    [['-A INPUT -p tcp ! --syn -m state --state NEW -j DROP', '-A INPUT -j ACCEPT'], 'accepted'],
    [['-A INPUT -p tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP', '-A INPUT -j ACCEPT'], 'dropped'],
    [
      [
        '-A INPUT -p tcp --tcp-flags ALL NONE -j DROP',
        '-A INPUT -p tcp --tcp-flags ALL ALL -j DROP',
        '-A INPUT -j ACCEPT',
      ],
      'accepted',
    ],
    [['-A INPUT -f -j DROP', '-A INPUT -p icmp --icmp-type 8 -j DROP', '-A INPUT -j ACCEPT'], 'accepted'],
    [['-A INPUT -m addrtype --dst-type LOCAL -j ACCEPT'], 'accepted'],
    [['-A INPUT -m addrtype --dst-type BROADCAST -j ACCEPT'], 'dropped'],
    [['-A INPUT -m recent --name ssh --update -j DROP', '-A INPUT -j ACCEPT'], 'unclear'],
    [
      [
        '-A INPUT -j LOG --log-prefix "drop -j ACCEPT"',
        '-A INPUT -m comment --comment "ssh -j DROP" -j ACCEPT',
      ],
      'accepted',
    ],
    [['-A INPUT -j own', '-A own -p tcp --dport 22 -j ACCEPT'], 'accepted'],
    [['-A INPUT -j own', '-A own -j RETURN', '-A own -j ACCEPT'], 'dropped'],
    [['-A INPUT -g own', '-A INPUT -j ACCEPT', '-A own -j RETURN'], 'dropped'],
    [['-A INPUT -s 10.0.0.1 -j own', '-A own -j ACCEPT'], 'unclear'],
    [
      ['-A INPUT -j own', '-A INPUT -j ACCEPT', '-A own -s 10.0.0.0/8 -j RETURN', '-A own -j DROP'],
      'unclear',
    ],
    [['-A INPUT -j own', '-A own -j other', '-A other -j own'], 'unclear'],
    [['-A INPUT -j NFQUEUE --queue-num 0', '-A INPUT -j ACCEPT'], 'unclear'],
    [['-A INPUT -m tcp -p tcp --dport 22', '-A INPUT -j nowhere'], 'dropped'],
  ])('%j', (rules, kind) => expect(iptables(...rules)).toBe(kind));

  it('of other tables only says that they were edited', () => {
    const nat = parseIptables(
      'rules',
      '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j REDIRECT\nCOMMIT\n',
    );
    expect(loginFate(nat).kind).toBe('accepted');
    expect(nat.edited).toBe('rules:3: -A PREROUTING -p tcp -j REDIRECT');
    expect(parseIptables('rules', '*filter\n:INPUT ACCEPT [5:6]\nCOMMIT\n').edited).toBeUndefined();
  });
});

function nft(...rules: readonly string[]) {
  const text = `table inet t {
  set ports { type inet_service; elements = { 22, 80 } }
  chain in {
    type filter hook input priority filter; policy drop;
    ${rules.join('\n    ')}
  }
  chain own {
    tcp dport 22 accept
  }
}`;
  return loginFate(parseNft('rules', text)).kind;
}

describe('what nftables does with a login', () => {
  it.each<[string[], string]>([
    [[], 'dropped'],
    [['accept'], 'accepted'],
    [['tcp dport 22 accept'], 'accepted'],
    [['tcp dport ssh counter packets 5 bytes 300 accept comment "admins"'], 'accepted'],
    [['tcp dport { 80, 22 } ct state new accept # all'], 'accepted'],
    [['tcp dport { 80, 443 } accept'], 'dropped'],
    [['tcp dport != 80 accept'], 'accepted'],
    [['tcp dport 20-25 accept'], 'accepted'],
    [['tcp dport @ports accept'], 'unclear'],
    [['udp dport 22 accept', 'icmp type echo-request accept', 'ip6 nexthdr tcp accept'], 'dropped'],
    [['ct state established,related accept', 'iif "lo" accept', 'iifname lo accept'], 'dropped'],
    [['ct state { new } accept'], 'accepted'],
    [
      ['ct state vmap { established : accept, related : accept, invalid : drop }', 'meta l4proto tcp accept'],
      'accepted',
    ],
    [['ct state vmap { new : jump own, established : accept }'], 'unclear'],
    [['iifname != "lo" accept'], 'accepted'],
    [['iifname "eth1" accept'], 'unclear'],
    [['ip saddr 10.0.0.0/8 tcp dport 22 accept'], 'unclear'],
    [['ip protocol tcp accept'], 'accepted'],
    [['meta nfproto ipv6 accept'], 'dropped'],
    [['meta nfproto ipv4 accept'], 'accepted'],
    [['fib daddr type local accept'], 'accepted'],
    [['tcp dport 22 limit rate 3/minute accept'], 'unclear'],
    [['log prefix "in: " flags all', 'jump own'], 'accepted'],
    [['tcp dport 22 reject with tcp reset', 'accept'], 'dropped'],
    [['goto own'], 'accepted'],
    [['tcp dport vmap { 22 : accept }'], 'unclear'],
    [['queue num 0'], 'unclear'],
    [['return', 'accept'], 'dropped'],
    [['tcp dport \\\n 22 accept'], 'accepted'],
  ])('%j', (rules, kind) => expect(nft(...rules)).toBe(kind));

  it('is the same for rules that are added one by one, and each base chain counts', () => {
    const base = 'table ip t { chain in { type filter hook input priority 0; policy drop; }\n}\n';
    expect(loginFate(parseNft('rules', `${base}add rule ip t in tcp dport 22 accept\n`)).kind).toBe(
      'accepted',
    );
    const two = `${base}add rule ip t in accept\ntable inet u { chain in { type filter hook input priority 5; tcp dport 22 drop; } }\n`;
    expect(loginFate(parseNft('rules', two))).toEqual({ kind: 'dropped', at: 'rules:4: tcp dport 22 drop' });
    expect(
      loginFate(
        parseNft('rules', 'table ip6 t {\nchain in {\ntype filter hook input priority 0; policy drop;\n}\n}'),
      ).kind,
    ).toBe('accepted');
  });

  it('was edited where there is a rule or another file, not by empty chains or firewalld', () => {
    const edited = (text: string) => parseNft('rules', text).edited;
    expect(
      edited('table inet t {\n  chain in {\n    type filter hook input priority 0; policy accept;\n  }\n}\n'),
    ).toBeUndefined();
    expect(
      edited(
        'table inet firewalld {\n chain filter_INPUT {\n  type filter hook input priority 10; policy accept;\n  reject\n }\n}\n',
      ),
    ).toBeUndefined();
    expect(edited('include "/etc/nftables/*.nft"\n')).toBe('rules:1: include "/etc/nftables/*.nft"');
    expect(edited('table ip nat {\n chain out {\n  masquerade\n }\n}\n')).toBe('rules:3: masquerade');
    expect(edited('table ip t { comment "unfinished\n')).toBeUndefined();
  });
});

describe('firewalld', () => {
  const fate = (text: string, ...others: string[]) =>
    firewalldFate({ zone: { path: 'zone', text }, others }).kind;
  it.each<[string, string]>([
    ['<zone>\n<service name="ssh"/>\n</zone>', 'accepted'],
    ['<zone>\n<service name="ssh"/>\n<service name="http"/>\n</zone>', 'edited'],
    ['<zone>\n<port protocol="tcp" port="22"/>\n</zone>', 'edited'],
    ['<zone target="ACCEPT">\n</zone>', 'accepted'],
    ['<zone>\n<!-- <service name="ssh"/> -->\n</zone>', 'dropped'],
    ['<zone>\n<service name="http"/>\n</zone>', 'dropped'],
  ])('%j', (text, kind) => expect(fate(text)).toBe(kind));

  it('with files of the owner was edited; without any it is as it came', () => {
    expect(fate('<zone>\n<service name="ssh"/>\n</zone>', '/etc/firewalld/direct.xml')).toBe('edited');
    expect(firewalldFate({ zone: undefined, others: [] }).kind).toBe('accepted');
    expect(firewalldFate({ zone: undefined, others: ['/etc/firewalld/direct.xml'] }).kind).toBe('edited');
  });
});

it('the worst of all packet filters counts, with its line', () => {
  const edited = parseIptables('a', '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 80 -j DROP\n');
  const unclear = parseIptables('b', '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 10.0.0.1 -j DROP\n');
  const dropped = parseIptables('c', '*filter\n:INPUT DROP [0:0]\n');
  const check = (...ruleSets: (typeof edited)[]) => {
    const { level, line } = checkFilters({ ruleSets, firewalld: undefined, keepsCustom: false });
    return [level, line];
  };
  expect(check()).toEqual(['PASS', 'rules: none of the owner']);
  expect(check(edited)).toEqual(['WARN', 'a:3: -A INPUT -p tcp --dport 80 -j DROP']);
  expect(check(edited, unclear)).toEqual(['WARN', 'b:3: -A INPUT -s 10.0.0.1 -j DROP']);
  expect(check(edited, unclear, dropped)).toEqual(['FAIL', 'c:2: :INPUT DROP [0:0]']);
});
