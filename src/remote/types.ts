import type { Addresses, Page, SeenServer } from '../openstack/servers.ts';

/** How the wait for one server ended, according to the API. */
export type ServerVerdict = 'deployed' | 'failed' | 'unprocessable' | 'no-rackconnect' | 'gone';

/** A server that is waited for. Times are on the clock of the wait, in ms. */
export interface Watched {
  readonly id: string;
  readonly name: string;
  /** upper case */
  readonly region: string;
  /** `ACTIVE` and so on, as last seen */
  readonly serverStatus: string;
  /** `DEPLOYING` and so on, as last seen; undefined: the key is absent */
  readonly automation: string | undefined;
  readonly managed: string | undefined;
  readonly ip: string | undefined;
  readonly serviceNetIp: string | undefined;
  /** all its addresses, by the name of their network */
  readonly addresses: Addresses;
  /** undefined: not yet */
  readonly verdict: ServerVerdict | undefined;
  /** why it is not over, or why it ended so; undefined if the verdict says it all */
  readonly why: string | undefined;
  /** when it was first seen ACTIVE without a RackConnect status; undefined: it is not in that state */
  readonly bareSinceMs: number | undefined;
  /** when it was created, and at the latest when it was found: since then it has been deploying */
  readonly sinceMs: number;
  readonly foundMs: number;
  /** when the verdict was seen; undefined: not yet */
  readonly endedMs: number | undefined;
}

/** What counts as an end. */
export interface Rules {
  /** wait for the second automation of Managed Operations accounts, too */
  readonly managed: boolean;
  /** how long a server may be ACTIVE without the key before it counts as not RackConnect's; Infinity: for ever */
  readonly noRackconnectAfterMs: number;
}

/** An event on the way; times on the clock of the wait. */
export type RemoteEvent =
  /** the first look at a region is done: it has this many of the awaited servers */
  | { readonly kind: 'found'; readonly region: string; readonly servers: number; readonly nowMs: number }
  /** the known state of a server has changed; with `verdict` set it is over */
  | { readonly kind: 'server'; readonly server: Watched; readonly nowMs: number }
  /** a region gives no usable answer; asked again at `untilMs` */
  | {
      readonly kind: 'trouble';
      readonly region: string;
      readonly reason: string;
      readonly untilMs: number;
      readonly nowMs: number;
    }
  /** it answers again */
  | { readonly kind: 'recovered'; readonly region: string; readonly nowMs: number };

/** Requests that were made. */
export interface RemoteTally {
  sent: number;
  /** of these, refused with 413 or 429 */
  limited: number;
  /** of these, without a usable answer */
  failed: number;
}

/** One question to the Cloud Servers API. Moments are by the API's clock, ms since 1970. */
export type Ask =
  | {
      readonly kind: 'page';
      /** the first look; recent changes; or a sweep over all servers, page by page */
      readonly of: 'look' | 'changes' | 'sweep';
      readonly since: number | undefined;
      readonly marker: string | undefined;
    }
  | { readonly kind: 'one'; readonly id: string };

/** A usable answer. `absent`: there is no such server; `lost`: the page's marker no longer exists. */
export type FleetAnswer =
  | { readonly kind: 'page'; readonly page: Page; readonly dateMs: number }
  | { readonly kind: 'one'; readonly server: SeenServer }
  | { readonly kind: 'absent' | 'lost' };
