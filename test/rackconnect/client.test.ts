import { describe, expect, test } from 'vitest';
import type { Reply } from '../../src/http/types.ts';
import type { AskOptions, AskOutcome, Pace } from '../../src/pace/types.ts';
import { createClient, formatsOf } from '../../src/rackconnect/client.ts';
import { parseApiUrl } from '../../src/rackconnect/regions.ts';
import type { GetOptions, Transport } from '../../src/rackconnect/transport.ts';
import type { Format, Operation } from '../../src/rackconnect/types.ts';

const baseUrl = parseApiUrl('http://127.0.0.1:8080/rc');

/** A pace that always grants, a transport that always gives `reply`, and what went through both. */
const stage = (reply: Reply, record?: string) => {
  const gets: { url: string; options: GetOptions }[] = [];
  const asks: { key: string; options: AskOptions | undefined; outcome: AskOutcome }[] = [];
  const transport: Transport = {
    async get(url, options) {
      gets.push({ url: url.href, options });
      return reply;
    },
    close: () => undefined,
  };
  const pace: Pace = {
    async ask(key, send, options) {
      const outcome = await send(new AbortController().signal);
      asks.push({ key, options, outcome });
      return { record: record ?? outcome.record, askedMs: 42, shared: record !== undefined };
    },
    tally: { sent: 0, refused: 0, shared: 0 },
    noteWatch: () => undefined,
    isWatched: () => false,
    requestTimeoutMs: 10_000,
  };
  return { client: createClient({ baseUrl, pace, transport }), gets, asks };
};

const deployed: Reply = { kind: 'ok', contentType: 'text/plain', body: 'DEPLOYED' };

describe('asking', () => {
  test.each<[Operation, Format, string, string]>([
    ['automation_status', 'text', '/v1/automation_status?format=text', 'text/plain, */*;q=0.1'],
    ['automation_status', 'xml', '/v1/automation_status?format=XML', 'application/xml, text/xml, */*;q=0.1'],
    [
      'automation_status/details',
      'json',
      '/v1/automation_status/details?format=JSON',
      'application/json, */*;q=0.1',
    ],
    ['gateway_ip', 'text', '/v1/gateway_ip?format=text', 'text/plain, */*;q=0.1'],
    [
      'automation_features',
      'xml',
      '/v1/automation_features?format=XML',
      'application/xml, text/xml, */*;q=0.1',
    ],
  ])('%s as %s gets %s', async (operation, format, path, accept) => {
    const { client, gets, asks } = stage(deployed);
    expect(await client.ask(operation, format)).toEqual({ reply: deployed, askedMs: 42, shared: false });
    expect(gets).toEqual([
      {
        url: `http://127.0.0.1:8080/rc${path}`,
        options: { accept, timeoutMs: 10_000, signal: expect.any(AbortSignal) },
      },
    ]);
    expect(asks[0]?.key).toBe(`http://127.0.0.1:8080/rc|${operation}|${format}`);
  });

  test('is for JSON where the caller does not care, and hands on what the pace has to know', async () => {
    const { client, gets, asks } = stage(deployed);
    const options = { newerThanMs: 7 };
    await client.ask('gateway_ip', undefined, options);
    expect(gets[0]?.url).toContain('format=JSON');
    expect(asks[0]?.options).toBe(options);
  });

  test.each<[Operation, string]>([
    [
      'automation_status/details',
      'cannot ask for automation_status/details as text: the API has it as json or xml',
    ],
    ['automation_features', 'cannot ask for automation_features as text: the API has it as json or xml'],
  ])('for text of %s is a mistake, and costs no request', async (operation, message) => {
    const { client, gets } = stage(deployed);
    await expect(client.ask(operation, 'text')).rejects.toMatchObject({
      code: 'USAGE',
      message,
      hint: 'use --format json or xml',
    });
    expect(gets).toHaveLength(0);
  });

  test('the formats are those of the documentation, the default first', () => {
    expect(formatsOf('automation_status')).toEqual(['text', 'json', 'xml']);
    expect(formatsOf('gateway_ip')).toEqual(['text', 'json', 'xml']);
    expect(formatsOf('automation_status/details')).toEqual(['json', 'xml']);
    expect(formatsOf('automation_features')).toEqual(['json', 'xml']);
  });
});

describe('what the pace is told', () => {
  test.each<[Reply, unknown]>([
    [deployed, { kind: 'answered' }],
    [{ kind: 'absent' }, { kind: 'answered' }],
    [{ kind: 'unexpected', status: 301 }, { kind: 'answered' }],
    [{ kind: 'refused' }, { kind: 'refused' }],
    [
      { kind: 'refused', retryAfterMs: 5_000 },
      { kind: 'refused', retryAfterMs: 5_000 },
    ],
    [
      { kind: 'failing', status: 503, retryAfterMs: 9_000 },
      { kind: 'failed', retryAfterMs: 9_000 },
    ],
    [{ kind: 'failing', status: 500 }, { kind: 'failed' }],
    [{ kind: 'unreachable', code: 'ECONNREFUSED', reason: 'connection refused' }, { kind: 'failed' }],
  ])('of %j: %j', async (reply, signal) => {
    const { client, asks } = stage(reply);
    expect((await client.ask('automation_status')).reply).toEqual(reply);
    expect(asks[0]?.outcome.signal).toEqual(signal);
  });
});

describe("another process's answer", () => {
  test('is used, and said to be shared', async () => {
    const { client } = stage(deployed, '{"kind":"absent"}');
    expect(await client.ask('gateway_ip')).toEqual({ reply: { kind: 'absent' }, askedMs: 42, shared: true });
  });

  test('that cannot be read is a failed attempt', async () => {
    const { client } = stage(deployed, 'half a reco');
    expect((await client.ask('gateway_ip')).reply).toMatchObject({ kind: 'unreachable', code: 'RECORD' });
  });
});
