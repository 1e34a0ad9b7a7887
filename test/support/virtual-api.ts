import type { Reply } from '../../src/http/types.ts';
import type { Transport } from '../../src/rackconnect/transport.ts';
import { answer, arrive, createServerState, type ServerState } from '../../src/simulator/rules.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One request as the API saw it. */
export interface Seen {
  /** when it reached the API */
  readonly atMs: number;
  readonly status: number;
}

/** The simulator's rules on a virtual clock, with a network in between that takes its time. */
export class VirtualApi {
  readonly seen: Seen[] = [];
  readonly state: ServerState;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #latencyMs: () => number;

  /** @param latencyMs of one way, asked twice for each request */
  constructor(clock: VirtualClock, random: () => number, latencyMs: () => number, scenarioYaml: string) {
    this.#clock = clock;
    this.#random = random;
    this.#latencyMs = latencyMs;
    this.state = createServerState(parseScenario(scenarioYaml, 'test').otherServers, clock.nowMs());
  }

  get refused(): number {
    return this.seen.filter(({ status }) => status === 403).length;
  }

  /** The most requests in any `windowMs`, whatever its phase: every window that begins with a request is looked at. */
  busiest(windowMs = 60_000): number {
    const times = this.seen.map(({ atMs }) => atMs).sort((a, b) => a - b);
    let most = 0;
    let first = 0;
    for (const [last, atMs] of times.entries()) {
      while ((times[first] ?? atMs) <= atMs - windowMs) first += 1;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** A way to this API. `alive` false from some moment on: the process is gone, what it sent arrives all the same. */
  transport(alive: () => boolean = () => true): Transport {
    return {
      get: async (url, { signal, timeoutMs }) => {
        const giveUp = (): Reply => ({
          kind: 'unreachable',
          code: 'TIMEOUT',
          reason: `no answer within ${timeoutMs} ms`,
        });
        const there = this.#clock.sleep(this.#latencyMs()).then(() => {
          const nowMs = this.#clock.nowMs();
          const arrival = arrive(this.state, {
            target: url.pathname + url.search,
            nowMs,
            random: this.#random,
          });
          const told = answer(this.state, arrival, nowMs, this.#random);
          this.seen.push({ atMs: nowMs, status: told.status });
          return told;
        });
        const andBack = there.then(async (told) => {
          await this.#clock.sleep(this.#latencyMs());
          return told;
        });
        const aborted = new Promise<undefined>((resolve) =>
          signal?.addEventListener('abort', () => resolve(undefined), { once: true }),
        );
        const told = await Promise.race([andBack, aborted]);
        if (!alive()) return new Promise<never>(() => {});
        if (told === undefined) return giveUp();
        if (told.status === 403) return { kind: 'refused' };
        if (told.status === 404) return { kind: 'absent' };
        if (told.status >= 500) return { kind: 'failing', status: told.status };
        return { kind: 'ok', contentType: told.headers['content-type'] ?? '', body: told.body };
      },
      close: async () => {},
    };
  }
}
