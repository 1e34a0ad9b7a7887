import { stringEnd } from '../base/json/bounds.ts';

/** A list of servers as text: each server separately, and the page around them with an empty list. */
export interface SplitPage {
  readonly shell: string;
  readonly servers: readonly string[];
}

/** At most in one page: nova sends 1000 unless its operator allows more, and 16 MiB hold some 8,000 with their details. */
const mostServers = 20_000;

const quote = 0x22;
const comma = 0x2c;

/**
 * Cuts the JSON of a page into its servers so that they can be parsed one by one. A page of a thousand servers
 * is two megabytes of text and some fifteen as objects; parsed at once, the objects outlive V8's young
 * generation, and ten pages stay in memory together. undefined: no list of servers at the top level, or more than any API sends.
 *
 * The parts are not checked here: each is parsed by itself.
 */
export function splitPage(text: string): SplitPage | undefined {
  const start = listStart(text);
  if (start === undefined) return undefined;
  const servers: string[] = [];
  let from = start;
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = stringEnd(text, at);
    else if (opens(code)) depth += 1;
    else if (closes(code) && depth > 0) depth -= 1;
    else if (depth === 0 && (code === comma || closes(code))) {
      const member = text.slice(from, at);
      if (member.trim() !== '' || code === comma) servers.push(member);
      if (servers.length > mostServers) return undefined;
      from = at + 1;
      if (closes(code)) return { shell: text.slice(0, start) + text.slice(at), servers };
    }
  }
  return undefined;
}

/** The position after the opening bracket of `servers` in the outermost object. */
function listStart(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = stringEnd(text, at);
      const isKey = depth === 1 && text.slice(at, end + 1) === '"servers"';
      const behind = isKey ? /^\s*:\s*\[/.exec(text.slice(end + 1, end + 100)) : null;
      if (behind !== null) return end + 1 + behind[0].length;
      at = end;
    } else if (opens(code)) depth += 1;
    else if (closes(code)) depth -= 1;
  }
  return undefined;
}

/** `{` or `[` */
const opens = (code: number): boolean => code === 0x7b || code === 0x5b;
/** `}` or `]` */
const closes = (code: number): boolean => code === 0x7d || code === 0x5d;
