import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { type DeliverOptions, deliver, httpSend, type Send } from '../../../src/announce/heat/deliver.ts';
import { type SignalEnding, signalRequest } from '../../../src/announce/heat/request.ts';
import type { Answer } from '../../../src/announce/heat/retry.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { listener } from '../../openstack/listener.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ending: SignalEnding = {
  succeeded: true,
  reason: 'DEPLOYED',
  data: { outcome: 'deployed' },
  id: 'i-1',
};
const never = new AbortController().signal;

/** What a delivery came to on a virtual clock, with the moments of its attempts, in ms from the start. */
async function delivered(
  script: readonly (Answer | 'hang')[],
  options: Partial<DeliverOptions> & { forMs?: number } = {},
) {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const attempts: number[] = [];
  const bodies: string[] = [];
  const retries: string[] = [];
  const send: Send = (body, signal) => {
    attempts.push(clock.nowMs() - startMs);
    bodies.push(body);
    const answer = script[Math.min(attempts.length, script.length) - 1] ?? 'hang';
    if (answer !== 'hang') return Promise.resolve(answer);
    return new Promise((resolve) => {
      const end = () => resolve({ kind: 'trouble', reason: 'aborted' });
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
    });
  };
  const { forMs = 60_000, ...others } = options;
  const why = await clock.run(
    deliver(
      { body: 'first', otherBody: 'other' },
      {
        send,
        clock,
        untilMs: startMs + forMs,
        random: () => 0,
        signal: never,
        onRetry: (reason) => retries.push(reason),
        ...others,
      },
    ),
  );
  return { why, attempts, bodies, retries, tookMs: clock.nowMs() - startMs };
}

const status = (code: number, retryAfterMs?: number): Answer => ({
  kind: 'status',
  status: code,
  retryAfterMs,
});

describe('a signal is delivered', () => {
  it('at once where all is well', async () => {
    expect(await delivered([status(200)])).toMatchObject({
      why: undefined,
      attempts: [0],
      bodies: ['first'],
    });
  });

  it('after trouble that passes, later and later', async () => {
    const trouble: Answer = { kind: 'trouble', reason: 'connection refused' };
    const { why, attempts, retries } = await delivered([trouble, status(503), status(503), status(200)]);
    expect(why).toBeUndefined();
    expect(attempts).toEqual([0, 500, 1_500, 3_500]);
    expect(retries).toEqual([
      'connection refused',
      'it answers with status 503',
      'it answers with status 503',
    ]);
  });

  it('when the other side wishes', async () => {
    expect(await delivered([status(429, 20_000), status(200)])).toMatchObject({
      why: undefined,
      attempts: [0, 20_000],
    });
  });

  it('in the other words where the first are not understood, and in no third', async () => {
    expect(await delivered([status(400), status(200)])).toMatchObject({
      why: undefined,
      attempts: [0, 0],
      bodies: ['first', 'other'],
    });
    expect(await delivered([status(400), status(503), status(400)])).toMatchObject({
      why: 'it does not understand the signal (400)',
      bodies: ['first', 'other', 'other'],
    });
  });
});

describe('a signal is given up', () => {
  it('at once where it is refused', async () => {
    expect(await delivered([status(403)])).toMatchObject({
      why: 'it does not permit the signal (403)',
      attempts: [0],
    });
  });

  it('when the time is over, with the last reason', async () => {
    const { why, tookMs } = await delivered([status(503)], { forMs: 30_000 });
    expect(why).toBe('it answers with status 503, and the time is over');
    expect(tookMs).toBeLessThanOrEqual(30_000);
  });

  it('at once where the other side wishes to be asked after that', async () => {
    expect(await delivered([status(429, 61_000)])).toMatchObject({ attempts: [0], tookMs: 0 });
  });

  it('when nothing answers: each attempt has a limit, and all of them the time that there is', async () => {
    const { why, attempts, tookMs } = await delivered(['hang'], { forMs: 25_000 });
    expect(attempts).toEqual([0, 10_500, 21_500]);
    expect(why).toBe('no answer within 3.5 s, and the time is over');
    expect(tookMs).toBe(25_000);
  });

  it('when it is interrupted, between two attempts or in one', async () => {
    const between = new AbortController();
    const { why, attempts } = await delivered([status(503)], {
      signal: between.signal,
      onRetry: () => queueMicrotask(() => between.abort()),
    });
    expect({ why, attempts }).toEqual({
      why: 'it answers with status 503, and the time is over',
      attempts: [0],
    });
    expect(await delivered(['hang'], { signal: AbortSignal.abort() })).toMatchObject({
      why: 'no answer yet, and the time is over',
      tookMs: 0,
    });
  });
});

/** Over HTTP, with a random of 0: the first retry comes after half a second. */
function overHttp(url: string, caPem?: string, forMs = 5_000): Promise<string | undefined> {
  const where = new URL(url);
  const request = signalRequest(where, ending);
  return deliver(request, {
    send: httpSend(where, request, caPem),
    clock: systemClock,
    untilMs: systemClock.nowMs() + forMs,
    random: () => 0,
    signal: never,
  });
}

const secretPath = '/v1/a/c/o?temp_url_sig=s3cret&temp_url_expires=1';

describe('over HTTP', () => {
  it('arrives whole, once, with path and query as they were given', async () => {
    const { url, heard } = await listener([201]);
    expect(await overHttp(url + secretPath)).toBeUndefined();
    expect(heard).toEqual([
      {
        method: 'PUT',
        path: secretPath,
        headers: expect.objectContaining({ 'content-type': 'application/json', 'user-agent': 'rc-wait' }),
        body: { status: 'SUCCESS', reason: 'DEPLOYED', data: { outcome: 'deployed' }, id: 'i-1' },
      },
    ]);
  });

  it('is tried again after a 503', async () => {
    const { url, heard } = await listener([503, 200]);
    expect(await overHttp(url + secretPath)).toBeUndefined();
    expect(heard).toHaveLength(2);
  });

  it('is tried again when Retry-After says so', async () => {
    const { url, heard } = await listener([{ status: 429, headers: { 'retry-after': '1' } }, 200]);
    const startedMs = performance.now();
    expect(await overHttp(url + secretPath)).toBeUndefined();
    expect(performance.now() - startedMs).toBeGreaterThan(950);
    expect(heard).toHaveLength(2);
  });

  it('is refused once', async () => {
    const { url, heard } = await listener([403]);
    expect(await overHttp(url + secretPath)).toBe('it does not permit the signal (403)');
    expect(heard).toHaveLength(1);
  });

  it('speaks to Heat in its own words where those of AWS are not understood', async () => {
    const { url, heard } = await listener([400, 200]);
    expect(await overHttp(`${url}/v1/waitcondition/arn?Signature=x`)).toBeUndefined();
    expect(heard.map(({ body }) => Object.keys(body).sort())).toEqual([
      ['Data', 'Reason', 'Status', 'UniqueId'],
      ['data', 'id', 'reason', 'status'],
    ]);
  });

  it('follows no redirect', async () => {
    const other = await listener([200]);
    const { url } = await listener([{ status: 307, headers: { location: `${other.url}/stolen` } }]);
    expect(await overHttp(url + secretPath)).toBe('it answers with a redirect (307), which is not followed');
    expect(other.heard).toEqual([]);
  });

  it('does not wait for the end of an answer', async () => {
    const { url, connections } = await listener(['endless']);
    expect(await overHttp(url + secretPath)).toBeUndefined();
    await expect.poll(connections).toBe(0);
  });

  it('ends when nobody answers', async () => {
    const { url, heard } = await listener(['hang']);
    expect(await overHttp(url + secretPath, undefined, 300)).toBe(
      'no answer within 0.3 s, and the time is over',
    );
    expect(heard).toHaveLength(1);
  });

  it('ends when nobody is there, and never shows the secret', async () => {
    const why = await overHttp(`http://127.0.0.1:1${secretPath}`, undefined, 300);
    expect(why).toBe('connection refused, and the time is over');
  });
});

describe('over TLS', () => {
  const fixture = (name: string) =>
    readFileSync(new URL(`../../simulator/fixtures/${name}`, import.meta.url), 'utf8');
  const secure = (onRequest: RequestListener) =>
    createServer({ key: fixture('key.pem'), cert: fixture('cert.pem') }, onRequest);

  it('trusts the CA that is named, and nobody else', async () => {
    const { url, heard } = await listener([200], { create: secure, scheme: 'https' });
    expect(await overHttp(url + secretPath, fixture('cert.pem'))).toBeUndefined();
    const why = await overHttp(url + secretPath, undefined, 300);
    expect(why).toBe('its certificate is not trusted: name your CA with --ca-file, and the time is over');
    expect(heard).toHaveLength(1);
  });
});
