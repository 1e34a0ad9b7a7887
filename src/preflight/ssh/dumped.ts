import { entryOf } from '../../base/text.ts';
import type { Statement } from './settings.ts';

/** The command whose output `parseDump` reads, for lines that no file has. */
const command = 'sshd -T';

/** Keywords that `sshd -T` prints in another way than the files have them. */
const printed: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
};

/** What the files alone decide: options of the command line override them, and `sshd -T` was given none. */
const ofFiles = ['port', 'listenaddress', 'addressfamily'];

/**
 * What `sshd -T` says in the place of the files, which it has read in its own way, with the defaults of its
 * build. A statement of the files that says the same keeps its line. A keyword on which a Match block may decide
 * is left to the files: `sshd -T` was given a made-up address.
 */
export function withDump(statements: readonly Statement[], dump: string): readonly Statement[] {
  const unsure = statements.filter(({ scope }) => scope === 'maybe').map(({ keyword }) => keyword);
  const uncertain = new Set([...ofFiles, ...unsure]);
  const lines = parseDump(dump).filter(({ keyword }) => !uncertain.has(keyword));
  const dumped = new Set(lines.map(({ keyword }) => keyword));
  const said = lines.map(({ keyword, args }) => ({
    keyword,
    args,
    scope: 'yes' as const,
    at: lineOf(statements, keyword, args) ?? `${command}: ${[keyword, ...args].join(' ')}`,
  }));
  return [
    ...statements.filter(({ keyword }) => !dumped.has(keyword) && !isDumped(keyword, uncertain)),
    ...said,
  ];
}

/** Lists that `sshd -T` prints only where they have entries: without a line there are none. */
function isDumped(keyword: string, uncertain: ReadonlySet<string>): boolean {
  return (
    ['allowusers', 'denyusers', 'allowgroups', 'denygroups'].includes(keyword) && !uncertain.has(keyword)
  );
}

function parseDump(dump: string): readonly { readonly keyword: string; readonly args: readonly string[] }[] {
  return dump.split('\n').flatMap((line) => {
    const [keyword = '', ...args] = line.trim().split(/\s+/);
    if (!/^[a-z]\w*$/.test(keyword) || args.length === 0) return [];
    return [{ keyword: entryOf(printed, keyword) ?? keyword, args }];
  });
}

function lineOf(
  statements: readonly Statement[],
  keyword: string,
  args: readonly string[],
): string | undefined {
  const wanted = args.map(sameWord).join(' ');
  const own = statements.filter((one) => one.keyword === keyword);
  return own.find((one) => one.args.map(sameWord).join(' ') === wanted || includesAll(one.args, args))?.at;
}

/** One line of AllowUsers becomes one line for each of its names. */
function includesAll(all: readonly string[], some: readonly string[]): boolean {
  return all.length > 1 && some.every((one) => all.includes(one));
}

/** Two words for the same value. */
function sameWord(word: string): string {
  const lower = word.toLowerCase();
  return lower === 'prohibit-password' ? 'without-password' : lower;
}
