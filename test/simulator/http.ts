import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import type { Clock } from '../../src/base/clock.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on a connection of its own. Rejects when no whole answer comes. */
export function send(url: string, options: RequestOptions = {}, body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The text of a reply, of whatever status. */
export async function textAt(url: string, options: RequestOptions = {}): Promise<string> {
  return (await send(url, options)).body.toString('utf8');
}

/** What a bare TCP client sees of a GET: the bytes that came, and how the connection ended. */
export interface RawEnd {
  readonly received: string;
  /** `end`: in order; else the error's code */
  readonly ending: string;
}

/** A GET over bare TCP. `received` grows as bytes come; `ended` resolves with the end of the connection. */
export function rawGet(port: number, path: string): { received(): string; ended: Promise<RawEnd> } {
  let received = '';
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: simulator\r\n\r\n`);
  });
  socket.on('data', (piece) => {
    received += piece.toString('latin1');
  });
  const ended = new Promise<RawEnd>((resolve) => {
    socket.once('end', () => resolve({ received, ending: 'end' }));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ received, ending: error.code ?? error.message }),
    );
    socket.once('close', () => resolve({ received, ending: 'close' }));
  });
  return { received: () => received, ended };
}

/** Lets I/O happen until `isSo`; the test's own time limit is the bound. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that stands still but for its sleepers: each sleep passes at once, and is written down. */
export interface InstantClock extends Clock {
  time: number;
  readonly sleptMs: number[];
}

export function instantClock(): InstantClock {
  return {
    time: 1_000,
    sleptMs: [],
    nowMs() {
      return this.time;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      this.sleptMs.push(ms);
      this.time += ms;
    },
  };
}
