import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setForChildren } from '../../src/cli/args/variables.ts';
import { commands, defaultCommand } from '../../src/cli/commands/index.ts';
import { surfaceOf } from '../../src/cli/surface.ts';
import { filesBelow } from '../support/files-below.ts';

const root = join(import.meta.dirname, '../..');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'packaging/npm/README.md'],
  ...filesBelow(join(root, 'docs'), /\.md$/).map((path) => relative(root, path)),
].filter((path) => path !== 'docs/architecture.md');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const flagsByCommand = new Map(commands.map(({ name, flags }) => [name, Object.keys(flags)]));
const ofEveryCommand = ['help', 'version'];

/** What a person can type after rc-wait without naming a command of the table. */
const others = ['help', 'version', 'network', ''];

/** The command lines of rc-wait on a page: in blocks of sh, and in the text between backticks. Words in quotes count as one. */
function commandLinesOf(page: string): readonly (readonly string[])[] {
  const shell = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) =>
    code.replace(/\\\n/g, ''),
  );
  const prose = page.replace(/^```\w*\n[\s\S]*?^```$/gm, '');
  const inline = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '));
  const lines = [...shell.flatMap((code) => code.split('\n')), ...inline];
  return lines.flatMap((line) => {
    const [, rest] =
      /^(?:\w+="?\S*"? )*(?:sudo |npx |dist\/|\.\/)*rc-wait(?: (.*))?$/.exec(line.trim()) ?? [];
    // Up to a comment, another program, a redirection or the command behind "--".
    const [own = ''] = (rest ?? '').split(/(?:^|\s)(?:#|--(?=\s|$)|[|&;>])|[;>|]|(?<=\s)(?:…|\.\.\.)/);
    return rest === undefined ? [] : [own.match(/'[^']*'|"[^"]*"|\S+/g) ?? []];
  });
}

/** What is wrong with the words after rc-wait; undefined: it knows them. */
function faultOf(words: readonly string[]): string | undefined {
  const first = words.findIndex((word) => word.startsWith('-'));
  const names = words.slice(0, first === -1 ? undefined : first);
  const name = [names.slice(0, 2).join(' '), names[0] ?? ''].find((one) => flagsByCommand.has(one));
  if (name === undefined && !others.includes(names[0] ?? '')) return `no such command: ${names[0]}`;
  const known = [...(flagsByCommand.get(name ?? defaultCommand.name) ?? []), ...ofEveryCommand];
  const flags = words.flatMap((word) => /^--(?:no-)?([a-z][\w-]*)/.exec(word)?.[1] ?? []);
  const unknown = flags.find((flag) => !known.includes(flag) && !known.includes(`no-${flag}`));
  return unknown === undefined ? undefined : `no such flag: --${unknown}`;
}

describe.each(pages)('%s', (page) => {
  it('has only commands and flags that rc-wait knows', () => {
    const faults = commandLinesOf(read(page)).flatMap((words) => {
      const fault = faultOf(words);
      return fault === undefined ? [] : [`rc-wait ${words.join(' ')}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it('has only variables that rc-wait reads', () => {
    const variables = surfaceOf(commands).flatMap(({ flags }) => flags.map(({ variable }) => variable));
    // What hooks are given, by which one tries a hook, and fields of the journal, which one asks journalctl for.
    variables.push(...setForChildren.map((name) => `RC_WAIT_${name}`));
    const set = [...read(page).matchAll(/\b(RC_WAIT_[A-Z_]+)=/g)].map(([, variable = '']) => variable);
    expect(set.filter((variable) => !variables.includes(variable))).toEqual([]);
  });

  it('names only units that exist', () => {
    const units = ['systemd', 'docs/units'].flatMap((folder) => readdirSync(join(root, folder)));
    const named = [
      ...read(page).matchAll(
        /\b(?:systemctl|journalctl)[^`\n]*?(?<![\w-])((?:after-)?(?:rc-wait|rackconnect)[\w-]*(?:\.\w+)?)/g,
      ),
    ];
    for (const [line, unit = ''] of named)
      expect(units, line).toContain(unit.includes('.') ? unit : `${unit}.service`);
  });
});

it('a command, a flag and a variable that do not exist are found', () => {
  const wrong =
    '```sh\nRC_WAIT_QUIET=1 rc-wait wiat --quiet   # no\nrc-wait status --quiett | cat\n```\n`rc-wait network check --root /mnt`';
  expect(commandLinesOf(wrong).map(faultOf)).toEqual([
    'no such command: wiat',
    'no such flag: --quiett',
    undefined,
  ]);
});
