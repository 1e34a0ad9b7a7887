import { expect, test } from 'vitest';
import { unreachableBy } from '../../src/http/trouble.ts';

const circumstances = {
  host: 'dfw.api.rackconnect.rackspace.com',
  localAddress: '10.208.1.2',
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 5_000,
  bodyTimeoutMs: 2_500,
};
const reasonFor = (code: string): unknown =>
  unreachableBy(Object.assign(new Error(`technical ${code}`), { code }), circumstances);

test.each([
  ['ENOTFOUND', 'no such host name: dfw.api.rackconnect.rackspace.com'],
  ['EAI_AGAIN', 'the name server did not answer for dfw.api.rackconnect.rackspace.com'],
  ['EADDRNOTAVAIL', 'the source address 10.208.1.2 is not one of this server'],
  ['EINVAL', '10.208.1.2 cannot be the source address to reach dfw.api.rackconnect.rackspace.com'],
  ['CERT_NOT_YET_VALID', "the API's certificate is not valid yet: is this server's clock right?"],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    "the API's certificate is not trusted (self-signed CA): name your CA with --ca-file",
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    "the API's certificate is not trusted (unknown CA): name your CA with --ca-file",
  ],
  [
    'CERT_SIGNATURE_FAILURE',
    "the API's certificate is not trusted (its signature does not match the CA): name your CA with --ca-file",
  ],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'the other side does not speak TLS: is the port right?'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no answer within 5 s (connecting)'],
  ['UND_ERR_BODY_TIMEOUT', 'the answer stopped for 2.5 s (body)'],
  ['ENETUNREACH', 'network is unreachable'],
  ['ENEWS', 'technical ENEWS'],
])('%s is told as "%s"', (code, reason) => {
  expect(reasonFor(code)).toEqual({ kind: 'unreachable', code, reason });
});

test('the reason is complete without a source address, and for what is no error at all', () => {
  const kernels = { ...circumstances, localAddress: undefined };
  const error = Object.assign(new Error(), { code: 'EADDRNOTAVAIL' });
  expect(unreachableBy(error, kernels)).toMatchObject({
    reason: 'no address of this server can be used to reach the API',
  });
  expect(unreachableBy('odd', kernels)).toEqual({ kind: 'unreachable', code: 'UNKNOWN', reason: 'odd' });
});
