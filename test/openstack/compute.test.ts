import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import type { Http, HttpReply } from '../../src/http/client.ts';
import { createServers } from '../../src/openstack/compute.ts';
import { type Login, LoginTrouble } from '../../src/openstack/login/login.ts';
import { Secret } from '../../src/openstack/login/secret.ts';

const { signal } = new AbortController();
const session = {
  token: new Secret('s3cret'),
  catalog: { services: [], tenantId: undefined, defaultRegion: undefined },
  nowMs: (): number | undefined => undefined,
};

/** A client whose questions are answered with these, one after the other. */
function clientOf(replies: readonly HttpReply[], login?: Partial<Login>) {
  const urls: string[] = [];
  const tokens: (string | undefined)[] = [];
  const left = [...replies];
  const http: Http = {
    send: async ({ url, headers }) => {
      urls.push(url.href);
      tokens.push(headers?.['x-auth-token']);
      return left.shift() ?? { kind: 'unreachable', reason: 'nobody expected it' };
    },
    close: () => {},
  };
  let rejected = 0;
  const api = createServers({
    endpoint: 'https://ord.servers.api.example/v2/1/',
    login: {
      session: async () => session,
      reject: () => {
        rejected += 1;
      },
      ...login,
    },
    http,
    onRequest: () => {},
  });
  return { api, urls, tokens, rejected: () => rejected };
}

const answer = (status: number, body: unknown = {}, headers: Record<string, string> = {}): HttpReply => ({
  kind: 'answer',
  head: { status, headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('a question to Cloud Servers', () => {
  it('is asked below the endpoint, with the token in a header alone', async () => {
    const { api, urls, tokens } = clientOf([
      answer(200, { servers: [] }),
      answer(200, { servers: [] }),
      answer(200, { server: { id: 'a' } }),
    ]);
    await api.page({ since: undefined, marker: undefined }, signal);
    await api.page({ since: Date.UTC(2026, 0, 1, 10, 0, 0, 500), marker: 'a/b' }, signal);
    await api.one('a/b', signal);
    const base = 'https://ord.servers.api.example/v2/1/servers';
    expect(urls).toEqual([
      `${base}/detail?limit=1000`,
      `${base}/detail?limit=1000&changes-since=2026-01-01T10%3A00%3A00Z&marker=a%2Fb`,
      `${base}/a%2Fb`,
    ]);
    expect(tokens).toEqual(['s3cret', 's3cret', 's3cret']);
  });

  it("is told by the API's clock, where it says its time", async () => {
    const { api } = clientOf([
      answer(200, { server: { id: 'a' } }, { date: 'Thu, 01 Jan 2026 10:00:00 GMT' }),
    ]);
    expect(await api.one('a', signal)).toMatchObject({ kind: 'ok', dateMs: Date.UTC(2026, 0, 1, 10) });
  });

  it("is told by identity's clock where it does not say its time, and never by the clock of this machine", async () => {
    const reply = [answer(200, { server: { id: 'a' } })];
    const atMs = Date.UTC(2026, 0, 1, 10);
    const known = clientOf(reply, { session: async () => ({ ...session, nowMs: () => atMs }) });
    expect(await known.api.one('a', signal)).toMatchObject({ kind: 'ok', dateMs: atMs });
    expect(await clientOf(reply).api.one('a', signal)).toMatchObject({ kind: 'ok', dateMs: undefined });
  });

  it('to wait until a date counts from the time at the API', async () => {
    const reply = answer(429, {}, { 'retry-after': 'Thu, 01 Jan 2026 10:00:40 GMT' });
    const nowMs = () => Date.UTC(2026, 0, 1, 10);
    const { api } = clientOf([reply], { session: async () => ({ ...session, nowMs }) });
    expect(await api.one('a', signal)).toEqual({ kind: 'limited', status: 429, retryAfterMs: 40_000 });
  });

  it.each([
    [-1, '1970-01-01T00%3A00%3A00Z'],
    [8.64e15, '9999-12-31T00%3A00%3A00Z'],
    [Number.MAX_SAFE_INTEGER, '9999-12-31T00%3A00%3A00Z'],
  ])('since %d can be written, however wrong the clock of the API is', async (since, written) => {
    const { api, urls } = clientOf([answer(200, { servers: [] })]);
    await api.page({ since, marker: undefined }, signal);
    expect(urls[0]).toContain(`changes-since=${written}`);
  });

  it('is asked again with a new token, once', async () => {
    const good = clientOf([answer(401), answer(200, { server: { id: 'a' } })]);
    expect(await good.api.one('a', signal)).toMatchObject({ kind: 'ok' });
    expect(good.rejected()).toBe(1);
    const bad = clientOf([answer(401), answer(401)]);
    expect(await bad.api.one('a', signal)).toEqual({
      kind: 'forbidden',
      reason: 'a new token is not accepted (401)',
    });
  });

  it.each<[string, HttpReply, object]>([
    ['403', answer(403), { kind: 'forbidden', reason: 'the account may not ask there (403)' }],
    ['404', answer(404), { kind: 'absent' }],
    [
      "404 in Nova's words",
      answer(404, { itemNotFound: { code: 404, message: 'Instance could not be found.' } }),
      { kind: 'absent' },
    ],
    [
      '404 of something else on the way',
      answer(404, '<html>'),
      { kind: 'trouble', reason: 'there is no Cloud Servers API (404)' },
    ],
    ['400', answer(400), { kind: 'lost' }],
    [
      'a certificate that is not trusted',
      { kind: 'unreachable', reason: 'not trusted', isFinal: true },
      { kind: 'trouble', reason: 'not trusted', isFinal: true },
    ],
    [
      '429 with Retry-After',
      answer(429, '', { 'retry-after': '7' }),
      { kind: 'limited', status: 429, retryAfterMs: 7_000 },
    ],
    [
      '413 with the time in its body alone',
      answer(413, { overLimit: { retryAfter: '12' } }),
      { kind: 'limited', status: 413, retryAfterMs: 12_000 },
    ],
    [
      '413 without a time',
      answer(413, { overLimit: {} }),
      { kind: 'limited', status: 413, retryAfterMs: undefined },
    ],
    [
      '503',
      answer(503, '<html>', { 'retry-after': '3' }),
      { kind: 'trouble', reason: 'it answers with status 503', retryAfterMs: 3_000 },
    ],
    [
      'a redirect',
      answer(302, '', { location: 'https://elsewhere.example' }),
      { kind: 'trouble', reason: 'it answers with status 302' },
    ],
    [
      'a page of a portal',
      answer(200, '<html>'),
      { kind: 'trouble', reason: 'its answer is not of the Cloud Servers API' },
    ],
    [
      'no answer',
      { kind: 'unreachable', reason: 'connection refused' },
      { kind: 'trouble', reason: 'connection refused' },
    ],
  ])('answered by %s is a value', async (_, reply, expected) => {
    expect(await clientOf([reply]).api.one('a', signal)).toMatchObject(expected);
  });

  it('without a login is refused or put off, as the login is', async () => {
    const failing = (code: 'API_REFUSED' | 'API_UNAVAILABLE') =>
      clientOf([], {
        session: async () => {
          throw new RcWaitError(code, 'cannot log in');
        },
      }).api.one('a', signal);
    expect(await failing('API_REFUSED')).toMatchObject({ kind: 'refused', error: { code: 'API_REFUSED' } });
    expect(await failing('API_UNAVAILABLE')).toMatchObject({ kind: 'trouble', reason: 'cannot log in' });
    const busy = clientOf([], {
      session: async () => {
        throw new LoginTrouble('identity.example', 'it answers with status 429', 9_000);
      },
    });
    expect(await busy.api.one('a', signal)).toEqual({
      kind: 'trouble',
      reason: 'cannot log in at identity.example: it answers with status 429',
      retryAfterMs: 9_000,
    });
    const bug = clientOf([], {
      session: async () => {
        throw new TypeError('a bug');
      },
    });
    await expect(bug.api.one('a', signal)).rejects.toThrow('a bug');
  });
});
