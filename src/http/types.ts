import type { Ipv4Address } from '../base/ipv4.ts';

/** The source address at one moment: undefined lets the kernel choose; `missing` says why there is none to use. */
export type SourceNow = Ipv4Address | undefined | { readonly missing: string };

/** A source address that is known once for all, or one that may change. */
export type LocalAddress = Ipv4Address | undefined | (() => SourceNow);

/**
 * What one GET came to. Every way an answer can go wrong is a value, not an
 * exception: an error must never be mistaken for an empty answer.
 */
export type Reply =
  | { readonly kind: 'ok'; readonly contentType: string; readonly body: string }
  /** 404: "not yet" for the gateway, or not a RackConnect server at all */
  | { readonly kind: 'absent' }
  /** 403: too many requests, or not you */
  | { readonly kind: 'refused'; readonly retryAfterMs?: number }
  /** 5xx, 408 and 429: the API's own trouble */
  | { readonly kind: 'failing'; readonly status: number; readonly retryAfterMs?: number }
  /**
   * any other status: redirects (never followed), 401, 400, 204 …; `reason` where the status alone
   * does not say it
   */
  | {
      readonly kind: 'unexpected';
      readonly status: number;
      readonly location?: string;
      readonly reason?: string;
    }
  /** no whole answer arrived: DNS, connect, TLS, reset, time-out, larger than the limit, cut short */
  | { readonly kind: 'unreachable'; readonly code: string; readonly reason: string };
