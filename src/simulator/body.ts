import type { IncomingMessage } from 'node:http';

/**
 * The text of a request.
 * @param what its name in the error: `patch`
 * @throws Error when it is larger than `largestBytes`
 */
export async function textOf(request: IncomingMessage, what: string, largestBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > largestBytes) throw new Error(`cannot read the ${what}: larger than ${largestBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
