import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { apiProbe } from '../../../src/app/network/api-probe.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { Reply } from '../../../src/http/types.ts';
import type { AskOptions } from '../../../src/pace/types.ts';
import { parseApiUrl } from '../../../src/rackconnect/regions.ts';

const never = new AbortController().signal;
const unreachable: Reply = { kind: 'unreachable', code: 'ETIMEDOUT', reason: 'no answer within 5 s' };

/** A probe of an API that answers with `reply`, at a port where something listens, or nothing. */
async function attempt(
  ask: (options: AskOptions) => Promise<{ reply: Reply; askedMs: number }>,
  listens: boolean,
) {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  if (!listens) server.close();
  const client = {
    ask: async (_operation: string, _format?: string, options: AskOptions = {}) => ({
      ...(await ask(options)),
      shared: false,
    }),
  };
  const seen = await apiProbe({ client, baseUrl: parseApiUrl(`http://127.0.0.1:${port}`) }).attempt(never);
  if (listens) server.close();
  return seen;
}

describe('the API, once the gateway is in use', () => {
  it.each<Reply>([
    { kind: 'ok', contentType: 'text/plain', body: 'DEPLOYED' },
    { kind: 'refused' },
    { kind: 'failing', status: 500 },
  ])('is there when it answers, whatever it says: %o', async (reply) => {
    expect(await attempt(async () => ({ reply, askedMs: systemClock.nowMs() }), false)).toBeUndefined();
  });

  it('is not there when it cannot be reached', async () => {
    expect(await attempt(async () => ({ reply: unreachable, askedMs: systemClock.nowMs() }), true)).toBe(
      'no answer within 5 s',
    );
  });

  it.each([
    ['is there when it takes a connection', true, undefined],
    ['is not there when it takes none', false, 'connection refused'],
  ])('%s, where the quota does not permit a question at once', async (_what, listens, seen) => {
    const ask = ({ signal, onDelay }: AskOptions): Promise<never> =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
        onDelay?.({ because: 'window', untilMs: systemClock.nowMs() + 2_000 });
      });
    expect(await attempt(ask, listens)).toBe(seen);
  });

  it('is not proved by an answer from before the change', async () => {
    const old: Reply = { kind: 'ok', contentType: 'text/plain', body: 'DEPLOYED' };
    expect(await attempt(async () => ({ reply: old, askedMs: systemClock.nowMs() - 1_000 }), false)).toBe(
      'connection refused',
    );
  });

  it('does not hide a mistake', async () => {
    await expect(attempt(() => Promise.reject(new TypeError('a bug')), true)).rejects.toThrow(TypeError);
  });
});
