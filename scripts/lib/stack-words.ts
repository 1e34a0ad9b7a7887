import { parseSync } from '@swc/core';

/** A stack's name in a file outside its folder. */
export interface StrayName {
  readonly name: string;
  /** the identifier, string, template or pattern that has it */
  readonly word: string;
}

/**
 * The stacks' names in the identifiers, strings, templates and regular expressions of a TypeScript file. Comments are
 * free: what a rule comes from may be said anywhere. A name counts as a word, also in camelCase and as a daemon
 * (`wickedd`): `networkDocument` has none.
 */
export function stackWordsIn(text: string, names: readonly string[]): StrayName[] {
  const found = new Map<string, StrayName>();
  visit(parseSync(text, { syntax: 'typescript', target: 'es2024' }), (word) => {
    for (const name of names) if (hasWord(word, name)) found.set(`${name} ${word}`, { name, word });
  });
  return [...found.values()];
}

function hasWord(text: string, name: string): boolean {
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(name); at >= 0; at = lower.indexOf(name, at + 1)) {
    const [before, first, last] = [text.charAt(at - 1), text.charAt(at), text.charAt(at + name.length - 1)];
    const after = text.slice(at + name.length).replace(/^[sd](?![a-z])/, '');
    const begins = !/[A-Za-z]/.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(first));
    const ends = !/^[A-Za-z]/.test(after) || (/^[A-Z]/.test(after) && /[a-z]/.test(last));
    if (begins && ends) return true;
  }
  return false;
}

/** Calls back with the text of each identifier and literal. */
function visit(node: unknown, tell: (word: string) => void): void {
  if (Array.isArray(node)) for (const one of node) visit(one, tell);
  if (typeof node !== 'object' || node === null) return;
  const { type, value, raw, pattern } = node as Record<string, unknown>;
  const word = { Identifier: value, StringLiteral: value, TemplateElement: raw, RegExpLiteral: pattern }[
    String(type)
  ];
  if (typeof word === 'string') tell(word);
  for (const inner of Object.values(node)) visit(inner, tell);
}
