import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/base/error.ts';
import { errorCodes, exitOfCode } from '../../src/report/exit.ts';
import { filesBelow } from '../support/files-below.ts';
import { anchorsIn } from './markdown.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/troubleshooting.md');
const sources = filesBelow(join(root, 'src'), /\.ts$/).map((path) => readFileSync(path, 'utf8'));

/** The sections below a heading of the first degree: heading → text. */
function sectionsOf(heading: string): ReadonlyMap<string, string> {
  const chapter = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const parts = chapter.split(/^### /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))]));
}
const byStatus = sectionsOf('By exit status');
const byCode = sectionsOf('By error code');

/** Verdicts that doctor gives as codes, beside those of errors. */
const verdicts = { FAILED: 1, UNPROCESSABLE: 3 };
const numbersIn = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map(([, digits]) => Number(digits));

describe('the page on troubles', () => {
  it('has a section for each error code and each verdict of doctor, and for no other', () => {
    const ofDoctor = sources.flatMap((source) =>
      [...source.matchAll(/\bcode: '([A-Z_]+)'/g)].flatMap(([, code]) =>
        code !== undefined && code in verdicts ? [code] : [],
      ),
    );
    expect(new Set(ofDoctor)).toEqual(new Set(Object.keys(verdicts)));
    expect([...byCode.keys()].sort()).toEqual([...errorCodes, ...Object.keys(verdicts)].sort());
    expect(anchorsIn(page)).toEqual(
      expect.arrayContaining([...errorCodes].map((code) => code.toLowerCase())),
    );
  });

  it.each([...byCode.keys()])('names the exit status of %s, and what to do', (code) => {
    const text = byCode.get(code) ?? '';
    const statuses = [
      code in verdicts ? verdicts[code as keyof typeof verdicts] : exitOfCode(code as ErrorCode),
    ];
    // INTERRUPTED ends by the number of its signal.
    if (code === 'INTERRUPTED') statuses.splice(0, 1, 129, 130, 143);
    const named = /^\n\nExit status ([\d, or]+)\. /.exec(text)?.[1] ?? '';
    expect(numbersIn(named, /(\d+)/g)).toEqual(statuses);
    if (!(code in verdicts) && !['BUG', 'SCENARIO'].includes(code)) {
      expect(text).toContain('\n- Usual causes: ');
      expect(text).toContain('\n- What to do');
    }
  });

  it('has a section for each exit status of the sources, in ascending order', () => {
    const inSources = numbersIn(read('src/report/exit.ts'), /: (\d+)(?=[, ])/g);
    const expected = [...new Set(inSources)].sort((a, b) => a - b);
    expect(expected).toEqual(expect.arrayContaining([0, 127, 129, 143]));
    expect([...byStatus.keys()]).toEqual(expected.map((status) => `Exit status ${status}`));
  });

  it('leads from each exit status to each of its codes', () => {
    for (const [code, text] of byCode) {
      const [, status = ''] = /Exit status (\d+)/.exec(text) ?? [];
      if (code in verdicts) expect(text).toContain(`#exit-status-${status}`);
      else expect(byStatus.get(`Exit status ${status}`), code).toContain(`[${code}](#${code.toLowerCase()})`);
    }
  });

  it('quotes messages that rc-wait has, with a code that is thrown with them', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)];
    expect(rows.length).toBeGreaterThan(10);
    for (const [, message = '', codes = ''] of rows) {
      const parts = message.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      const pattern = new RegExp(parts.join('[^\\n]{0,120}'));
      const having = sources.filter((source) => pattern.test(source));
      expect(having.length, message).toBeGreaterThan(0);
      for (const [, code = ''] of codes.matchAll(/\[([A-Z_]+)\]/g))
        expect(
          having.some((source) => source.includes(`'${code}'`)),
          `${message}: ${code}`,
        ).toBe(true);
    }
  });
});
