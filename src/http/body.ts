/**
 * The bytes of a body, copied together as they arrive. Kept by themselves, parts of one byte (each can be a chunk of its
 * own, RFC 9112 §7.1) would take some 150 bytes each beside their content: 1 MiB of them, 160 MB.
 */
export class Body {
  #bytes = new Uint8Array(0);
  #length = 0;

  add(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#length);
    this.#length = length;
  }

  /** What has arrived so far. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
