import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server on loopback that speaks bytes, so that every way an answer can go wrong is possible. */
export interface RawServer {
  readonly url: URL;
  /** requests (blank lines) that arrived, over all connections */
  readonly requests: readonly string[];
  /** sockets in the order in which they were accepted */
  readonly sockets: readonly Socket[];
  close(): Promise<void>;
}

/** Calls `answer` for each request with its number from 1; `answer` writes what it likes. */
export async function rawServer(
  answer: (socket: Socket, count: number, onConnection: number) => void,
  options: {
    scheme?: 'http' | 'https';
    create?: (onSocket: (socket: Socket) => void) => Server;
    host?: string;
  } = {},
): Promise<RawServer> {
  const { scheme = 'http', create = createServer, host = '127.0.0.1' } = options;
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = create((socket) => {
    sockets.push(socket);
    let received = '';
    let onConnection = 0;
    // A client that gives up resets the connection: not this server's failure.
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        requests.push(received.slice(0, end));
        received = received.slice(end + 4);
        onConnection += 1;
        answer(socket, requests.length, onConnection);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(
      `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/v1/automation_status?format=text`,
    ),
    requests,
    sockets,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** An answer of HTTP/1.1 with its Content-Length. */
export function http(status: number, body = '', headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ 'content-length': String(Buffer.byteLength(body)), ...headers });
  return `HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A CA of our own and what it signed, made by openssl(1) for 127.0.0.1. */
export interface TestCa {
  readonly caPem: string;
  readonly good: Certificate;
  readonly expired: Certificate;
  readonly otherHost: Certificate;
  readonly selfSigned: Certificate;
}

export function makeCa(): TestCa {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-ca-'));
  const openssl = (...args: string[]): Buffer =>
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
  try {
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key');
    const key = read('key');
    const selfSign = (name: string, ...more: string[]): string => {
      openssl(
        'req',
        '-x509',
        '-new',
        '-key',
        'key',
        '-subj',
        `/CN=${name}`,
        '-days',
        '2',
        '-out',
        name,
        ...more,
      );
      return read(name);
    };
    const caPem = selfSign('ca', '-addext', 'basicConstraints=critical,CA:TRUE');
    const sign = (name: string, days: string, alternative: string): Certificate => {
      writeFileSync(join(directory, 'extensions'), `subjectAltName=${alternative}\n`);
      openssl('req', '-new', '-key', 'key', '-subj', `/CN=${name}`, '-out', 'request');
      const signing = [
        '-CA',
        'ca',
        '-CAkey',
        'key',
        '-CAcreateserial',
        '-extfile',
        'extensions',
        '-days',
        days,
      ];
      openssl('x509', '-req', '-in', 'request', '-out', name, ...signing);
      return { key, cert: read(name) };
    };
    return {
      caPem,
      good: sign('good', '2', 'IP:127.0.0.1'),
      expired: sign('expired', '-1', 'IP:127.0.0.1'),
      otherHost: sign('otherHost', '2', 'DNS:other.example'),
      selfSigned: { key, cert: selfSign('self', '-addext', 'subjectAltName=IP:127.0.0.1') },
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
