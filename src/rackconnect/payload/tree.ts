/**
 * The common model of JSON and XML: labelled parts with a value and children. RackConnect never published most
 * bodies, so the readers look for meaning here, not for the shape of one dialect.
 */
export interface Tree {
  /** JSON key, XML element or attribute name, as sent; empty for an item of a list and for a bare value */
  readonly key: string;
  /** the value as text; undefined for null, an empty element and a container */
  readonly text: string | undefined;
  readonly children: readonly Tree[];
  /** one of many: an item of a JSON array, or an XML element with siblings of its name */
  readonly listed: boolean;
  /** Explicitly empty: `[]`, or an XML element without content. Null does not count. */
  readonly empty: boolean;
}

/** Why a payload cannot be read, in plain words: `the answer is empty`. */
export interface Unreadable {
  readonly ok: false;
  readonly why: string;
}

/** A payload as a tree. */
export type ParsedTree = { readonly ok: true; readonly tree: Tree } | Unreadable;

/** A part with only a value. */
export function leaf(key: string, text: string | undefined): Tree {
  return { key, text, children: [], listed: false, empty: false };
}

const maxWhyChars = 200;

/** A refusal with a reason that is safe to print. */
export function unreadable(why: string): Unreadable {
  return { ok: false, why: cleanValue(why, maxWhyChars) };
}

/**
 * Makes text from elsewhere safe for one line of a terminal or a log: collapses white space, removes control
 * and formatting characters (an escape sequence in a task's name must not drive root's terminal) and cuts at
 * `maxChars`.
 */
export function cleanValue(text: string, maxChars = maxWhyChars): string {
  const line = text
    .slice(0, maxChars * 16)
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
  const characters = Array.from(line);
  return characters.length <= maxChars ? line : `${characters.slice(0, maxChars - 1).join('')}…`;
}

/** The normalised key: `automationStatus`, `automation_status` and `AUTOMATION-STATUS` are equal. */
export function canon(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/**
 * Limits the number of parts of a tree, so that a hostile answer cannot fill the memory: each takes 1 to 2 KB while it is
 * read. A server has a few dozen tasks; 500, the most that are shown, may have eleven parts each.
 */
export class Budget {
  static readonly parts = 6_000;
  #left = Budget.parts;

  /** @throws BudgetSpent */
  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new BudgetSpent();
  }
}

/** A tree has too many parts; used only for control flow inside the reader. */
export class BudgetSpent extends Error {}

/** The depth limit of a tree: deeper parts mean nothing, and a hostile answer must not overflow the stack. */
export const maxDepth = 32;
