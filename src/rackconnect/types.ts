import type { Ipv4Address } from '../base/ipv4.ts';

/** The source address at one moment: undefined lets the kernel choose; `missing` says why there is none to use. */
export type SourceNow = Ipv4Address | undefined | { readonly missing: string };

/** A source address that is known once for all, or one that may change. */
export type LocalAddress = Ipv4Address | undefined | (() => SourceNow);

/** The four operations of the RackConnect v2.0 API ("RackConnect API", Rackspace). */
export type Operation =
  | 'automation_status'
  | 'automation_status/details'
  | 'gateway_ip'
  | 'automation_features';

/** The formats of the API; not every operation has all. */
export type Format = 'text' | 'json' | 'xml';

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

/** A task of the automation, as tolerantly as it could be read. */
export interface Task {
  readonly name: string;
  readonly status: string;
}

/** An automation feature: `enabled` is undefined when its word was not understood (then see `status`). */
export interface Feature {
  readonly name: string;
  readonly enabled: boolean | undefined;
  readonly status: string;
}

/**
 * A payload that was read, or why it could not be. `unread` names parts of the
 * payload that were kept but not understood: they are shown, never dropped.
 */
export type Read<T> =
  | { readonly ok: true; readonly value: T; readonly unread: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** `status` is the word as sent, trimmed and in upper case: `DEPLOYING`, or one that nobody has seen. */
export interface Details {
  readonly status: string;
  readonly tasks: readonly Task[];
}
