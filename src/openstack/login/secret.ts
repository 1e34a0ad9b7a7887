const shown = '[secret]';

/**
 * A key, a password or a token. It is written nowhere by accident: whoever
 * prints, logs, inspects or serialises it gets `[secret]`, and only the one who
 * sends it asks for its text.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: for a request, and for nothing else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  /** What util.inspect and console.log ask for (node:util, "Custom inspection functions on objects"). */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}
