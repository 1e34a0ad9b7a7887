import { Lexer, Parser } from 'yaml';

/**
 * Far deeper than any configuration, and far less deep than what overflows the stack of a parser that calls
 * itself for each level. libyaml bounds it as well, at 1000.
 */
const deepest = 100;

/**
 * Why YAML is not parsed: it is nested so deeply that a parser which calls itself for each level would overflow the
 * stack. The first stage of the parser, used here, keeps a stack of its own. Undefined if it may be parsed.
 */
export function depthFault(text: string): string | undefined {
  // Each level takes a character at least.
  if (text.length <= deepest) return undefined;
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme)) if (isTooDeep(parser)) return tooDeep;
    if (isTooDeep(parser)) return tooDeep;
  }
  return undefined;
}

const tooDeep = `it is nested more than ${deepest} levels deep`;

function isTooDeep({ stack }: Parser): boolean {
  return stack.length > deepest;
}
