import { connect } from 'node:net';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import type { Probe } from './probe.ts';

/** An address that must accept a TCP connection. */
export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * Parses `tcp://host:port`, or several of them, separated by commas or spaces.
 * @throws RcWaitError USAGE
 */
export function parseTcpTargets(text: string): readonly TcpTarget[] {
  return text
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .map(parseTarget);
}

function parseTarget(text: string): TcpTarget {
  const [, bracketed, plain, digits] =
    /^tcp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})\/?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new RcWaitError('USAGE', `cannot use --probe ${text}: tcp://HOST:PORT is expected`);
}

/** The target as `parseTcpTargets` reads it. */
export function textOfTarget({ host, port }: TcpTarget): string {
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Expects the target to accept a connection. */
export function tcpProbe({ host, port }: TcpTarget): Probe {
  return {
    expects: `${textOfTarget({ host, port })} to take a connection`,
    limitMs: 10_000,
    attempt: (signal) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port, signal });
        socket.once('connect', () => {
          socket.destroy();
          resolve(undefined);
        });
        socket.once('error', (error) => (signal.aborted ? reject(error) : resolve(reasonOf(error))));
      }),
  };
}
