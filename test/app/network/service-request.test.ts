import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gatewayRequestOf,
  parseServiceAnswer,
  parseServiceRequest,
  type ServiceRequest,
  serviceRequestOf,
} from '../../../src/app/network/service-request.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';

const sent: ServiceRequest = {
  gateway: parseIpv4('10.208.0.1') ?? ('' as never),
  stack: 'netplan',
  publicInterface: 'disable',
  interfaceName: 'eth1',
  probe: 'tcp://192.0.2.1:443',
  api: { 'api-url': 'http://10.208.0.1:8080', 'state-dir': '/run/rc-wait', 'source-address': '10.208.5.7' },
};

describe('a request to a service', () => {
  it('arrives as it was sent', () => {
    expect(parseServiceRequest(JSON.stringify(sent))).toEqual(sent);
    const least = { ...sent, interfaceName: undefined, probe: undefined, api: null };
    expect(parseServiceRequest(JSON.stringify(least))).toEqual(least);
  });

  it.each(['gateway', 'stack', 'publicInterface', 'api'])('is none without its %s', (name) => {
    expect(parseServiceRequest(JSON.stringify({ ...sent, [name]: undefined }))).toBeUndefined();
  });

  it.each([
    ['a gateway that is no address', { gateway: '10.208.0.256' }],
    ['a stack that nobody knows', { stack: 'eni' }],
    ['an API without its ledger', { api: { 'api-url': 'http://10.208.0.1' } }],
  ])('is none with %s', (_what, change) => {
    expect(parseServiceRequest(JSON.stringify({ ...sent, ...change }))).toBeUndefined();
  });

  it('of 0.1 is understood by every later version: an upgrade may come between the two processes', () => {
    const early =
      '{"gateway":"10.208.0.1","stack":"auto","publicInterface":"keep","interfaceName":"eth1","probe":"tcp://192.0.2.1:443",' +
      '"api":{"api-url":"http://10.208.0.1:8080","state-dir":"/run/rc-wait","source-address":"10.208.5.7","ca-file":"/etc/ca.pem"}}';
    expect(parseServiceRequest(early)).toMatchObject({
      gateway: '10.208.0.1',
      stack: 'auto',
      probe: 'tcp://192.0.2.1:443',
    });
    expect(
      parseServiceRequest('{"gateway":"10.208.0.1","stack":"auto","publicInterface":"keep","api":null}'),
    ).toBeDefined();
    expect(parseServiceRequest(early.replace('{', '{"later":true,'))).toEqual(parseServiceRequest(early));
  });

  it('asks for the same gateway, and for the same places to reach, as the process that sent it', async () => {
    const request = {
      gateway: sent.gateway,
      stack: 'auto',
      root: '/',
      publicInterface: 'keep',
      interfaceName: undefined,
      targets: [
        { host: '192.0.2.1', port: 443 },
        { host: '2001:db8::1', port: 22 },
        { host: 'db-1.example.com', port: 65_535 },
      ],
    } as const;
    for (const one of [request, { ...request, interfaceName: 'eth1', targets: [] }]) {
      const arrived = parseServiceRequest(JSON.stringify(serviceRequestOf(one, null)));
      expect(arrived && (await gatewayRequestOf(arrived))).toEqual(one);
    }
    expect(serviceRequestOf(request, null).probe).toBe(
      'tcp://192.0.2.1:443,tcp://[2001:db8::1]:22,tcp://db-1.example.com:65535',
    );
  });

  it('is read from anything without an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseServiceRequest(text)).toBeUndefined();
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
    expect(parseServiceAnswer(`${JSON.stringify(answer)}\n`)).toEqual(answer);
  });

  it('that was cut short is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (length) => {
        expect(
          parseServiceAnswer(JSON.stringify({ network: { action: 'changed', ...files } }).slice(0, length)),
        ).toBe(undefined);
      }),
    );
  });
});
