/** Whether a rule is for RackConnect's login: a new TCP connection over IPv4 to port 22, from an unknown address. */
export type Fit = 'yes' | 'maybe' | 'no';

/** What a rule does with a packet that it is for. */
export type FilterVerdict =
  /** unknown: a program or a map decides */
  | { readonly kind: 'accept' | 'drop' | 'return' | 'next' | 'unknown' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** One rule of a packet filter. */
export interface FilterRule {
  readonly fit: Fit;
  readonly verdict: FilterVerdict;
  /** where it stands, and its text */
  readonly at: string;
}

/** A chain of rules. */
export interface FilterChain {
  /** what becomes of a packet at the end of a base chain */
  policy: 'accept' | 'drop';
  /** where the policy stands */
  policyAt: string;
  readonly rules: FilterRule[];
}

/** All rules from one file or command. */
export interface RuleSet {
  /** the file or command that they come from */
  readonly source: string;
  readonly chains: ReadonlyMap<string, FilterChain>;
  /** the base chains through which a connection to this server comes in */
  readonly inputs: readonly string[];
  /** the first rule or policy that no distribution and no RackConnect has made */
  readonly edited: string | undefined;
}

/** Jumps go no deeper in the kernel (NFT_JUMP_STACK_SIZE). */
const deepestJump = 16;

/** What becomes of the login in a chain, and what may become of it. */
interface Fate {
  readonly end: 'accept' | 'drop' | 'return';
  readonly at: string;
  readonly mayAccept: boolean;
  /** the first rule that may drop it */
  readonly mayDrop: string | undefined;
}

/** What a packet filter does with RackConnect's login. */
export type LoginFate =
  | { readonly kind: 'accepted' }
  /** it depends on where it comes from, or on what the rules do not say */
  | { readonly kind: 'unclear'; readonly at: string }
  | { readonly kind: 'dropped'; readonly at: string };

/** Follows RackConnect's login through the base chains; each of them must accept it. */
export function loginFate({ chains, inputs }: RuleSet): LoginFate {
  let unclear: string | undefined;
  for (const name of inputs) {
    const chain = chains.get(name);
    if (chain === undefined) continue;
    const fate = follow(chains, name, 0);
    const end = fate.end === 'return' ? chain.policy : fate.end;
    const at = fate.end === 'return' ? chain.policyAt : fate.at;
    if (end === 'drop' && !fate.mayAccept) return { kind: 'dropped', at };
    unclear ??= end === 'drop' ? at : fate.mayDrop;
  }
  return unclear === undefined ? { kind: 'accepted' } : { kind: 'unclear', at: unclear };
}

function follow(chains: RuleSet['chains'], name: string, depth: number): Fate {
  let mayAccept = false;
  let mayDrop: string | undefined;
  const ended = (end: Fate['end'], at: string): Fate => ({ end, at, mayAccept, mayDrop });
  for (const { fit, verdict, at } of chains.get(name)?.rules ?? []) {
    if (fit === 'no' || verdict.kind === 'next') continue;
    if (verdict.kind === 'return') {
      if (fit === 'yes') return ended('return', at);
      // What follows may not be reached.
      mayAccept = true;
      continue;
    }
    const fate = fateOfVerdict(chains, verdict, at, depth);
    mayAccept ||= fate.mayAccept || (fit === 'maybe' && fate.end === 'accept');
    mayDrop ??= fate.mayDrop ?? (fit === 'maybe' && fate.end === 'drop' ? fate.at : undefined);
    if (fit === 'yes' && fate.end !== 'return') return ended(fate.end, fate.at);
    if (fit === 'yes' && verdict.kind === 'goto') return ended('return', at);
  }
  return ended('return', '');
}

function fateOfVerdict(chains: RuleSet['chains'], verdict: FilterVerdict, at: string, depth: number): Fate {
  if ('chain' in verdict)
    return depth < deepestJump
      ? follow(chains, verdict.chain, depth + 1)
      : { end: 'return', at, mayAccept: true, mayDrop: at };
  if (verdict.kind === 'unknown') return { end: 'return', at, mayAccept: true, mayDrop: at };
  const end = verdict.kind === 'next' ? 'return' : verdict.kind;
  return { end, at, mayAccept: false, mayDrop: undefined };
}

/** Whether a list of ports has 22: `22`, `ssh`, `20-25`, `20:25`. */
export function hasPort22(ports: readonly string[]): boolean {
  return ports.some((port) => {
    const [from = '', to = from] = port.trim().replace('ssh', '22').split(/[-:]/);
    return Number(from || '0') <= 22 && 22 <= Number(to || '65535');
  });
}

/** The weaker of two. */
export function bothVerdicts(a: Fit, b: Fit): Fit {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'maybe' || b === 'maybe' ? 'maybe' : 'yes';
}

/** The opposite, for a match after "!" or "!=". */
export function inverse(fit: Fit): Fit {
  return fit === 'maybe' ? 'maybe' : fit === 'yes' ? 'no' : 'yes';
}
