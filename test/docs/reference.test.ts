import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLinePage } from '../../scripts/reference/command-line.ts';
import { documentsPage } from '../../scripts/reference/documents.ts';
import { environmentPage } from '../../scripts/reference/environment.ts';
import { exitStatusesPage } from '../../scripts/reference/exit-statuses.ts';
import { filesPage } from '../../scripts/reference/files.ts';
import { referencePages } from '../../scripts/reference/pages.ts';
import type { CommandText } from '../../src/cli/surface.ts';
import { filesBelow } from '../support/files-below.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'docs/reference');
const flag = {
  name: 'in',
  value: 'A|B',
  choices: ['a', 'b_c'],
  describe: 'Reads <it>',
  default: 'a',
  variable: 'RC_WAIT_X_IN',
};
const command: CommandText = {
  name: 'ask twice',
  operands: '[N]',
  operandChoices: [],
  summary: 'Asks',
  flags: [flag],
  examples: [['rc-wait ask twice | cat', 'by [hand]']],
  notes: 'Two\nlines. Exit status: 0 done, 1 of 2; 129, 130, 143 interrupted. More: 5 things.',
};

describe('the reference', () => {
  const pages = referencePages();

  it.each([...pages.keys()])('%s is as `npm run reference` makes it of the sources', (name) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(pages.get(name));
  });

  it('has no page that is not made', () => {
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  });
});

describe('the page of the command line', () => {
  it('has each command, flag and variable, and nothing that Markdown would read', () => {
    const page = commandLinePage([command]);
    expect(page).toContain('Commands: [ask twice](#rc-wait-ask-twice).\n');
    expect(page).toContain('## rc-wait ask twice\n\nAsks.\n\n```\nrc-wait ask twice [N] [FLAGS]\n```\n');
    expect(page).toContain('| Reads \\<it\\>. One of: a, b\\_c. Default: a. |\n');
    expect(page).toContain('| `rc-wait ask twice \\| cat` | by \\[hand\\] |\n\nTwo lines. ');
    expect(page).toMatch(/\| `RC_WAIT_X_IN` \| `--in` \|\n$/);
  });
});

describe('the page of the environment', () => {
  it('has each variable with its values, what it is by default, and the commands that read it', () => {
    const other = {
      ...command,
      name: 'tell',
      flags: [{ ...flag, choices: [], value: undefined, default: 'b' }],
    };
    const page = environmentPage({
      commands: [command, other],
      allowed: ['PATH', 'LC_*'],
      logins: [['OS_TOKEN', 'OS_AUTH_TOKEN']],
      forChildren: ['RC_WAIT_MESSAGE'],
    });
    expect(page).toContain(
      '| `RC_WAIT_X_IN` | `--in` | `a`, `b_c`; or true or false | a or b | ask twice, tell |\n',
    );
    expect(page).toContain('\n- `OS_TOKEN`, `OS_AUTH_TOKEN`\n');
    expect(page).toContain('\n- `RC_WAIT_MESSAGE`\n');
    expect(page).toContain('\n`PATH`, `LC_*`.\n');
  });

  it('has each variable of RAX_ and OS_ that the sources read', () => {
    const sources = ['src/openstack', 'src/app/cloud'].flatMap((path) =>
      filesBelow(join(root, path), /\.ts$/),
    );
    const read = sources.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/(?:\.|')((?:RAX|OS)_[A-Z_]+)/g)].map(([, name = '']) => name),
    );
    const page = referencePages().get('environment.md') ?? '';
    expect(read).toEqual(expect.arrayContaining(['RAX_API_KEY', 'OS_CLIENT_SECURE_FILE']));
    for (const name of read) expect(page).toContain(`\`${name}\``);
  });
});

describe('the page of exit statuses', () => {
  it('has what each stands for, and the list of each command', () => {
    const ends = {
      outcomes: [['deployed', 0]],
      codes: [
        ['BUG', 70],
        ['A_B', 70],
      ],
      signals: [['SIGHUP', 129]],
      ofProgram: [['no such program', 127]],
    } as const;
    const page = exitStatusesPage(ends, [command, { ...command, name: 'none', notes: undefined }]);
    const link = '../troubleshooting.md#';
    expect(page).toContain(
      [
        `| [0](${link}exit-status-0) | \`deployed\` | |`,
        `| [70](${link}exit-status-70) | | [\`BUG\`](${link}bug), [\`A_B\`](${link}a_b) |`,
        `| [127](${link}exit-status-127) | no such program | |`,
        `| [129](${link}exit-status-129) | \`SIGHUP\` | |`,
      ].join('\n'),
    );
    expect(page).toMatch(
      /## rc-wait ask twice\n\n.*\n.*\n\| 0 \| done, 1 of 2 \|\n\| 129, 130, 143 \| interrupted \|\n$/,
    );
  });
});

describe('the page of documents', () => {
  it('has each member, wherever it is, with what it can be', () => {
    const page = documentsPage([
      [
        'a-v1.json',
        {
          title: 'rc-wait a',
          description: 'What a says.',
          required: ['kind', 'list', 'made'],
          properties: {
            kind: { const: 'a', description: 'Always a_b.' },
            list: {
              type: 'array',
              items: { type: 'object', properties: { n: { type: ['integer', 'null'] } } },
            },
            made: { anyOf: [{ $ref: '#/$defs/made' }, { type: 'null' }], description: 'Or nothing.' },
            by: {
              type: 'object',
              additionalProperties: { type: 'object', properties: { x: { type: 'string' } } },
            },
          },
          $defs: {
            made: {
              oneOf: [
                {
                  type: 'object',
                  required: ['is', 'why'],
                  properties: { is: { enum: ['yes'] }, why: { type: 'string' } },
                },
                { type: 'object', required: ['is'], properties: { is: { enum: ['no'] } } },
              ],
            },
          },
        },
      ],
    ]);
    expect(page).toContain('| [rc-wait a](#a-v1) | [a-v1.json](../schema/a-v1.json) |\n');
    expect(page.split('\n').slice(-11)).toEqual([
      '| member | value | meaning |',
      '|---|---|---|',
      '| `kind` | `"a"` | Always a\\_b. |',
      '| `list` | list of object | |',
      '| `list[].n` ? | whole number, null | |',
      '| `made` | object, null | Or nothing. |',
      '| `made.is` | `"yes"`, `"no"` | |',
      '| `made.why` ? | string | |',
      '| `by` ? | object | |',
      '| `by.*.x` ? | string | |',
      '',
    ]);
  });
});

describe('the page of files', () => {
  it('reads the list of a manual page as man(1) does', () => {
    const manual = (text: string) => `.Sh FILES\n.Bl -tag -width Ds\n${text}.El\n.Sh SEE ALSO\n`;
    const page = filesPage([
      manual('.It Pa /a , Pa /b_c\nA *file* of\n.Xr cron 8 .\nSee\n.Nm\n.Cm history ,\n.Fl -root .\n'),
      manual(
        '.It Pa /a , Pa /b_c\nLess.\n.It Pa /d\nWhat it keeps, see\n.Xr rc-wait 1 .\n.It Pa /e\nMore\\-over.\n',
      ),
    ]);
    expect(page.split('\n').slice(-4)).toEqual([
      '|---|---|',
      '| `/a`, `/b_c` | A \\*file\\* of cron(8). See `rc-wait history`, `--root`. |',
      '| `/e` | More-over. |',
      '',
    ]);
  });

  it('has each file that the sources keep as state', () => {
    const sources = ['src/pace', 'src/app/wait', 'src/host/remembered-region.ts'].flatMap((path) =>
      path.endsWith('.ts') ? [join(root, path)] : filesBelow(join(root, path), /\.ts$/),
    );
    const kept = sources.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/'([a-z-]+\.(?:db|json))'/g)].map(([, name = '']) => name),
    );
    expect(kept).toEqual(expect.arrayContaining(['ledger.db', 'region.json', 'result.json']));
    const page = referencePages().get('files.md') ?? '';
    for (const name of kept) expect(page).toContain(`/${name}\``);
    for (const folder of ['waits', 'network', 'starts', 'under-way']) expect(page).toContain(`/${folder}\``);
  });
});
