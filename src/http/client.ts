import { reasonOf } from '../base/error.ts';
import { type Connection, openConnection } from './connection.ts';
import { exchange } from './exchange.ts';
import type { Head } from './reply.ts';
import { unreachableBy } from './trouble.ts';

/** One request to an OpenStack API. Its headers and body may hold secrets, its URL never does. */
interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** names in lower case */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** the limit for all phases together */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The result of a request. Every network failure is a value. */
export type HttpReply =
  | { readonly kind: 'answer'; readonly head: Head; readonly body: string }
  | {
      readonly kind: 'unreachable';
      readonly reason: string;
      /** asking again would not help: the address or the certificate is wrong */
      readonly isFinal?: boolean;
    };

/** HTTP for the OpenStack APIs: no retries, and no redirects, which would carry the token to another host. */
export interface Http {
  send(request: HttpRequest): Promise<HttpReply>;
  close(): void;
}

/** 1,000 servers of 16 kB each; a real one takes about 2 kB. */
const maxResponseBytes = 16 * 2 ** 20;

const limits = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 10_000,
};

/**
 * Errors that waiting does not fix, by the codes of OpenSSL (X509_STORE_CTX_get_error(3)) and Node: the server
 * cannot be authenticated. A certificate that is not yet or no longer valid is missing here: the clock may be
 * about to be set.
 */
const finalCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * Whether the DNS can hold a name at all (RFC 1035, 2.3.4; RFC 6761, 6.4). All other names are tried again even
 * if the name server denies them: a VPN may come up, a record may be on its way, and neither differs from a typo.
 */
function canBeHost(host: string): boolean {
  const labels = host.replace(/\.$/, '').split('.');
  const areLong = labels.every((label) => label.length >= 1 && label.length <= 63);
  return areLong && host.length <= 254 && labels.at(-1)?.toLowerCase() !== 'invalid';
}

/** @param caPem CA certificates that replace the built-in ones */
export function createHttp(caPem: string | undefined): Http {
  const settings = { ...limits, localAddress: undefined, caPem };
  const idle = new Map<string, Connection[]>();
  const open = new Set<Connection>();

  function take(origin: string): Connection {
    const kept = idle.get(origin)?.pop();
    if (kept !== undefined) return kept;
    const connection = openConnection(origin, { ...settings, family: 'any', maxResponseBytes });
    open.add(connection);
    return connection;
  }

  return {
    async send({ method, url, headers = {}, body, timeoutMs, signal }) {
      if (signal?.aborted) return { kind: 'unreachable', reason: reasonOf(signal.reason) };
      if (!canBeHost(url.hostname))
        return { kind: 'unreachable', isFinal: true, reason: `no host can have the name ${url.hostname}` };
      const connection = take(url.origin);
      const ending = await exchange(connection, {
        url,
        method,
        accept: 'application/json',
        headers,
        ...(body === undefined ? {} : { body }),
        close: false,
        timeoutMs,
        signal,
      });
      if (ending.kind === 'answer') {
        idle.set(url.origin, [...(idle.get(url.origin) ?? []), connection]);
        return { kind: 'answer', head: ending.head, body: new TextDecoder().decode(ending.body) };
      }
      open.delete(connection);
      connection.destroy();
      // A 429 with half an error page is still a 429.
      if (ending.head !== undefined && ending.head.status !== 200)
        return { kind: 'answer', head: ending.head, body: '' };
      const trouble = unreachableBy(ending.error, { host: url.hostname, ...settings });
      if (trouble.kind !== 'unreachable') return { kind: 'unreachable', reason: reasonOf(ending.error) };
      return {
        kind: 'unreachable',
        isFinal: finalCodes.has(trouble.code),
        reason:
          trouble.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
            ? 'the answer is larger than 16 MiB'
            : trouble.reason,
      };
    },
    close() {
      for (const connection of open) connection.destroy();
    },
  };
}
