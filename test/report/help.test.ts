import { describe, expect, it } from 'vitest';
import { helpPage } from '../../src/report/help.ts';

const texts = {
  usage: 'rc-wait paint [FLAGS]',
  summary: 'Paint the wall',
  lists: [
    {
      title: 'Flags:',
      lines: [
        { term: '--tin FILE', meaning: 'Where the paint is; another one is bought where it is empty' },
        { term: '--a-very-long-name-of-a-flag WORD', meaning: 'Short' },
      ],
    },
    { title: 'Nothing:', lines: [] },
  ],
  examples: [['rc-wait paint --tin /srv/paint/of/the/very/best/kind/white.tin', 'in white']],
  notes: ['Two coats.'],
} as const;

describe('the help of a command', () => {
  it('has its flags in columns, and a line of its own for what is too long', () => {
    expect(helpPage(texts, 60).split('\n')).toEqual([
      'Usage: rc-wait paint [FLAGS]',
      'Paint the wall',
      '',
      'Flags:',
      '  --tin FILE  Where the paint is; another one is bought',
      '              where it is empty',
      '  --a-very-long-name-of-a-flag WORD',
      '              Short',
      '',
      'Examples:',
      '  rc-wait paint --tin /srv/paint/of/the/very/best/kind/white.tin',
      '      in white',
      '',
      'Two coats.',
    ]);
  });

  it('has the meanings below the flags on a narrow terminal', () => {
    const lines = helpPage(texts, 40).split('\n');
    expect(lines).toContain('  --tin FILE');
    expect(lines).toContain('      Where the paint is; another one is');
    expect(lines).toContain('      bought where it is empty');
  });
});
