import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseSignalUrl,
  placeOf,
  type SignalEnding,
  signalRequest,
} from '../../../src/announce/heat/request.ts';

const ending: SignalEnding = {
  succeeded: true,
  reason: 'DEPLOYED after 24 s',
  data: { outcome: 'deployed', gateway_ip: '10.208.0.1' },
  id: 'i-1',
};
const failed: SignalEnding = { ...ending, succeeded: false, reason: 'FAILED' };

const tempUrl =
  'https://storage101.ord1.clouddrive.com/v1/MossoCloudFS_1/stack/stack-handle-x?temp_url_sig=0123&temp_url_expires=2147483646';
const signed =
  'https://cfn.example/v1/waitcondition/arn%3Aopenstack%3Aheat%3A%3At%3Astacks%2Fs%2F1%2Fresources%2Fwait?SignatureVersion=2&Signature=abc%3D';
const token = 'https://heat.example:8004/v1/t/stacks/s/1/resources/wait/signal';

const requestTo = (url: string, end: SignalEnding = ending, secret?: string) => {
  const request = signalRequest(new URL(url), end, secret);
  return { ...request, body: JSON.parse(request.body) as unknown };
};

describe('a signal', () => {
  it('to a TempURL of Cloud Files is a PUT of what OS::Heat::SwiftSignal reads', () => {
    expect(requestTo(tempUrl)).toEqual({
      method: 'PUT',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'rc-wait' },
      body: { status: 'SUCCESS', reason: ending.reason, data: ending.data, id: 'i-1' },
    });
    expect(requestTo(tempUrl, failed).body).toMatchObject({ status: 'FAILURE', reason: 'FAILED' });
  });

  it('to a signed URL is a PUT with exactly the four keys of AWS, and those of Heat in reserve', () => {
    const request = requestTo(signed, failed);
    expect(request).toMatchObject({
      method: 'PUT',
      body: {
        Status: 'FAILURE',
        Reason: 'FAILED',
        UniqueId: 'i-1',
        Data: '{"outcome":"deployed","gateway_ip":"10.208.0.1"}',
      },
    });
    expect(Object.keys(request.body as object)).toHaveLength(4);
    expect(JSON.parse(request.otherBody ?? '')).toEqual({
      status: 'FAILURE',
      reason: 'FAILED',
      data: ending.data,
      id: 'i-1',
    });
  });

  it('to any other URL is a POST, with the token where there is one', () => {
    expect(requestTo(token)).toMatchObject({ method: 'POST', body: { status: 'SUCCESS' } });
    expect(requestTo(token).headers).not.toHaveProperty('x-auth-token');
    expect(requestTo(token, ending, 'sesame').headers).toMatchObject({ 'x-auth-token': 'sesame' });
  });

  it('hands the token to nobody who does not ask for one', () => {
    for (const url of [tempUrl, signed])
      expect(JSON.stringify(requestTo(url, ending, 'sesame'))).not.toContain('sesame');
  });

  it('is always JSON with a status that Heat knows and a reason that is not too long', () => {
    const anyEnding = fc.record({
      succeeded: fc.boolean(),
      reason: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme', minLength: 490, maxLength: 520 }),
      ),
      data: fc.dictionary(fc.string(), fc.option(fc.string())),
      id: fc.string(),
    });
    fc.assert(
      fc.property(fc.constantFrom(tempUrl, signed, token), anyEnding, (url, end) => {
        const { method, body, otherBody } = signalRequest(new URL(url), end);
        expect(method).toBe(url === token ? 'POST' : 'PUT');
        const read = JSON.parse(otherBody ?? body) as { status: string; reason: string; id: string };
        expect(read.status).toBe(end.succeeded ? 'SUCCESS' : 'FAILURE');
        expect(read.id).toBe(end.id);
        expect([...read.reason].length).toBeLessThanOrEqual(500);
        expect(read.reason.isWellFormed()).toBe(true);
        if ([...end.reason].length <= 500) expect(read.reason).toBe(end.reason.toWellFormed());
        else expect(read.reason.endsWith('…')).toBe(true);
      }),
    );
  });
});

describe('the URL of --signal', () => {
  it('is shown by its scheme and host alone', () => {
    expect(placeOf(parseSignalUrl(` ${tempUrl}\n`))).toBe('https://storage101.ord1.clouddrive.com');
    expect(placeOf(parseSignalUrl('http://user:secret@127.0.0.1:8080/p'))).toBe('http://127.0.0.1:8080');
  });

  it.each(['', 'secret', 'file:///etc/secret', 'ftp://h/secret', 'https://', '/v1/secret', 'http://[secret'])(
    'that is none (%j) is refused without being shown',
    (text) => {
      let caught: unknown;
      try {
        parseSignalUrl(text);
      } catch (error) {
        caught = error;
      }
      expect(caught).toMatchObject({
        code: 'USAGE',
        message: expect.stringMatching(/^cannot use the URL of --signal: /),
      });
      expect(`${caught} ${(caught as { hint: string }).hint} ${(caught as Error).cause}`).not.toContain(
        'secret',
      );
    },
  );
});
