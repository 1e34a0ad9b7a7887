import { entryOf } from '../../base/text.ts';
import { lineAt } from '../finding.ts';
import { splitSshdLine } from './lines.ts';
import { fitsPatternList } from './patterns.ts';

/** The files of an SSH server's configuration, as they were read. */
export interface SshdFiles {
  /** the path of sshd_config */
  readonly main: string;
  readonly texts: ReadonlyMap<string, string>;
  /** the paths that the arguments of Include name, sorted as glob(3) does */
  readonly included: ReadonlyMap<string, readonly string[]>;
}

/** What is known of RackConnect's login as root: whether a Match block is for it depends on this alone. */
export interface RootLogin {
  /** the names of root's groups */
  readonly groups: readonly string[];
}

/**
 * Whether a statement counts for the login: `always` outside Match blocks, `yes` in a block for it, `maybe` in
 * one that depends on where the connection comes from, which is not documented.
 */
type Scope = 'always' | 'yes' | 'maybe' | 'no';

/** One statement of the configuration, with the line it stands on. */
export interface Statement {
  readonly keyword: string;
  readonly args: readonly string[];
  readonly scope: Exclude<Scope, 'no'>;
  readonly at: string;
}

/** As in OpenSSH (SERVCONF_MAX_DEPTH). */
const deepestInclude = 16;

/** Old names of keywords, and their present ones (servconf.c). */
const renamed: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
};

/** The arguments of Include in one file, relative ones below /etc/ssh (sshd_config(5)). */
export function sshdIncludes(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const split = splitSshdLine(line);
    return split?.keyword === 'include' ? split.args.map(includePath) : [];
  });
}

function includePath(argument: string): string {
  return argument.startsWith('/') ? argument : `/etc/ssh/${argument}`;
}

/** All statements that count, or may count, when root logs in; in the order in which sshd reads them. */
export function statementsFor(files: SshdFiles, login: RootLogin): readonly Statement[] {
  const statements: Statement[] = [];
  readFile(files, files.main, 'always', 0, { login, statements });
  return statements;
}

interface Walk {
  readonly login: RootLogin;
  readonly statements: Statement[];
}

function readFile(files: SshdFiles, path: string, outer: Scope, depth: number, walk: Walk): void {
  let scope = outer;
  for (const [index, line] of (files.texts.get(path) ?? '').split('\n').entries()) {
    const split = splitSshdLine(line);
    if (split === undefined) continue;
    const { keyword, args } = split;
    if (keyword === 'match') scope = within(outer, matchScope(args, walk.login));
    // A Match block of an included file ends with that file, and none counts below a block that does not.
    else if (keyword === 'include' && depth < deepestInclude)
      for (const argument of args)
        for (const included of files.included.get(includePath(argument)) ?? [])
          readFile(files, included, scope, depth + 1, walk);
    else if (scope !== 'no')
      walk.statements.push({
        keyword: entryOf(renamed, keyword) ?? keyword,
        args,
        scope,
        at: lineAt(path, index, line),
      });
  }
}

function within(outer: Scope, inner: Scope): Scope {
  if (outer === 'no') return 'no';
  return outer === 'maybe' && inner === 'yes' ? 'maybe' : inner;
}

/** All criteria of a Match line must hold. */
function matchScope(args: readonly string[], login: RootLogin): Scope {
  // "Match User=root" is allowed since OpenSSH 9.9.
  const words = args.flatMap((arg) => {
    const [, name, value] = /^([a-z-]+)=(.*)$/i.exec(arg) ?? [];
    return name === undefined || value === undefined ? [arg] : [name, value];
  });
  let scope: Scope = 'yes';
  for (let at = 0; at < words.length; at += 2) {
    const name = (words[at] ?? '').toLowerCase();
    if (name === 'all') continue;
    // Root is a user that exists. This criterion has no value.
    if (name === 'invalid-user') return 'no';
    const one = criterionScope(name, words[at + 1] ?? '', login);
    if (one === 'no') return 'no';
    if (one === 'maybe') scope = 'maybe';
  }
  return scope;
}

function criterionScope(name: string, value: string, { groups }: RootLogin): Scope {
  switch (name) {
    case 'user':
      return fitsPatternList('root', value) ? 'yes' : 'no';
    case 'group': {
      const isExcluded = value
        .split(',')
        .some((one) => one.startsWith('!') && groups.some((group) => fitsPatternList(group, one.slice(1))));
      return !isExcluded && groups.some((group) => fitsPatternList(group, value)) ? 'yes' : 'no';
    }
    case 'localport':
      return value === '22' ? 'yes' : 'no';
    case 'address':
      if (value === '*' || value === '0.0.0.0/0') return 'yes';
      return value.split(',').every(isLoopback) ? 'no' : 'maybe';
    default:
      return value === '*' ? 'yes' : 'maybe';
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address === '::1/128' || /^127\.[\d.]+(\/\d+)?$/.test(address);
}

/** The value of a keyword for the login, and the values that it may have instead. */
export interface SshdSetting {
  /** undefined: the files say nothing, and the default holds */
  readonly sure: Statement | undefined;
  readonly possible: readonly Statement[];
}

/**
 * The setting of a keyword that takes the first value (sshd_config(5)). Match blocks override what stands outside
 * of them, wherever that is; among them the first counts.
 */
export function sshdSetting(statements: readonly Statement[], keyword: string): SshdSetting {
  const own = statements.filter((one) => one.keyword === keyword);
  const first = own.findIndex(({ scope }) => scope === 'yes');
  const before = first === -1 ? own : own.slice(0, first);
  return {
    sure: own[first] ?? own.find(({ scope }) => scope === 'always'),
    possible: before.filter(({ scope }) => scope === 'maybe'),
  };
}

/** The statements of a keyword that adds up over its lines, as AllowUsers does; those of Match blocks override. */
export function listOf(
  statements: readonly Statement[],
  keyword: string,
): { readonly sure: readonly Statement[]; readonly possible: readonly Statement[] } {
  const own = statements.filter((one) => one.keyword === keyword);
  const matched = own.filter(({ scope }) => scope === 'yes');
  return {
    sure: matched.length > 0 ? matched : own.filter(({ scope }) => scope === 'always'),
    possible: own.filter(({ scope }) => scope === 'maybe'),
  };
}
