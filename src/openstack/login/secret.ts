const shown = '[secret]';

/**
 * A key, a password or a token. Printing, logging, inspecting or serialising it gives `[secret]`; only the code
 * that sends it calls `reveal`.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, only for a request. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  /** Called by util.inspect and console.log (node:util, "Custom inspection functions on objects"). */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}
