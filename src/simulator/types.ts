/** The four operations, by the part of their path after `/v1/`. */
export type Operation =
  | 'automation_status'
  | 'automation_status/details'
  | 'gateway_ip'
  | 'automation_features';

/** The formats of the API; not every operation has all. */
export type Format = 'text' | 'json' | 'xml';

/** A task in the scenario. Times are on the server's clock (see `clockFrom`). */
export interface TaskScenario {
  readonly name: string;
  readonly startsAfterMs: number;
  /** undefined: when the deployment ends */
  readonly endsAfterMs: number | undefined;
  /** the word of an ended task; undefined: COMPLETED, or FAILED for the last task of a FAILED server */
  readonly outcome: string | undefined;
}

/** The gateway in the scenario: its address, and when it is assigned. */
export interface GatewayScenario {
  readonly address: string;
  /** undefined: when the deployment ends */
  readonly assignedAfterMs: number | undefined;
}

/** Something else on the same server that uses its quota. */
export interface OtherLoad {
  readonly perMinute: number;
  /** `even`: spread over the minute; `burst`: all at the start of each minute */
  readonly pattern: 'even' | 'burst';
  /** from the simulator's start, in ms */
  readonly fromMs: number;
  readonly toMs: number;
}

/** "30 requests a minute per server, then 403"; the rest is undocumented, so it can be chosen. */
export interface QuotaRules {
  readonly limit: number;
  readonly windowMs: number;
  readonly mode: 'fixed' | 'sliding';
  /** fixed windows start at this moment after the simulator's start, and every `windowMs` before and after */
  readonly phaseMs: number;
  readonly countRefused: boolean;
  /** whether a request held back by a `delay` fault counts, and is decided, before or after the delay */
  readonly countAt: 'arrival' | 'answer';
  /** sent as Retry-After with each refusal; undefined: not sent */
  readonly retryAfterMs: number | undefined;
  readonly otherLoad: OtherLoad | undefined;
}

type NameStyle = 'snake_case' | 'camelCase' | 'PascalCase';

/** What the bodies look like. Only the body of the status was ever published. */
export interface Dialect {
  /** the style of every key and element name below, which are given in snake_case */
  readonly keys: NameStyle;
  readonly xml: 'elements' | 'attributes';
  /** JSON features only: an `array` of objects, or one `object` from name to value */
  readonly jsonFeatures: 'array' | 'object';
  readonly tasksKey: string;
  readonly taskNameKey: string;
  readonly taskStatusKey: string;
  readonly featuresKey: string;
  readonly featureNameKey: string;
  readonly featureEnabledKey: string;
  readonly featureNames: NameStyle | 'human';
  readonly enabledWord: string | boolean;
  readonly disabledWord: string | boolean;
  readonly waitingWord: string;
  readonly runningWord: string;
  /** the text answers, with `{}` for the value */
  readonly statusText: string;
  readonly gatewayText: string;
}

/** What a fault does. `when: body` sends the headers and half of the body first. */
export type FaultAction =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfterMs?: number;
      readonly body: string;
    }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  | { readonly kind: 'body'; readonly text: string }
  | { readonly kind: 'html' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'content-type'; readonly value: string }
  | { readonly kind: 'oversize'; readonly bytes: number }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'reset'; readonly when: 'start' | 'body' }
  | { readonly kind: 'hang'; readonly when: 'start' | 'body' }
  | { readonly kind: 'slow-body'; readonly bytesPerSecond: number }
  | { readonly kind: 'delay'; readonly minMs: number; readonly maxMs: number };

/** A fault, and the requests that it hits. */
export interface Fault {
  readonly action: FaultAction;
  /** on the server's clock, in ms; `toMs` is exclusive */
  readonly fromMs: number;
  readonly toMs: number;
  /** the number of matching requests to spare first */
  readonly skip: number;
  /** the number of matching requests to hit after those */
  readonly first: number;
  /** 0 to 1 */
  readonly probability: number;
  /** undefined: every operation, and every other path */
  readonly operation: Operation | undefined;
}

/** Everything that happens to one server. */
export interface ServerScenario {
  /** undefined: the default for every unlisted address */
  readonly address: string | undefined;
  /** RackConnect's status for a server that it does not know; undefined: it knows this one */
  readonly unknownStatus: number | undefined;
  readonly clockFrom: 'first-request' | 'start';
  readonly deployedAfterMs: number;
  readonly initialStatus: string;
  readonly outcome: string;
  readonly tasks: readonly TaskScenario[];
  /** undefined: never assigned */
  readonly gateway: GatewayScenario | undefined;
  readonly features: Readonly<Record<string, boolean>>;
  readonly quota: QuotaRules;
  readonly dialect: Dialect;
  readonly faults: readonly Fault[];
}

/** A whole scenario with all defaults filled in. */
export interface Scenario {
  /** seed of the random numbers: with the same seed the same requests meet the same faults */
  readonly seed: number;
  readonly servers: readonly ServerScenario[];
  /** for every address that is not in `servers` */
  readonly otherServers: ServerScenario;
}

/** A server's state at one moment, before it is rendered. */
export interface View {
  readonly status: string;
  readonly tasks: readonly { readonly name: string; readonly status: string }[];
  readonly gateway: string | undefined;
  readonly features: Readonly<Record<string, boolean>>;
}

/** How an answer is sent. */
type Delivery =
  | { readonly kind: 'whole' }
  /** without Content-Length, so that the size is not known in advance */
  | { readonly kind: 'chunked' }
  /** Content-Length of the whole body, half of the body, then the connection ends */
  | { readonly kind: 'truncate' }
  | { readonly kind: 'reset' | 'hang'; readonly when: 'start' | 'body' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

/** What the server gets in reply. */
export interface Answer {
  readonly status: number;
  /** names in lower case */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** latin1: each character of `body` is one byte (garbage is not UTF-8) */
  readonly encoding: 'utf8' | 'latin1';
  readonly delivery: Delivery;
  /** refused because of the quota */
  readonly refused: boolean;
  /** the fault that changed the answer */
  readonly fault: FaultAction['kind'] | undefined;
}
