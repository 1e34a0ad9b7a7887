import type { PreflightFinding } from '../finding.ts';
import { fitsPattern } from './patterns.ts';
import { listOf, type RootLogin, type Statement } from './settings.ts';

const id = 'ssh-users';
const why = 'RackConnect logs in as root, and adds the user rackconnect';
const remedy = 'leave root and rackconnect in, until the automation is DEPLOYED';

/** Whether a list of users or groups has somebody; `maybe`: it depends on where the connection comes from. */
type Listed = 'yes' | 'maybe' | 'no';

/** One of the two users that RackConnect logs in as. */
interface User {
  readonly name: string;
  /** undefined: not known before RackConnect makes the user */
  readonly groups: readonly string[] | undefined;
}

/**
 * Whether DenyUsers, AllowUsers, DenyGroups and AllowGroups let RackConnect in; sshd asks all four, in this order
 * (`allowed_user` of auth.c).
 */
export function checkUsers(
  statements: readonly Statement[],
  main: string,
  { groups }: RootLogin,
): readonly PreflightFinding[] {
  const root = excludes(statements, { name: 'root', groups });
  if (root !== undefined) return [root];
  const later = excludes(statements, { name: 'rackconnect', groups: undefined });
  if (later !== undefined) return [{ ...later, level: 'WARN' }];
  const [first] = ['denyusers', 'allowusers', 'denygroups', 'allowgroups'].flatMap(
    (keyword) => listOf(statements, keyword).sure,
  );
  return [
    {
      id,
      level: 'PASS',
      line: first?.at ?? `${main}: no AllowUsers, DenyUsers, AllowGroups or DenyGroups`,
      reason: `${why}: both may log in`,
    },
  ];
}

/** The first statement that keeps a user out, or may; undefined: none does. */
function excludes(statements: readonly Statement[], { name, groups }: User): PreflightFinding | undefined {
  const lists = [
    { keyword: 'denyusers', isAllowed: false, has: (one: Statement) => hasUser(one, name) },
    { keyword: 'allowusers', isAllowed: true, has: (one: Statement) => hasUser(one, name) },
    { keyword: 'denygroups', isAllowed: false, has: (one: Statement) => hasGroup(one, groups) },
    { keyword: 'allowgroups', isAllowed: true, has: (one: Statement) => hasGroup(one, groups) },
  ] as const;
  let doubt: PreflightFinding | undefined;
  for (const { keyword, isAllowed, has } of lists) {
    const { sure, possible } = listOf(statements, keyword);
    const found = best(sure.map(has));
    // A list that allows and has no entries lets everyone in.
    const isOut = isAllowed ? sure.length > 0 && found === 'no' : found === 'yes';
    const culprit = isAllowed ? sure[0] : sure.find((one) => has(one) === found);
    const isDoubtful =
      (sure.length > 0 && found === 'maybe') ||
      possible.some((one) => has(one) !== (isAllowed ? 'yes' : 'no'));
    const at = culprit?.at ?? possible[0]?.at ?? '';
    if (isOut && possible.length === 0) {
      return { id, level: 'FAIL', line: at, reason: `${why}: ${name} is kept out`, remedy };
    }
    if (isOut || isDoubtful) {
      const reason = `${why}: whether ${name} is kept out depends on ${groups === undefined && keyword.endsWith('groups') ? 'its groups' : 'where it comes from'}`;
      doubt ??= { id, level: 'WARN', line: at, reason, remedy };
    }
  }
  return doubt;
}

function best(all: readonly Listed[]): Listed {
  return all.includes('yes') ? 'yes' : all.includes('maybe') ? 'maybe' : 'no';
}

/** A name, or NAME@HOST; where RackConnect comes from is not documented. */
function hasUser({ args }: Statement, name: string): Listed {
  return best(
    args.map((pattern) => {
      const [user = '', host] = pattern.split('@', 2);
      if (!fitsPattern(name, user)) return 'no';
      return host === undefined || host === '*' ? 'yes' : 'maybe';
    }),
  );
}

function hasGroup({ args }: Statement, groups: readonly string[] | undefined): Listed {
  if (args.includes('*')) return 'yes';
  if (groups === undefined)
    return args.some((pattern) => fitsPattern('rackconnect', pattern)) ? 'yes' : 'maybe';
  return args.some((pattern) => groups.some((group) => fitsPattern(group, pattern))) ? 'yes' : 'no';
}
