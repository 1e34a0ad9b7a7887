import { createServer } from 'node:net';
import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import { parseIpv4 } from '../../src/base/ipv4.ts';
import type { SourceNow } from '../../src/http/types.ts';
import { createTransport, type Transport, type TransportOptions } from '../../src/rackconnect/transport.ts';
import { type Certificate, http, makeCa, type RawServer, rawServer, type TestCa } from './servers.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step();
});

const serve = async (...args: Parameters<typeof rawServer>): Promise<RawServer> => {
  const server = await rawServer(...args);
  cleanup.push(() => server.close());
  return server;
};
const transport = (options: TransportOptions = {}): Transport => {
  const made = createTransport(options);
  cleanup.push(() => made.close());
  return made;
};
const limits = { timeoutMs: 8_000, accept: 'text/plain' };
const quick = { connectTimeoutMs: 200, headersTimeoutMs: 200, bodyTimeoutMs: 200 };
/** The reply to one GET of a server that answers like that. */
const replyFrom = async (answer: Parameters<typeof rawServer>[0], options: TransportOptions = {}) => {
  const server = await serve(answer);
  const reply = await transport(options).get(server.url, limits);
  return { reply, server };
};
const ok = http(200, 'DEPLOYING\n', { 'content-type': 'text/plain' });
const deploying = { kind: 'ok', contentType: 'text/plain', body: 'DEPLOYING\n' };

describe('a request', () => {
  test('says what it wants, asks for no compression, and goes by GET', async () => {
    const { reply, server } = await replyFrom((socket) => socket.write(ok));
    expect(reply).toEqual(deploying);
    expect(server.requests[0]?.split('\r\n').sort()).toEqual([
      'GET /v1/automation_status?format=text HTTP/1.1',
      'accept-encoding: identity',
      'accept: text/plain',
      'connection: keep-alive',
      `host: ${server.url.host}`,
      'user-agent: rc-wait',
    ]);
  });

  test('leaves from the source address that was named', async () => {
    const { reply, server } = await replyFrom((socket) => socket.write(ok), {
      localAddress: parseIpv4('127.0.0.5'),
    });
    expect(reply).toEqual(deploying);
    expect(server.sockets[0]?.remoteAddress).toBe('127.0.0.5');
  });

  test('from an address that is not ours it does not leave at all', async () => {
    const { reply, server } = await replyFrom((socket) => socket.write(ok), {
      localAddress: parseIpv4('192.0.2.1'),
    });
    expect(reply).toMatchObject({
      kind: 'unreachable',
      code: 'EADDRNOTAVAIL',
      reason: 'the source address 192.0.2.1 is not one of this server',
    });
    expect(server.sockets).toHaveLength(0);
  });

  test('leaves from the address that the interface has when a connection is made, looked up for no other request', async () => {
    const sources: unknown[] = [];
    const server = await serve((socket, count) => {
      sources.push(socket.remoteAddress);
      socket.write(ok);
      if (count === 2) socket.end();
    });
    const addresses = ['127.0.0.5', '127.0.0.6'].map(parseIpv4);
    let looked = 0;
    const moving = transport({ localAddress: () => addresses[looked++] });
    for (let request = 1; request <= 3; request += 1) {
      expect(await moving.get(server.url, limits)).toEqual(deploying);
      if (request === 2) await setTimeoutAsync(50);
    }
    expect(sources).toEqual(['127.0.0.5', '127.0.0.5', '127.0.0.6']);
    expect(looked).toBe(2);
  });

  test('leaves again after its address was rewritten, and after the interface had none', async () => {
    const server = await serve((socket) => socket.write(ok));
    const sources: SourceNow[] = [
      parseIpv4('192.0.2.1'),
      { missing: 'eth1 has no IPv4 address' },
      parseIpv4('127.0.0.6'),
    ];
    const moving = transport({ localAddress: () => sources.shift() });
    expect(await moving.get(server.url, limits)).toMatchObject({
      kind: 'unreachable',
      reason: 'the source address 192.0.2.1 is not one of this server',
    });
    expect(await moving.get(server.url, limits)).toEqual({
      kind: 'unreachable',
      code: 'NO_SOURCE',
      reason: 'eth1 has no IPv4 address',
    });
    expect(await moving.get(server.url, limits)).toEqual(deploying);
    expect(server.sockets.map(({ remoteAddress }) => remoteAddress)).toEqual(['127.0.0.6']);
  });

  test('goes to an IPv6 literal where the URL holds one', async () => {
    const server = await serve((socket) => socket.write(ok), { host: '::1' });
    expect(await transport().get(server.url, limits)).toEqual(deploying);
    const bound = transport({ localAddress: parseIpv4('127.0.0.5') });
    expect(await bound.get(server.url, limits)).toMatchObject({ kind: 'unreachable', code: 'EINVAL' });
  });

  test('two at once are both answered', async () => {
    const server = await serve((socket) => setTimeout(() => socket.write(ok), 20));
    const shared = transport();
    const replies = await Promise.all([shared.get(server.url, limits), shared.get(server.url, limits)]);
    expect(replies).toEqual([deploying, deploying]);
  });
});

describe('an answer', () => {
  test.each([
    [http(403, 'Forbidden'), { kind: 'refused' }],
    [http(403, '', { 'retry-after': '7' }), { kind: 'refused', retryAfterMs: 7_000 }],
    [http(404, 'nope'), { kind: 'absent' }],
    [http(500), { kind: 'failing', status: 500 }],
    [http(503, '', { 'retry-after': '120' }), { kind: 'failing', status: 503, retryAfterMs: 120_000 }],
    [http(429, '', { 'retry-after': '99999' }), { kind: 'failing', status: 429, retryAfterMs: 3_600_000 }],
    [http(408), { kind: 'failing', status: 408 }],
    [http(401), { kind: 'unexpected', status: 401 }],
    [http(206, 'DEPLOYED'), { kind: 'unexpected', status: 206 }],
    ['HTTP/1.1 204 X\r\n\r\n', { kind: 'unexpected', status: 204 }],
    [http(200, ''), { kind: 'ok', contentType: '', body: '' }],
    [
      http(200, '<html>', { 'content-type': 'text/html' }),
      { kind: 'ok', contentType: 'text/html', body: '<html>' },
    ],
    [`HTTP/1.1 103 Early\r\nlink: x\r\n\r\n${ok}`, deploying],
    [
      'HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n3\r\nDEP\r\n5\r\nLOYED\r\n0\r\n\r\n',
      { kind: 'ok', contentType: '', body: 'DEPLOYED' },
    ],
    [
      http(200, 'xx', { 'content-encoding': 'gzip' }),
      { kind: 'unexpected', status: 200, reason: 'the answer is compressed (gzip), which was not asked for' },
    ],
  ])('%j means %j', async (bytes, meaning) => {
    const { reply } = await replyFrom((socket) => socket.write(bytes));
    expect(reply).toEqual(meaning);
  });

  test('a redirect is not followed: the place it names knows nothing of this server', async () => {
    const { reply, server } = await replyFrom((socket) =>
      socket.write(http(302, '', { location: '/elsewhere' })),
    );
    expect(reply).toEqual({ kind: 'unexpected', status: 302, location: '/elsewhere' });
    expect(server.requests).toHaveLength(1);
  });

  test('without a length is whole when the server closes the connection', async () => {
    const { reply } = await replyFrom((socket) => socket.end('HTTP/1.0 200 X\r\n\r\nFAILED'));
    expect(reply).toEqual({ kind: 'ok', contentType: '', body: 'FAILED' });
  });

  test.each([
    ['iso-8859-1', Buffer.from([0xe9])],
    ['utf-8', Buffer.from('é')],
    ['no-such-charset', Buffer.from('é')],
    ['utf-16', Buffer.from([0xff, 0xfe, 0xe9, 0])],
    ['utf-8', Buffer.from([0xfe, 0xff, 0, 0xe9])],
  ])('is decoded by its byte order mark, then by its charset: %s', async (charset, bytes) => {
    const { reply } = await replyFrom((socket) => {
      socket.write(
        `HTTP/1.1 200 X\r\ncontent-type: text/plain; charset=${charset}\r\ncontent-length: ${bytes.length}\r\n\r\n`,
      );
      socket.write(bytes);
    });
    expect(reply).toMatchObject({ kind: 'ok', body: 'é' });
  });
});

describe('no whole answer', () => {
  const head = 'HTTP/1.1 200 X\r\ncontent-length: 20\r\n\r\n';
  const megabyte = 'A'.repeat(1024 * 1024);

  test.each<[string, Parameters<typeof rawServer>[0], string, string]>([
    ['reset before the headers', (socket) => socket.resetAndDestroy(), 'ECONNRESET', 'connection reset'],
    [
      'closed before the headers',
      (socket) => socket.end(),
      'UND_ERR_SOCKET',
      'the other side closed the connection before the answer was complete',
    ],
    [
      'silent before the headers',
      () => undefined,
      'UND_ERR_HEADERS_TIMEOUT',
      'no answer within 0.2 s (headers)',
    ],
    [
      'silent in the headers',
      (socket) => socket.write('HTTP/1.1 200 X\r\n'),
      'UND_ERR_HEADERS_TIMEOUT',
      'no answer within 0.2 s (headers)',
    ],
    [
      'silent in the body',
      (socket) => socket.write(`${head}DEPLOYED`),
      'UND_ERR_BODY_TIMEOUT',
      'the answer stopped for 0.2 s (body)',
    ],
    [
      'cut short',
      (socket) => socket.end(`${head}DEPLOYED`),
      'UND_ERR_SOCKET',
      'the other side closed the connection before the answer was complete',
    ],
    [
      'cut short in a chunk',
      (socket) => socket.end('HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n9\r\nDEPLOYED'),
      'UND_ERR_SOCKET',
      'the other side closed the connection before the answer was complete',
    ],
    [
      'cut short, the end announced',
      (socket) => socket.end(`HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: 20\r\n\r\nDEPLOYED`),
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
      'the answer is not as long as it says',
    ],
    [
      'announced, and never sent',
      (socket) => socket.end('HTTP/1.1 103 X\r\nlink: x\r\n\r\n'),
      'UND_ERR_SOCKET',
      'the other side closed the connection before the answer was complete',
    ],
    [
      'larger than 1 MiB by its own account',
      (socket) => socket.write(http(200, `${megabyte}A`)),
      'UND_ERR_RES_EXCEEDED_MAX_SIZE',
      'the answer is larger than 1 MiB',
    ],
    [
      'larger than 1 MiB without saying so',
      (socket) => socket.write(`HTTP/1.1 200 X\r\n\r\n${megabyte}A`),
      'UND_ERR_RES_EXCEEDED_MAX_SIZE',
      'the answer is larger than 1 MiB',
    ],
    [
      'headers without end',
      (socket) => socket.write(`HTTP/1.1 200 X\r\nx: ${megabyte}`),
      'UND_ERR_HEADERS_OVERFLOW',
      "the answer's headers are too large",
    ],
    ['not HTTP', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n\r\n'), 'HTTP', 'the answer is not HTTP'],
    [
      'two lengths',
      (socket) => socket.write('HTTP/1.1 200 X\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nA'),
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
      'the answer is not as long as it says',
    ],
  ])('%s: said so, and asked once', async (_name, answer, code, reason) => {
    const { reply, server } = await replyFrom(answer, quick);
    expect(reply).toEqual({ kind: 'unreachable', code, reason });
    expect(server.requests).toHaveLength(1);
  });

  test('exactly 1 MiB is a whole answer', async () => {
    const { reply } = await replyFrom((socket) => socket.write(http(200, megabyte)));
    expect(reply).toEqual({ kind: 'ok', contentType: '', body: megabyte });
  });

  test('nobody listens', async () => {
    const server = await serve(() => undefined);
    await server.close();
    expect(await transport().get(server.url, limits)).toEqual({
      kind: 'unreachable',
      code: 'ECONNREFUSED',
      reason: 'connection refused',
    });
  });

  test('no such host name', async () => {
    const reply = await transport().get(new URL('http://dfw.api.invalid/v1'), limits);
    expect(reply).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('dfw.api.invalid') });
  });

  test('a 403 whose page never ends is still a 403', async () => {
    const { reply } = await replyFrom(
      (socket) => socket.write('HTTP/1.1 403 X\r\nretry-after: 9\r\ncontent-length: 9\r\n\r\nA'),
      quick,
    );
    expect(reply).toEqual({ kind: 'refused', retryAfterMs: 9_000 });
  });

  test('a body that drips is ended by the total, and the connection with it', async () => {
    const server = await serve((socket) => {
      socket.write(head);
      const drip = setInterval(() => socket.write('A'), 50);
      socket.on('close', () => clearInterval(drip));
    });
    const reply = await transport().get(server.url, { ...limits, timeoutMs: 300 });
    expect(reply).toEqual({
      kind: 'unreachable',
      code: 'TIMEOUT',
      reason: 'no complete answer within 0.3 s',
    });
    const [socket] = server.sockets;
    await expect.poll(() => socket?.destroyed).toBe(true);
  });

  test('a TLS handshake that never comes is given up, and never sends the request later', async () => {
    const server = await serve(() => undefined, { scheme: 'https' });
    const reply = await transport().get(server.url, { ...limits, timeoutMs: 200 });
    expect(reply).toMatchObject({ code: 'TIMEOUT' });
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
    const slow = await transport(quick).get(server.url, limits);
    expect(slow).toEqual({
      kind: 'unreachable',
      code: 'UND_ERR_CONNECT_TIMEOUT',
      reason: 'no answer within 0.2 s (connecting)',
    });
  });

  test('a request that was interrupted says why, before and during', async () => {
    const server = await serve(() => undefined);
    const controller = new AbortController();
    const under = transport();
    const reply = under.get(server.url, { ...limits, signal: controller.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort(new Error('no answer within 10 s'));
    const aborted = { kind: 'unreachable', code: 'ABORTED', reason: 'no answer within 10 s' };
    expect(await reply).toEqual(aborted);
    expect(await under.get(server.url, { ...limits, signal: controller.signal })).toEqual(aborted);
    expect(server.requests).toHaveLength(1);
  });
});

describe('the connection', () => {
  test('is kept across polls', async () => {
    const server = await serve((socket) => socket.write(ok));
    const kept = transport();
    for (let poll = 0; poll < 3; poll += 1) expect(await kept.get(server.url, limits)).toEqual(deploying);
    expect(server.sockets).toHaveLength(1);
  });

  test('that the server closed while idle costs no poll', async () => {
    const server = await serve((socket) => {
      socket.write(ok);
      setTimeout(() => socket.end(), 5);
    });
    const kept = transport();
    for (let poll = 1; poll <= 5; poll += 1) {
      expect(await kept.get(server.url, limits)).toEqual(deploying);
      await expect.poll(() => server.sockets[poll - 1]?.readableEnded).toBe(true);
    }
    expect(server.sockets).toHaveLength(5);
  });

  test('that the server drops just as we poll costs one poll, not each', async () => {
    const server = await serve((socket, _count, onConnection) => {
      if (onConnection === 1) socket.write(ok);
      else socket.resetAndDestroy();
    });
    const kept = transport();
    const kinds: string[] = [];
    for (let poll = 0; poll < 5; poll += 1) kinds.push((await kept.get(server.url, limits)).kind);
    expect(kinds).toEqual(['ok', 'unreachable', 'ok', 'ok', 'ok']);
    expect(server.requests).toHaveLength(5);
    expect(server.requests.slice(2).every((request) => request.includes('connection: close'))).toBe(true);
  });

  test('is left before the time that the server names', async () => {
    const server = await serve((socket) => socket.write(http(200, 'FAILED', { 'keep-alive': 'timeout=1' })));
    const kept = transport();
    await kept.get(server.url, limits);
    await kept.get(server.url, limits);
    expect(server.sockets).toHaveLength(2);
  });

  test('is made anew for another origin', async () => {
    const [one, two] = [await serve((socket) => socket.write(ok)), await serve((socket) => socket.write(ok))];
    const kept = transport();
    for (const { url } of [one, two, one]) expect(await kept.get(url, limits)).toEqual(deploying);
    await expect.poll(() => one.sockets[0]?.destroyed).toBe(true);
  });

  test('closed, it ends what is under way and takes nothing more', async () => {
    const server = await serve(() => undefined);
    const closing = createTransport();
    const reply = closing.get(server.url, limits);
    await expect.poll(() => server.requests.length).toBe(1);
    closing.close();
    expect(await reply).toMatchObject({ kind: 'unreachable' });
    expect(await closing.get(server.url, limits)).toMatchObject({ kind: 'unreachable', code: 'CLOSED' });
    expect(server.requests).toHaveLength(1);
  });

  test('whatever the server does, no request is made twice', async () => {
    const behaviour = fc.constantFrom<(socket: Parameters<Parameters<typeof rawServer>[0]>[0]) => void>(
      (socket) => socket.write(ok),
      (socket) => socket.end(ok),
      (socket) => socket.write(http(403)),
      (socket) => socket.write(`${ok}${ok}`),
      (socket) => socket.write(http(200, 'A', { connection: 'close' })),
      (socket) => socket.write(http(200, 'A', { 'keep-alive': 'timeout=1' })),
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.end(),
      (socket) => socket.write('garbage\r\n\r\n'),
      (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
      (socket) => socket.write('HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      (socket) => socket.end('HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nA'),
      (socket) => setImmediate(() => socket.end(ok)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(behaviour, { minLength: 2, maxLength: 12 }), async (behaviours) => {
        const server = await rawServer((socket, count) => behaviours[count - 1]?.(socket));
        const kept = createTransport(quick);
        for (const _ of behaviours) await kept.get(server.url, limits);
        kept.close();
        await server.close();
        expect(server.requests).toHaveLength(behaviours.length);
      }),
      { numRuns: 200 },
    );
  }, 120_000);
});

describe('TLS', () => {
  let ca: TestCa;
  beforeAll(() => {
    ca = makeCa();
  });
  const tls = (certificate: Certificate): Promise<RawServer> =>
    serve((socket) => socket.write(ok), {
      scheme: 'https',
      create: (onSocket) => createTlsServer(certificate, onSocket),
    });

  test('with our own CA the answer comes, over one connection', async () => {
    const server = await tls(ca.good);
    const kept = transport({ caPem: ca.caPem, localAddress: parseIpv4('127.0.0.7') });
    expect(await kept.get(server.url, limits)).toEqual(deploying);
    expect(await kept.get(server.url, limits)).toEqual(deploying);
    expect(server.sockets.map(({ remoteAddress }) => remoteAddress)).toEqual(['127.0.0.7']);
  });

  test.each<[string, keyof TestCa, boolean, string]>([
    [
      'an unknown CA',
      'good',
      false,
      "the API's certificate is not trusted (unknown CA): name your CA with --ca-file",
    ],
    [
      'no CA at all',
      'selfSigned',
      false,
      "the API's certificate is not trusted (self-signed): name your CA with --ca-file",
    ],
    ['an expired certificate', 'expired', true, "the API's certificate has expired"],
    ['the certificate of another host', 'otherHost', true, "the API's certificate is not for 127.0.0.1"],
  ])('%s is refused before a request is made', async (_name, certificate, withCa, reason) => {
    const server = await tls(ca[certificate] as Certificate);
    const reply = await transport(withCa ? { caPem: ca.caPem } : {}).get(server.url, limits);
    expect(reply).toMatchObject({ kind: 'unreachable', reason });
    expect(server.requests).toHaveLength(0);
  });

  test('a plain server on the port is named as such', async () => {
    const server = await serve(() => undefined, {
      scheme: 'https',
      create: (onSocket) => createServer((socket) => onSocket(socket.on('data', () => socket.write(ok)))),
    });
    expect(await transport().get(server.url, limits)).toEqual({
      kind: 'unreachable',
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
      reason: 'the other side does not speak TLS: is the port right?',
    });
  });

  test.each(['', 'garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
    'a CA file that holds %j is a mistake in the configuration',
    (caPem) => {
      const make = (): Transport => createTransport({ caPem });
      expect(make).toThrow(RcWaitError);
      expect(make).toThrow(/^cannot use the CA of --ca-file: /);
    },
  );
});
