/** What an attempt showed, as far as the pace is concerned. */
export type Signal =
  /** the API answered, whatever it said: the pace may go on */
  | { readonly kind: 'answered' }
  /** 403: too many requests, or not for us */
  | { readonly kind: 'refused'; readonly retryAfterMs?: number }
  /** 5xx, time-outs, resets, DNS: no usable answer */
  | { readonly kind: 'failed'; readonly retryAfterMs?: number };

/** One request's outcome: the signal for the pace, and what is written down for the other processes. */
export interface Outcome {
  readonly signal: Signal;
  /** text that every process of this server may read back; JSON by convention, never a secret */
  readonly record: string;
}

/** What the one who asked is told. */
export interface Told {
  readonly record: string;
  /** monotonic time at which the request was sent */
  readonly askedMs: number;
  /** true when another process (or an earlier call) asked, and no request was made for this call */
  readonly shared: boolean;
}

/** Why no request is being made at this moment. */
export type Delay =
  /** the even pace: the next poll is due at `untilMs` */
  | { readonly because: 'pace'; readonly untilMs: number }
  /** 29 requests count at this moment: the next slot frees at `untilMs` */
  | { readonly because: 'window'; readonly untilMs: number }
  /** refused `times` times in a row */
  | { readonly because: 'refused'; readonly times: number; readonly untilMs: number }
  /** no usable answer `times` times in a row */
  | { readonly because: 'failed'; readonly times: number; readonly untilMs: number }
  /** another process has the same question under way */
  | { readonly because: 'in-flight'; readonly untilMs: number };

export interface AskOptions {
  /**
   * Only an answer to a request sent after this moment will do (monotonic, ms).
   * A loop passes the `askedMs` of its last answer; a single question leaves it
   * out and takes any answer younger than the pace.
   */
  readonly newerThanMs?: number;
  readonly signal?: AbortSignal;
  /**
   * The question goes to somebody else than the API that is polled, so that its
   * answer is no reason to poll more slowly; its request counts like any other.
   */
  readonly aside?: boolean;
  /** it is one of two questions that are asked again and again, and keeps the pace together with the other */
  readonly inTurn?: boolean;
  /** told, at least once a second, why no request is made at this moment: progress, and a proof of life */
  readonly onDelay?: (delay: Delay) => void;
}

/** Requests of this process, for the result document. */
export interface Tally {
  sent: number;
  refused: number;
  shared: number;
}

/**
 * The only way to the API: every request runs inside a slot of the ledger that
 * all processes of this server share.
 */
export interface Pace {
  /**
   * Answers the question `key`: with what another process learnt a moment ago,
   * or by running `send` as soon as the quota allows.
   * `send` must end within `requestTimeoutMs` of being called and must not throw
   * for anything that the network can do.
   * @throws the signal's reason when aborted
   */
  ask(key: string, send: (signal: AbortSignal) => Promise<Outcome>, options?: AskOptions): Promise<Told>;
  readonly tally: Readonly<Tally>;
  /** how long one request may take from the moment its slot is taken, in ms */
  readonly requestTimeoutMs: number;
}
