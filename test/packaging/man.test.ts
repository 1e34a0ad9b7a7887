import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manualPage } from '../../scripts/packaging/man.ts';
import { variableOf } from '../../src/cli/args/flags.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { type CommandText, surfaceOf } from '../../src/cli/surface.ts';
import { rcWait } from '../cli/harness.ts';

const root = join(import.meta.dirname, '../..');
const facts = { version: '1.2.3', epochS: 1_767_225_600, commands: surfaceOf(commands) };
const templates = ['rc-wait.1', 'rc-wait.service.8'].map((name) =>
  readFileSync(join(root, 'packaging/man', name), 'utf8'),
);
const [page = ''] = templates.map((template) => manualPage(template, facts));

/** The flags of a command, as the page has them. */
function flagsInPage(name: string): string[] {
  const [, section = ''] = page.split(`.Ss rc-wait ${name}\n`);
  const [own = ''] = section.split(/^\.S[sh] /m);
  return [...own.matchAll(/^\.Fl \\-(\S+)/gm)].map(([, flag = '']) => flag.replaceAll('\\-', '-'));
}

describe('rc-wait(1)', () => {
  it.each(surfaceOf(commands).map(({ name }) => name))(
    'has the flags of %s that --help has, and no other',
    async (name) => {
      const { out } = await rcWait([...name.split(' '), '--help']);
      const [flags = ''] = out.split('Examples:');
      const inHelp = [...flags.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, flag = '']) => flag);
      const common = ['help', 'version'];
      expect(flagsInPage(name).sort()).toEqual(inHelp.filter((flag) => !common.includes(flag)).sort());
      expect(inHelp).toEqual(expect.arrayContaining(common));
    },
  );

  it('has the commands that rc-wait --help has, and no hidden one', async () => {
    const { out } = await rcWait(['--help']);
    // `  network  plan|apply: …` stands for two, `  history  [show|plot]: …` for three.
    const inHelp = [...out.matchAll(/^ {2}(\w+) {2,}(?:(\[?)([\w|-]+)\]?: )?/gm)].flatMap(
      ([, word, isOptional, seconds]) => [
        ...(seconds === undefined || isOptional === '[' ? [word] : []),
        ...(seconds?.split('|').map((one) => `${word} ${one}`) ?? []),
      ],
    );
    const [section = ''] = page.split('.Sh FLAGS');
    const inPage = [...section.matchAll(/^\.Ss rc-wait (.+)$/gm)].map(([, name]) => name);
    expect(inPage.toSorted()).toEqual(inHelp.toSorted());
  });

  it('says of each flag what it does, what it can be and its variable', () => {
    const [, section = ''] = page.split('.Sh FLAGS');
    for (const { flags } of surfaceOf(commands)) {
      for (const { name, choices } of flags) {
        expect(section).toContain(`.It Fl \\-${name.replaceAll('-', '\\-')}`);
        expect(section).toContain(`.Ev ${variableOf(name)}\n`);
        for (const choice of choices) expect(section).toContain(choice);
      }
    }
  });

  it('bears the version and the date of the sources, and nothing that was to be filled in', () => {
    for (const template of templates) {
      const made = manualPage(template, facts);
      expect(made).toContain('.Dd January 1, 2026\n');
      expect(made).toContain('.Os rc-wait 1.2.3\n');
      expect(made.replace(/^\.\\".*$/gm, '')).not.toMatch(/@\w+@/);
    }
  });

  it('says what a command takes besides flags', () => {
    expect(manualPage('@commands@\n', facts)).toContain('.Ss rc-wait remote\n');
    expect(manualPage('@commands@\n', facts)).toContain('.Ar "[SERVER...]"\n');
  });

  it('never turns words of a command into a macro, whatever they are', () => {
    const words = fc.string({
      unit: fc.constantFrom('.', "'", '\\', '-', 'a', ' ', '"', 'Pp', '; '),
      maxLength: 30,
    });
    fc.assert(
      fc.property(words, (text) => {
        const command: CommandText = {
          name: 'wait',
          operands: undefined,
          operandChoices: [],
          summary: text,
          flags: [],
          examples: [],
          notes: text,
        };
        const made = manualPage('@commands@\n', { ...facts, commands: [command] });
        const macros = made.split('\n').filter((line) => /^[.']/.test(line));
        expect(macros).toEqual(['.Ss rc-wait wait', '.Pp', '.Bl -tag -width Ds', '.El']);
        // Every backslash begins an escape that is known: \e, \- or \&.
        expect(made.replace(/\\[e&-]/g, '')).not.toContain('\\');
      }),
    );
  });
});
