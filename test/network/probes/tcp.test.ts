import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseTcpTargets, tcpProbe } from '../../../src/network/probes/tcp.ts';

describe('tcp://HOST:PORT', () => {
  it('is read, several at once too', () => {
    expect(parseTcpTargets('tcp://192.0.2.1:443,tcp://[2001:db8::1]:80/ tcp://db.example.com:5432')).toEqual([
      { host: '192.0.2.1', port: 443 },
      { host: '2001:db8::1', port: 80 },
      { host: 'db.example.com', port: 5432 },
    ]);
    expect(parseTcpTargets(' ')).toEqual([]);
  });

  it.each([
    '192.0.2.1:443',
    'tcp://192.0.2.1',
    'tcp://:1',
    'tcp://a:0',
    'tcp://a:65536',
    'http://a:80',
    'tcp://u@a:1',
  ])('is not %s', (text) => {
    expect(() => parseTcpTargets(text)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: `cannot use --probe ${text}: tcp://HOST:PORT is expected`,
      }),
    );
  });
});

describe('a connection', () => {
  it('is taken where somebody listens, and refused where nobody does', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const probe = tcpProbe({ host: '127.0.0.1', port });
    expect(await probe.attempt(new AbortController().signal)).toBeUndefined();
    server.close();
    await once(server, 'close');
    expect(await probe.attempt(new AbortController().signal)).toBe('connection refused');
    expect(probe.expects).toBe(`tcp://127.0.0.1:${port} to take a connection`);
  });

  it('is given up when its time is over', async () => {
    const probe = tcpProbe({ host: '::1', port: 9 });
    await expect(probe.attempt(AbortSignal.abort())).rejects.toThrow();
    expect(probe.expects).toBe('tcp://[::1]:9 to take a connection');
  });
});
