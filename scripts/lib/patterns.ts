import { parseSync } from '@swc/core';
import { analyse, type Report } from 'scslre';

/** A regular expression that can take quadratic time in the length of its text, or more. */
export interface SlowPattern {
  readonly line: number;
  /** as written */
  readonly pattern: string;
  readonly why: string;
}

/**
 * The regular expressions of a TypeScript file that do not take linear time. Their text comes from outside:
 * `/\/+$/` takes 13 s for 100,000 slashes in a catalog, because it starts anew at each of them. A pattern built
 * at run time (`new RegExp`) cannot be checked, so it is reported as well.
 */
export function slowPatterns(text: string): SlowPattern[] {
  const found: SlowPattern[] = [];
  const tell = (written: string, pattern: string, why: string): void => {
    const before = text.slice(0, Math.max(text.indexOf(written), 0));
    found.push({ line: before.split('\n').length, pattern, why });
  };
  visit(parseSync(text, { syntax: 'typescript', target: 'es2024' }), (node) => {
    if (node.type === 'RegExpLiteral') {
      const { pattern, flags } = node as unknown as { pattern: string; flags: string };
      const literal = `/${pattern}/${flags}`;
      for (const why of slowness(pattern, flags)) tell(literal, literal, why);
    }
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && nameOf(node.callee) === 'RegExp')
      tell('RegExp(', 'RegExp(…)', 'it is put together at run time: what it is cannot be checked');
  });
  return found;
}

/** Why a pattern is slow; empty if it takes linear time. */
function slowness(pattern: string, flags: string): string[] {
  return analyse({ source: pattern, flags }).reports.map(
    (report) => `${report.exponential ? 'exponential' : 'polynomial'}: ${wordsFor(report)}`,
  );
}

function wordsFor(report: Report): string {
  if (report.type === 'Move')
    return `"${report.quant.raw}" is tried anew from each place; anchor it, or end it by something else than a search`;
  const parts =
    report.type === 'Self'
      ? `"${report.quant.raw}"`
      : `"${report.startQuant.raw}" and "${report.endQuant.raw}"`;
  return `${parts} can divide the same text in many ways`;
}

interface Node {
  readonly type: string;
  readonly callee?: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function visit(value: unknown, look: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) look(value);
  for (const inner of Object.values(value)) visit(inner, look);
}

const nameOf = (callee: unknown): unknown => (isNode(callee) && 'value' in callee ? callee.value : undefined);
