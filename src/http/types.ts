import type { Ipv4Address } from '../base/ipv4.ts';

/** The source address at one moment. undefined: the kernel chooses; `missing`: why there is no usable one. */
export type SourceNow = Ipv4Address | undefined | { readonly missing: string };

/** A fixed source address, or one that may change. */
export type LocalAddress = Ipv4Address | undefined | (() => SourceNow);

/**
 * The result of one GET. Every failure is a value, not an exception: an error must never be mistaken for an
 * empty answer.
 */
export type Reply =
  | { readonly kind: 'ok'; readonly contentType: string; readonly body: string }
  /** 404: no gateway yet, or not a RackConnect server at all */
  | { readonly kind: 'absent' }
  /** 403: too many requests, or this server may not ask */
  | { readonly kind: 'refused'; readonly retryAfterMs?: number }
  /** 5xx, 408 and 429: trouble at the API */
  | { readonly kind: 'failing'; readonly status: number; readonly retryAfterMs?: number }
  /**
   * Any other status: redirects (never followed), 401, 400, 204 …; `reason` if the status alone does not explain it.
   */
  | {
      readonly kind: 'unexpected';
      readonly status: number;
      readonly location?: string;
      readonly reason?: string;
    }
  /** no complete answer: DNS, connect, TLS, reset, time-out, too large, cut short */
  | { readonly kind: 'unreachable'; readonly code: string; readonly reason: string };
