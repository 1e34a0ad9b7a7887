import type { QuotaRules } from '../types.ts';

/** A time span from which each server of a fleet gets its own moment, in ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A group of similar servers. Times count from the simulator's start; Infinity: never. */
export interface FleetScenario {
  readonly count: number;
  /** upper case */
  readonly region: string;
  /** `{}` stands for the server's number, starting at 1 */
  readonly name: string;
  /** BUILD until then, ACTIVE afterwards */
  readonly activeAfter: Span;
  /** how long after that the key `rackconnect_automation_status` appears */
  readonly keyAfterMs: number;
  /** when the automation ends */
  readonly endsAfter: Span;
  /** this many equal groups end together, as RackConnect works in bursts; 0: each server ends separately */
  readonly bursts: number;
  /**
   * shares of outcomes other than DEPLOYED: `FAILED`, `UNPROCESSABLE`, `ERROR` (of the server), `NONE` (no RackConnect)
   */
  readonly outcomes: Readonly<Record<string, number>>;
  /** the share of servers that get deleted, and when */
  readonly vanish: { readonly share: number; readonly after: Span } | undefined;
  /** the second automation of Managed Operations accounts: how long after DEPLOYED it ends, and how */
  readonly managed: { readonly afterMs: number; readonly outcome: string } | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A period of trouble with the APIs, counted from the simulator's start. */
export interface CloudFault {
  readonly kind: 'status' | 'html' | 'revoke';
  readonly api: 'identity' | 'servers';
  readonly fromMs: number;
  readonly toMs: number;
  /** for kind `status` */
  readonly status: number;
  /** sent as Retry-After, in ms; undefined: not sent */
  readonly retryAfterMs: number | undefined;
}

/** Everything that happens in a cloud. */
export interface CloudScenario {
  readonly seed: number;
  readonly tenantId: string;
  readonly username: string;
  readonly apiKey: string;
  readonly password: string;
  readonly tokenLifeMs: number;
  /** upper case; each with Cloud Servers and Cloud Images */
  readonly regions: readonly string[];
  /** services missing from the catalog */
  readonly without: readonly string[];
  /** whether setting a metadata key counts as a change for changes-since, as in Nova 26 */
  readonly metadataCounts: boolean;
  /** whether a deleted server can be a page's marker; Nova before 2014 does not find it */
  readonly deletedMarkers: boolean;
  /** for each region; undefined: no limit */
  readonly limit: (QuotaRules & { readonly status: 413 | 429 }) | undefined;
  /** the most servers on a page */
  readonly pageSize: number;
  readonly fleets: readonly FleetScenario[];
  readonly faults: readonly CloudFault[];
}

/** One server with its whole timeline. Times count from the simulator's start; Infinity: never. */
export interface CloudServer {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly index: number;
  readonly activeMs: number;
  readonly keyMs: number;
  readonly endMs: number;
  /** DEPLOYED, FAILED, UNPROCESSABLE, ERROR, NONE, or any word */
  readonly outcome: string;
  readonly managedMs: number;
  readonly managedOutcome: string | undefined;
  readonly vanishMs: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A request to one of the APIs. */
export interface CloudRequest {
  readonly method: string;
  /** path and query */
  readonly target: string;
  /** names in lower case */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** since the simulator's start */
  readonly elapsedMs: number;
  /** since 1970, by the APIs' clock */
  readonly wallMs: number;
  /** scheme and host of the request, with which the catalog's URLs begin */
  readonly origin: string;
}

export interface CloudAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
