/**
 * Reads enough of SQLite's write-ahead log to tell whether it is complete: "The Write-Ahead Log" in
 * https://www.sqlite.org/fileformat2.html and https://www.sqlite.org/walformat.html. SQLite reads a log up to
 * the first frame that it cannot verify and silently drops the rest.
 */

const headerBytes = 32;
const frameHeaderBytes = 24;

/** The last bit of the magic number gives the byte order of the checksums. */
const magic = 0x377f0682;

/** The size of the index header, of which there are two copies. */
const indexBytes = 48;
const indexVersion = 3_007_000;

type Sum = readonly [number, number];

/** The fields of a log's header that are used here. */
interface Log {
  readonly isBigEndian: boolean;
  readonly pageBytes: number;
  readonly salt: Buffer;
  readonly sum: Sum;
}

/**
 * Whether a log holds every committed frame.
 *
 * The index (the file -shm) counts the committed frames. It exists while a process has the ledger open, and
 * after the last such process was killed. Frames beyond its count belong to an uncommitted change: a process
 * killed while writing leaves half of one behind, which is no damage. Without a readable index the log must
 * verify to its end; frames with another salt belong to an earlier round.
 *
 * @param wal undefined: there is no log
 * @param index undefined: there is no index
 */
export function isWalWhole(wal: Buffer | undefined, index: Buffer | undefined): boolean {
  const counted = index === undefined ? undefined : readIndex(index);
  if (counted?.frames === 0) return true;
  if (wal === undefined || wal.length <= headerBytes) return counted === undefined;
  const log = readHeader(wal);
  if (log === undefined) return false;
  const verified = verifiedFrames(wal, log);
  if (counted === undefined) return !hasFramesAfter(wal, log, verified);
  return counted.salt.equals(log.salt) && verified >= counted.frames;
}

/** The frame count of an index and the salt of its log; undefined: the index was not completely written. */
function readIndex(index: Buffer): { readonly frames: number; readonly salt: Buffer } | undefined {
  const first = index.subarray(0, indexBytes);
  if (first.length < indexBytes || !first.equals(index.subarray(indexBytes, 2 * indexBytes)))
    return undefined;
  // In this machine's byte order, except for the salt, which is copied from the log.
  if (word(first, 0, isBigEndianHost) !== indexVersion) return undefined;
  const [one, other] = sumOf(first.subarray(0, 40), [0, 0], isBigEndianHost);
  if (one !== word(first, 40, isBigEndianHost) || other !== word(first, 44, isBigEndianHost))
    return undefined;
  return { frames: word(first, 16, isBigEndianHost), salt: first.subarray(32, 40) };
}

const isBigEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

function readHeader(wal: Buffer): Log | undefined {
  const first = wal.readUInt32BE(0);
  if (first >>> 1 !== magic >>> 1) return undefined;
  const isBigEndian = (first & 1) === 1;
  const sum = sumOf(wal.subarray(0, 24), [0, 0], isBigEndian);
  if (sum[0] !== wal.readUInt32BE(24) || sum[1] !== wal.readUInt32BE(28)) return undefined;
  const pageBytes = wal.readUInt32BE(8);
  return pageBytes < 512 || pageBytes > 65_536
    ? undefined
    : { isBigEndian, pageBytes, salt: wal.subarray(16, 24), sum };
}

/** How many frames verify from the start; each checksum continues the previous one. */
function verifiedFrames(wal: Buffer, { isBigEndian, pageBytes, salt, sum: first }: Log): number {
  let sum = first;
  let count = 0;
  for (const at of framesOf(wal, pageBytes)) {
    if (!wal.subarray(at + 8, at + 16).equals(salt)) break;
    sum = sumOf(wal.subarray(at, at + 8), sum, isBigEndian);
    sum = sumOf(wal.subarray(at + frameHeaderBytes, at + frameHeaderBytes + pageBytes), sum, isBigEndian);
    if (sum[0] !== wal.readUInt32BE(at + 16) || sum[1] !== wal.readUInt32BE(at + 20)) break;
    count += 1;
  }
  return count;
}

/** Whether frames of this round follow the verified ones. */
function hasFramesAfter(wal: Buffer, { pageBytes, salt }: Log, verified: number): boolean {
  return framesOf(wal, pageBytes)
    .slice(verified)
    .some((at) => wal.subarray(at + 8, at + 16).equals(salt));
}

/** The offsets of a log's complete frames. */
function framesOf(wal: Buffer, pageBytes: number): readonly number[] {
  const frameBytes = frameHeaderBytes + pageBytes;
  const count = Math.floor((wal.length - headerBytes) / frameBytes);
  return Array.from({ length: count }, (_, index) => headerBytes + index * frameBytes);
}

/** The checksum over pairs of words, continuing a previous one. */
function sumOf(bytes: Buffer, [first, second]: Sum, isBigEndian: boolean): Sum {
  let one = first;
  let other = second;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    one = (one + view.getUint32(at, !isBigEndian) + other) >>> 0;
    other = (other + view.getUint32(at + 4, !isBigEndian) + one) >>> 0;
  }
  return [one, other];
}

function word(bytes: Buffer, at: number, isBigEndian: boolean): number {
  return isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
}
