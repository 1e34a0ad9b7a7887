import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');

/** In words. A longer sentence has to be read twice. */
const longestSentence = 30;

/** In lines: a stranger finds out on one page whether rc-wait is for him. */
const longestPage = 180;

/** In lines, of an example together with what it prints. */
const longestExample = 8;

const codeBlock = /^```\w*\n([\s\S]*?)^```$/gm;

/** The sentences of a page, without code. A cell of a table and an item of a list end one as well. */
function sentencesOf(page: string): readonly string[] {
  return page
    .replace(codeBlock, '\n\n')
    .replace(/`[^`]*`/g, 'Code')
    .replace(/\]\([^)]*\)/g, ']')
    .split(/\n{2,}|\n(?=\d+\. |- |#|\|)|\||(?<=[.?!:])[\])*]*\s+(?=["[*A-Z])/)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}

const wordsOf = (sentence: string): readonly string[] => sentence.match(/[\p{L}\d][\p{L}\d'.,-]*/gu) ?? [];

/** The single words that docs/STYLE.md tells to avoid: the last row of its first table. */
function avoidedWords(): readonly string[] {
  const [, row = ''] = /^\| (standing,[^|]*) \|/m.exec(read('docs/STYLE.md')) ?? [];
  return row.split(',').map((word) => word.trim());
}

describe('README', () => {
  it(`has at most ${longestPage} lines`, () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(longestPage);
  });

  it(`has no sentence of more than ${longestSentence} words`, () => {
    const sentences = sentencesOf(readme);
    expect(sentences.length).toBeGreaterThan(100);
    expect(sentences.filter((sentence) => wordsOf(sentence).length > longestSentence)).toEqual([]);
  });

  it('has no word that docs/STYLE.md tells to avoid', () => {
    const avoided = avoidedWords();
    expect(avoided.length).toBeGreaterThan(5);
    const words = sentencesOf(readme)
      .flatMap(wordsOf)
      .map((word) => word.toLowerCase());
    expect([...avoided, 'ours', 'theirs'].filter((word) => words.includes(word))).toEqual([]);
  });

  it(`has no example of more than ${longestExample} lines`, () => {
    const blocks = [...readme.matchAll(codeBlock)].map(([, code = '']) => code);
    expect(blocks.length).toBeGreaterThan(5);
    expect(blocks.filter((code) => code.trimEnd().split('\n').length > longestExample)).toEqual([]);
  });

  it('is cut into sentences as a reader does it', () => {
    expect(
      sentencesOf(
        'One `a. b` is. Two [is](x.md): **Three**.\n\n- four\n- five\n\n```sh\nno. No.\n```\n| six | seven |\n',
      ),
    ).toEqual(['One Code is.', 'Two [is]:', '**Three**.', '- four', '- five', 'six', 'seven']);
  });
});
