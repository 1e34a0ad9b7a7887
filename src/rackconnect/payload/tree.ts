/**
 * What JSON and XML have in common: labelled parts with a value and parts of
 * their own. RackConnect never published a body of most operations, so the
 * readers look for meaning here, not in the shape of one dialect.
 */
export interface Tree {
  /** JSON key, XML element or attribute name, as sent; empty for a list's item and for a bare value */
  readonly key: string;
  /** the value as text; undefined for null, for an empty element and for a container */
  readonly text: string | undefined;
  readonly children: readonly Tree[];
  /** one of many: an item of a JSON array, or an XML element with siblings of its name */
  readonly listed: boolean;
  /**
   * says in so many words that it holds nothing: `[]`, or an XML element without content. Null says
   * nothing of the kind
   */
  readonly empty: boolean;
}

/** Why a payload cannot be read, in a person's words: `the answer is empty`. */
export interface Unreadable {
  readonly ok: false;
  readonly why: string;
}

/** A payload as a tree. */
export type Parsed = { readonly ok: true; readonly tree: Tree } | Unreadable;

/** A part that holds a value and nothing else. */
export function leaf(key: string, text: string | undefined): Tree {
  return { key, text, children: [], listed: false, empty: false };
}

const maxWhyChars = 200;

/** A refusal, fit to be shown. */
export function unreadable(why: string): Unreadable {
  return { ok: false, why: clean(why, maxWhyChars) };
}

/**
 * Text from elsewhere, fit for one line of a terminal or a log: white space
 * collapsed, control and formatting characters gone (an escape sequence in a
 * task's name must not drive root's terminal), cut at `maxChars`.
 */
export function clean(text: string, maxChars = maxWhyChars): string {
  const line = text
    .slice(0, maxChars * 16)
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
  const characters = Array.from(line);
  return characters.length <= maxChars ? line : `${characters.slice(0, maxChars - 1).join('')}…`;
}

/**
 * The sense of a key, whatever its spelling: `automationStatus`, `automation_status`,
 * `AUTOMATION-STATUS` are one.
 */
export function canon(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/**
 * How many parts a tree may still have: a server has a few dozen tasks. Keeps a hostile answer from
 * filling the memory.
 */
export class Budget {
  static readonly parts = 20_000;
  #left = Budget.parts;

  /** @throws BudgetSpent */
  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new BudgetSpent();
  }
}

/** A tree got too large; steers control flow inside the reader alone. */
export class BudgetSpent extends Error {}

/** How deep a tree may be. Deeper is no meaning, and a hostile answer must not fill the stack. */
export const maxDepth = 32;
