import { errnoOf, reasonOf } from '../base/error.ts';
import type { Reply } from './types.ts';

/** The facts about a request that its error messages use. */
interface Circumstances {
  /** host name or address of the API */
  readonly host: string;
  /** the bound source address, if any */
  readonly localAddress: string | undefined;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const notTrusted = "the API's certificate is not trusted";

/** By the error codes of undici and Node, which are stable; their messages are not. */
const words: Readonly<Record<string, (of: Circumstances) => string>> = {
  ENOTFOUND: ({ host }) => `no such host name: ${host}`,
  EAI_AGAIN: ({ host }) => `the name server did not answer for ${host}`,
  EAI_FAIL: ({ host }) => `the name server cannot answer for ${host}`,
  EADDRNOTAVAIL: ({ localAddress }) =>
    localAddress === undefined
      ? 'no address of this server can be used to reach the API'
      : `the source address ${localAddress} is not one of this server`,
  // bind(2): the source address belongs to another family than the destination
  EINVAL: ({ host, localAddress }) =>
    `${localAddress ?? 'no address'} cannot be the source address to reach ${host}`,
  CERT_HAS_EXPIRED: () => "the API's certificate has expired",
  CERT_NOT_YET_VALID: () => "the API's certificate is not valid yet: is this server's clock right?",
  ERR_TLS_CERT_ALTNAME_INVALID: ({ host }) => `the API's certificate is not for ${host}`,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => `${notTrusted} (self-signed): name your CA with --ca-file`,
  SELF_SIGNED_CERT_IN_CHAIN: () => `${notTrusted} (self-signed CA): name your CA with --ca-file`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => `${notTrusted} (unknown CA): name your CA with --ca-file`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => `${notTrusted} (unknown CA): name your CA with --ca-file`,
  CERT_SIGNATURE_FAILURE: () =>
    `${notTrusted} (its signature does not match the CA): name your CA with --ca-file`,
  ERR_SSL_WRONG_VERSION_NUMBER: () => 'the other side does not speak TLS: is the port right?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: () => 'the other side does not speak TLS: is the port right?',
  UND_ERR_CONNECT_TIMEOUT: ({ connectTimeoutMs }) =>
    `no answer within ${seconds(connectTimeoutMs)} (connecting)`,
  UND_ERR_HEADERS_TIMEOUT: ({ headersTimeoutMs }) =>
    `no answer within ${seconds(headersTimeoutMs)} (headers)`,
  UND_ERR_BODY_TIMEOUT: ({ bodyTimeoutMs }) => `the answer stopped for ${seconds(bodyTimeoutMs)} (body)`,
  UND_ERR_RES_EXCEEDED_MAX_SIZE: () => 'the answer is larger than 1 MiB',
  UND_ERR_HEADERS_OVERFLOW: () => "the answer's headers are too large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: () => 'the answer is not as long as it says',
  UND_ERR_SOCKET: () => 'the other side closed the connection before the answer was complete',
};

/** A network failure as a value, with its reason in plain words. */
export function unreachableBy(error: unknown, circumstances: Circumstances): Reply {
  // undici's parser error has a name, but as of 8.12 no code.
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return { kind: 'unreachable', code: 'HTTP', reason: 'the answer is not HTTP' };
  }
  const code = errnoOf(error) ?? 'UNKNOWN';
  return { kind: 'unreachable', code, reason: words[code]?.(circumstances) ?? reasonOf(error) };
}
