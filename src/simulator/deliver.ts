import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { Answer } from './types.ts';

/**
 * Sends an answer as its `delivery` says. Resolves true once the last byte is handed to the system, false if
 * the answer is cut short by design.
 * @throws the signal's reason when the client or the simulator goes away
 */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const { delivery } = answer;
  const body = Buffer.from(answer.body, answer.encoding);
  const half = body.subarray(0, Math.floor(body.length / 2));
  switch (delivery.kind) {
    case 'whole':
      writeHead(response, answer, body.length);
      return end(response, body);
    case 'chunked':
      response.writeHead(answer.status, answer.headers);
      await write(response, body.subarray(0, 1));
      return end(response, body.subarray(1));
    case 'slow':
      writeHead(response, answer, body.length);
      await trickle(response, body, delivery.bytesPerSecond, clock, signal);
      return end(response, Buffer.alloc(0));
    case 'truncate':
      writeHead(response, answer, body.length);
      await write(response, half);
      response.socket?.end();
      return false;
    case 'reset':
      if (delivery.when === 'body') {
        writeHead(response, answer, body.length);
        await write(response, half);
      }
      reset(response);
      return false;
    case 'hang':
      if (delivery.when === 'body') {
        writeHead(response, answer, body.length);
        await write(response, half);
      }
      return false;
  }
}

function writeHead(response: ServerResponse, answer: Answer, length: number): void {
  // RFC 9110, 8.6: no Content-Length in a 204; a 304 has no body either.
  const isBodiless = answer.status === 204 || answer.status === 304;
  response.writeHead(
    answer.status,
    isBodiless ? answer.headers : { ...answer.headers, 'content-length': length },
  );
}

/** Sends the body in at most ten pieces a second. */
async function trickle(
  response: ServerResponse,
  body: Buffer,
  bytesPerSecond: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const pieceBytes = Math.max(1, Math.floor(bytesPerSecond / 10));
  for (let sent = 0; sent < body.length; sent += pieceBytes) {
    await write(response, body.subarray(sent, sent + pieceBytes));
    await clock.sleep((pieceBytes / bytesPerSecond) * 1000, signal);
  }
}

function write(response: ServerResponse, piece: Buffer): Promise<void> {
  response.flushHeaders();
  if (piece.length === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    response.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

function end(response: ServerResponse, piece: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    response.once('close', () => resolve(response.writableFinished));
    response.end(piece, () => resolve(true));
  });
}

/** A TCP reset instead of an orderly end; over TLS Node can only drop the connection. */
function reset(response: ServerResponse): void {
  const { socket } = response;
  if (socket instanceof Socket && !('encrypted' in socket)) socket.resetAndDestroy();
  else response.destroy();
}
