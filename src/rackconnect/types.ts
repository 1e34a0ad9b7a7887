/** The four operations of the RackConnect v2.0 API ("RackConnect API", Rackspace). */
export type Operation =
  | 'automation_status'
  | 'automation_status/details'
  | 'gateway_ip'
  | 'automation_features';

/** The formats of the API; not every operation has all. */
export type Format = 'text' | 'json' | 'xml';

/** A task of the automation, read leniently. */
export interface Task {
  readonly name: string;
  readonly status: string;
}

/** An automation feature. `enabled` is undefined if its word was not understood; see `status`. */
export interface Feature {
  readonly name: string;
  readonly enabled: boolean | undefined;
  readonly status: string;
}

/**
 * A payload that was read, or the reason why not. `unread` lists the parts that were not understood, so that
 * they can be shown.
 */
export type Read<T> =
  | { readonly ok: true; readonly value: T; readonly unread: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** `status` is the word as sent, trimmed and in upper case: `DEPLOYING`, or an undocumented one. */
export interface Details {
  readonly status: string;
  readonly tasks: readonly Task[];
}
