import type { Level, PreflightFinding } from '../preflight/finding.ts';
import { exitOfOutcome } from './exit.ts';
import { wrap } from './screen/text.ts';
import { clean, count } from './words.ts';

/** In columns: the width of a narrow terminal. */
const width = 80;

/** The exit status: 0 without a FAIL, otherwise the status of a wait whose automation FAILED. */
export function exitOfPreflight(findings: readonly PreflightFinding[]): number {
  return findings.some(({ level }) => level === 'FAIL') ? exitOfOutcome('failed') : 0;
}

/** One paragraph for each finding: level and check, the line it rests on, what it means, and what to do about it. */
export function humanPreflight(findings: readonly PreflightFinding[]): string {
  const lines = findings.flatMap(({ id, level, line, reason, remedy }) => [
    `${level}  ${id}`,
    ...(line === undefined ? [] : indented(clean(line), '      ')),
    ...indented(clean(reason), '      '),
    ...(remedy === undefined ? [] : indented(`do: ${clean(remedy)}`, '      ')),
  ]);
  return `${[...lines, '', ...indented(summary(findings), '')].join('\n')}\n`;
}

function summary(findings: readonly PreflightFinding[]): string {
  const amount = (level: Level): number => findings.filter((one) => one.level === level).length;
  const [fails, warns, skips] = [amount('FAIL'), amount('WARN'), amount('SKIP')];
  const unseen = skips === 0 ? '' : `; ${count(skips, 'thing')} could not be looked at`;
  if (fails + warns === 0) return `No documented cause of a FAILED automation is found${unseen}.`;
  const parts = [fails > 0 ? count(fails, 'cause') : '', warns > 0 ? count(warns, 'warning') : ''];
  return `${parts.filter(Boolean).join(' and ')} of a FAILED automation${unseen}.`;
}

/** Wraps text at spaces; a word that is longer than a line is cut into pieces. */
function indented(text: string, indent: string): readonly string[] {
  return wrap(text, width - indent.length).map((line) => `${indent}${line}`);
}

/** The document of `--output json`: docs/schema/preflight-v1.json. */
export function preflightDocument(findings: readonly PreflightFinding[], root: string): object {
  return {
    schema: 'rc-wait/preflight/v1',
    root,
    passed: exitOfPreflight(findings) === 0,
    findings: findings.map(({ id, level, line, reason, remedy }) => ({
      id,
      level,
      line: line?.toWellFormed() ?? null,
      reason: reason.toWellFormed(),
      remedy: remedy ?? null,
    })),
  };
}
