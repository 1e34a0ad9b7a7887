import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Errand, parseAnswer, parseErrand } from '../../../src/app/network/service-request.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';

const errand: Errand = {
  gateway: parseIpv4('10.208.0.1') ?? ('' as never),
  stack: 'netplan',
  publicInterface: 'disable',
  interfaceName: 'eth1',
  probe: 'tcp://192.0.2.1:443',
  api: { 'api-url': 'http://10.208.0.1:8080', 'state-dir': '/run/rc-wait', 'source-address': '10.208.5.7' },
};

describe('an errand', () => {
  it('arrives as it was sent', () => {
    expect(parseErrand(JSON.stringify(errand))).toEqual(errand);
    const least = { ...errand, interfaceName: undefined, probe: undefined, api: null };
    expect(parseErrand(JSON.stringify(least))).toEqual(least);
  });

  it.each(['gateway', 'stack', 'publicInterface', 'api'])('is none without its %s', (name) => {
    expect(parseErrand(JSON.stringify({ ...errand, [name]: undefined }))).toBeUndefined();
  });

  it.each([
    ['a gateway that is no address', { gateway: '10.208.0.256' }],
    ['a stack that nobody knows', { stack: 'eni' }],
    ['an API without its ledger', { api: { 'api-url': 'http://10.208.0.1' } }],
  ])('is none with %s', (_what, change) => {
    expect(parseErrand(JSON.stringify({ ...errand, ...change }))).toBeUndefined();
  });

  it('of 0.1 is understood by every later version: an upgrade may come between the two processes', () => {
    const sent =
      '{"gateway":"10.208.0.1","stack":"auto","publicInterface":"keep","interfaceName":"eth1","probe":"tcp://192.0.2.1:443",' +
      '"api":{"api-url":"http://10.208.0.1:8080","state-dir":"/run/rc-wait","source-address":"10.208.5.7","ca-file":"/etc/ca.pem"}}';
    expect(parseErrand(sent)).toMatchObject({
      gateway: '10.208.0.1',
      stack: 'auto',
      probe: 'tcp://192.0.2.1:443',
    });
    expect(
      parseErrand('{"gateway":"10.208.0.1","stack":"auto","publicInterface":"keep","api":null}'),
    ).toBeDefined();
    expect(parseErrand(sent.replace('{', '{"later":true,'))).toEqual(parseErrand(sent));
  });

  it('is read from anything without an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseErrand(text)).toBeUndefined();
      }),
    );
  });
});

describe('an answer', () => {
  const files = { stack: 'netplan', interface: 'eth1', files: ['/etc/netplan/90-rc-wait.yaml'] } as const;

  it.each([
    { network: { action: 'changed', ...files } },
    { network: { action: 'rolled-back', reason: 'no answer on the link', ...files } },
    { error: { code: 'NETWORK_FILE', message: 'cannot write', hint: 'make room' } },
  ])('arrives as it was sent: %j', (answer) => {
    expect(parseAnswer(`${JSON.stringify(answer)}\n`)).toEqual(answer);
  });

  it('that was cut short is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (length) => {
        expect(
          parseAnswer(JSON.stringify({ network: { action: 'changed', ...files } }).slice(0, length)),
        ).toBe(undefined);
      }),
    );
  });
});
