/** What an attempt tells the pace about the API. */
export type Feedback =
  /** the API answered, with any content: keep the pace */
  | { readonly kind: 'answered' }
  /** 403: too many requests, or this server may not ask */
  | { readonly kind: 'refused'; readonly retryAfterMs?: number }
  /** 5xx, time-outs, resets, DNS errors: no usable answer */
  | { readonly kind: 'failed'; readonly retryAfterMs?: number };

/** The outcome of one request: the signal for the pace, and the record for the other processes. */
export interface AskOutcome {
  readonly signal: Feedback;
  /** text that every process of this server may read; JSON by convention, never a secret */
  readonly record: string;
}

/** What the caller gets. */
export interface Answered {
  readonly record: string;
  /** monotonic time at which the request was sent */
  readonly askedMs: number;
  /** true when another process or an earlier call asked, and this call made no request */
  readonly shared: boolean;
}

/** Why no request is made at this moment. */
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

/**
 * Moments at which a poll is worth a request at once: something on this server has said that the answer has changed, and
 * the API is to confirm it.
 */
export interface Alarm {
  /** the last moment that has come, and the next one (monotonic, ms); -Infinity and Infinity: none */
  due(nowMs: number): { readonly lastMs: number; readonly nextMs: number };
  /** Calls `listener` whenever the moments change. Returns the function that ends this. */
  readonly subscribe: (listener: () => void) => () => void;
}

export interface AskOptions {
  /**
   * Only an answer to a request sent after this moment will do (monotonic, ms). A loop passes the `askedMs` of
   * its last answer; a single question leaves it out and takes any answer younger than the pace.
   */
  readonly newerThanMs?: number;
  readonly signal?: AbortSignal;
  /**
   * The question goes to another API than the polled one, so its answer does not slow the polls down; its
   * request counts like any other.
   */
  readonly aside?: boolean;
  /** it is one of two questions polled side by side: both together keep the pace of one */
  readonly inTurn?: boolean;
  /** at its moments the question is asked out of the even pace, once for all processes */
  readonly alarm?: Alarm | undefined;
  /** called at least once a second with the reason for the delay, as progress and as a sign of life */
  readonly onDelay?: (delay: Delay) => void;
}

/** Requests of this process, for the result document. */
export interface Tally {
  sent: number;
  refused: number;
  shared: number;
}

/** The only way to the API: every request runs in a slot of the ledger that all processes of this server share. */
export interface Pace {
  /**
   * Answers the question `key` with what another process has just learnt, or by running `send` as soon as the
   * quota allows. `send` must end within `requestTimeoutMs` and must not throw for network failures.
   * @throws the signal's reason when aborted
   */
  ask(
    key: string,
    send: (signal: AbortSignal) => Promise<AskOutcome>,
    options?: AskOptions,
  ): Promise<Answered>;
  readonly tally: Readonly<Tally>;
  /** Tells all processes of this server that a watch works at this moment (`watchLastsMs` in window.ts). */
  noteWatch(): void;
  /** Whether a process of this server has said so lately. */
  isWatched(): boolean;
  /** how long one request may take from the moment its slot is taken, in ms */
  readonly requestTimeoutMs: number;
}
