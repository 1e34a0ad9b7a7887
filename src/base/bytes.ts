/*
 * Network files are read as UTF-8, and bytes that are not UTF-8 are kept: a comment in Latin-1 must come back
 * byte for byte, but JSON (the journal, which outlives a power cut) holds only text. Each such byte becomes one
 * lone surrogate, U+DC80 to U+DCFF, as in Python's `surrogateescape` (PEP 383). Valid UTF-8 never decodes to a
 * surrogate, so the two cannot be confused.
 */

/** The offset of escaped bytes, 0x80 and above. */
const escapeBase = 0xdc00;

/** The text of a file's bytes. `encodeBytes` restores every byte, including a byte order mark. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return decodeStrictly(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

/** The bytes of a text from `decodeBytes`, also after edits. */
export function encodeBytes(text: string): Buffer {
  const parts = text.split(/([\udc80-\udcff]+)/u);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0
        ? Buffer.from(part, 'utf8')
        : Buffer.from([...part].map((one) => one.charCodeAt(0) - escapeBase)),
    ),
  );
}

/** The text for a person or a program, with U+FFFD for bytes that are not UTF-8. */
export function shownText(text: string): string {
  return text.toWellFormed();
}

function decodeStrictly(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = '';
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += decodeStrictly(bytes.subarray(start, at));
      text += String.fromCharCode(escapeBase + (bytes[at] ?? 0));
      start = at + 1;
    }
    at += Math.max(length, 1);
  }
  return text + decodeStrictly(bytes.subarray(start));
}

/** The length of the UTF-8 sequence at `at`, in bytes; 0 if there is none (RFC 3629, section 4). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const isTail = (offset: number, least = 0x80, most = 0xbf) => {
    const byte = bytes[at + offset] ?? 0;
    return byte >= least && byte <= most;
  };
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return isTail(1) ? 2 : 0;
  if (first < 0xf0) {
    const second = isTail(1, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf);
    return second && isTail(2) ? 3 : 0;
  }
  const second = isTail(1, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf);
  return second && isTail(2) && isTail(3) ? 4 : 0;
}
