import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLinePage } from '../../scripts/reference/page.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { type CommandText, surfaceOf } from '../../src/cli/surface.ts';

const path = join(import.meta.dirname, '../../docs/reference/command-line.md');

describe('the page of the command line', () => {
  it('is as `npm run reference` makes it of the program', () => {
    expect(readFileSync(path, 'utf8')).toBe(commandLinePage(surfaceOf(commands)));
  });

  it('has each command, flag and variable, and nothing that Markdown would read', () => {
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
      notes: 'Two\nlines.',
    };
    const page = commandLinePage([command]);
    expect(page).toContain('Commands: [ask twice](#rc-wait-ask-twice).\n');
    expect(page).toContain('## rc-wait ask twice\n\nAsks.\n\n```\nrc-wait ask twice [N] [FLAGS]\n```\n');
    expect(page).toContain('| Reads \\<it\\>. One of: a, b\\_c. Default: a. |\n');
    expect(page).toContain('| `rc-wait ask twice \\| cat` | by \\[hand\\] |\n\nTwo lines.\n');
    expect(page).toMatch(/\| `RC_WAIT_X_IN` \| `--in` \|\n$/);
  });
});
