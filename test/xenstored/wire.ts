/**
 * The wire protocol of xenstore: a header of four little-endian words (type, request, transaction, length) and a
 * payload. From Xen 4.17: xen/include/public/io/xs_wire.h and docs/misc/xenstore.txt.
 */
export const kinds = {
  directory: 1,
  read: 2,
  watch: 4,
  unwatch: 5,
  write: 11,
  watchEvent: 15,
  error: 16,
} as const;

/** One message, of a client or of the daemon. */
export interface Message {
  readonly kind: number;
  readonly request: number;
  readonly transaction: number;
  readonly payload: Buffer;
}

const headerBytes = 16;

/** XENSTORE_PAYLOAD_MAX: the daemon drops a client that sends more. */
const longestPayloadBytes = 4_096;

export function encode({ kind, request, transaction, payload }: Message): Buffer {
  const header = Buffer.alloc(headerBytes);
  for (const [index, word] of [kind, request, transaction, payload.length].entries())
    header.writeUInt32LE(word, index * 4);
  return Buffer.concat([header, payload]);
}

/** Cuts the messages out of what a socket delivers in pieces of any size. */
export class Decoder {
  #rest: Buffer = Buffer.alloc(0);

  /** `too long`: a payload is longer than the protocol allows */
  push(bytes: Buffer): readonly Message[] | 'too long' {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: Message[] = [];
    while (this.#rest.length >= headerBytes) {
      const length = this.#rest.readUInt32LE(12);
      if (length > longestPayloadBytes) return 'too long';
      if (this.#rest.length < headerBytes + length) break;
      messages.push({
        kind: this.#rest.readUInt32LE(0),
        request: this.#rest.readUInt32LE(4),
        transaction: this.#rest.readUInt32LE(8),
        payload: this.#rest.subarray(headerBytes, headerBytes + length),
      });
      this.#rest = this.#rest.subarray(headerBytes + length);
    }
    return messages;
  }
}

/** Texts, each with a NUL behind it. */
export const terminated = (...texts: readonly string[]): Buffer => Buffer.from(`${texts.join('\0')}\0`);

/** The texts of such a payload. */
export const textsOf = (payload: Buffer): readonly string[] =>
  payload.toString('latin1').replace(/\0$/, '').split('\0');
