import { RcWaitError } from '../base/error.ts';
import { parseOutsideJson } from '../base/json/bounds.ts';
import { withoutTrailing } from '../base/text.ts';
import { askedToWaitMs, dateOf } from '../http/asked-to-wait.ts';
import type { Http, HttpReply } from '../http/client.ts';
import { type Login, LoginTrouble, type Session, sessionOrError } from './login/login.ts';
import { type Page, readOne, readPage, type SeenServer } from './servers.ts';

/** The result of a question to the Cloud Servers API. Every failure is a value. */
export type ApiReply<T> =
  | {
      readonly kind: 'ok';
      readonly value: T;
      /**
       * When the API answered, ms since 1970, by its own clock (`Date`); else when rc-wait asked, by identity's
       * clock. undefined: neither is known. This machine's clock is no substitute: if it is ahead,
       * changes-since misses changes.
       */
      readonly dateMs: number | undefined;
    }
  /** 404 from the API itself */
  | { readonly kind: 'absent' }
  /** 400 to a page: the server used as its marker is gone */
  | { readonly kind: 'lost' }
  /** 413 or 429: too many requests */
  | { readonly kind: 'limited'; readonly status: number; readonly retryAfterMs: number | undefined }
  /** no usable answer from this API or from identity */
  | {
      readonly kind: 'trouble';
      readonly reason: string;
      readonly retryAfterMs: number | undefined;
      /** waiting does not help, for example with an untrusted certificate */
      readonly isFinal?: boolean;
    }
  /** 401 with a new token, or 403 */
  | { readonly kind: 'forbidden'; readonly reason: string }
  /** the credentials are no longer accepted: asking again is pointless */
  | { readonly kind: 'refused'; readonly error: RcWaitError };

/** The Cloud Servers API of one region. */
export interface ServersApi {
  /** `since`: only what changed after that moment by the API's clock, deleted servers included */
  page(
    query: { readonly since: number | undefined; readonly marker: string | undefined },
    signal: AbortSignal,
  ): Promise<ApiReply<Page>>;
  one(id: string, signal: AbortSignal): Promise<ApiReply<SeenServer>>;
}

/** Nova's largest page (osapi_max_limit), and the one that Rackspace documents. */
const pageLimit = 1_000;

const requestTimeoutMs = 60_000;

/** The last moment with a four-digit year: a wrong clock must not lead to a query that cannot be written. */
const latestMs = Date.UTC(9999, 11, 31);

export interface ServersOptions {
  /** of the region, from the catalog, with or without a trailing slash */
  readonly endpoint: string;
  readonly login: Login;
  readonly http: Http;
  /** called for each request that is sent */
  readonly onRequest: () => void;
}

/** A client of `endpoint`. It renews a refused token once for each question. */
export function createServers({ endpoint, login, http, onRequest }: ServersOptions): ServersApi {
  let linked = false;
  const base = withoutTrailing(endpoint, '/');

  async function send(url: URL, signal: AbortSignal): Promise<Answered | RcWaitError> {
    let last: Session | undefined;
    for (;;) {
      const session = await sessionOrError(login, signal);
      if (session instanceof RcWaitError) return session;
      const askedMs = session.nowMs();
      onRequest();
      const headers = { 'x-auth-token': session.token.reveal() };
      const reply = await http.send({ method: 'GET', url, headers, timeoutMs: requestTimeoutMs, signal });
      signal.throwIfAborted();
      if (reply.kind !== 'answer' || reply.head.status !== 401 || last !== undefined)
        return { reply, askedMs };
      last = session;
      login.reject(session);
    }
  }

  async function ask<T>(
    path: string,
    signal: AbortSignal,
    read: (text: string) => T | undefined,
  ): Promise<ApiReply<T>> {
    const answered = await send(new URL(`${base}${path}`), signal);
    if (answered instanceof RcWaitError) {
      if (answered.code === 'API_REFUSED') return { kind: 'refused', error: answered };
      const retryAfterMs = answered instanceof LoginTrouble ? answered.retryAfterMs : undefined;
      return { kind: 'trouble', reason: answered.message, retryAfterMs };
    }
    return replyOf(answered, read);
  }

  return {
    page({ since, marker }, signal) {
      const query = new URLSearchParams({ limit: String(pageLimit) });
      // No fractions of a second: old versions of nova refuse them.
      if (since !== undefined) query.set('changes-since', isoOf(since));
      if (marker !== undefined) query.set('marker', marker);
      return ask(`/servers/detail?${query}`, signal, (text) => {
        const read = readPage(text, pageLimit, linked);
        linked ||= read?.linked === true;
        return read;
      });
    },
    one: (id, signal) => ask(`/servers/${encodeURIComponent(id)}`, signal, readOne),
  };
}

/** An answer, and when it was asked for by identity's clock, ms since 1970. */
interface Answered {
  readonly reply: HttpReply;
  readonly askedMs: number | undefined;
}

function isoOf(moment: number): string {
  return `${new Date(Math.min(Math.max(moment, 0), latestMs)).toISOString().slice(0, 19)}Z`;
}

function replyOf<T>({ reply, askedMs }: Answered, read: (text: string) => T | undefined): ApiReply<T> {
  if (reply.kind === 'unreachable') return { ...trouble(reply.reason), isFinal: reply.isFinal === true };
  const { status } = reply.head;
  const dateMs = dateOf(reply.head) ?? askedMs;
  const retryMs = askedToWaitMs(reply.head, reply.body, askedMs);
  switch (status) {
    case 200:
    case 203: {
      const value = read(reply.body);
      return value === undefined
        ? trouble('its answer is not of the Cloud Servers API')
        : { kind: 'ok', value, dateMs };
    }
    case 400:
      return { kind: 'lost' };
    case 401:
      return { kind: 'forbidden', reason: 'a new token is not accepted (401)' };
    case 403:
      return { kind: 'forbidden', reason: 'the account may not ask there (403)' };
    case 404:
      // Nova's 404 is JSON. A proxy's 404 page is about its own path and must not make a server look deleted.
      return isJsonObject(reply.body) ? { kind: 'absent' } : trouble('there is no Cloud Servers API (404)');
    case 413:
    case 429:
      return { kind: 'limited', status, retryAfterMs: retryMs };
    default:
      return { kind: 'trouble', reason: `it answers with status ${status}`, retryAfterMs: retryMs };
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value = parseOutsideJson(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

const trouble = (reason: string) => ({ kind: 'trouble', reason, retryAfterMs: undefined }) as const;
