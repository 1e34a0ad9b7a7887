import type { Http } from '../../src/http/client.ts';
import { type Cloud, createCloud } from '../../src/simulator/openstack/cloud.ts';
import { parseCloudScenario } from '../../src/simulator/openstack/scenario.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One request as the cloud saw it. */
export interface SeenRequest {
  /** since the cloud's start */
  readonly atMs: number;
  readonly target: string;
  readonly status: number;
  readonly body: string;
}

/** 2026-01-01, when every virtual cloud starts. */
export const cloudStartMs = Date.UTC(2026, 0, 1);

/** The simulator's cloud on a virtual clock, with a network in between that takes its time. */
export class VirtualCloud {
  readonly cloud: Cloud;
  readonly seen: SeenRequest[] = [];
  readonly http: Http;
  /** no answer comes while it is set */
  unreachable: string | undefined;
  /** the status of a request that the API fails at; undefined: it does not */
  breaks: ((target: string, atMs: number) => number | undefined) | undefined;
  /** whether its answers have the header Date */
  dates = true;

  /** @param scenario YAML, below the key `openstack` */
  constructor(clock: VirtualClock, scenario: string, latencyMs: () => number = () => 20) {
    this.cloud = createCloud(parseCloudScenario(`openstack: ${scenario}`, 'test'));
    const startMs = clock.nowMs();
    this.http = {
      send: async ({ method, url, headers = {}, body = '' }) => {
        await clock.sleep(latencyMs());
        if (this.unreachable !== undefined) return { kind: 'unreachable', reason: this.unreachable };
        const elapsedMs = clock.nowMs() - startMs;
        const wallMs = cloudStartMs + elapsedMs;
        const target = url.pathname + url.search;
        const broken = this.breaks?.(target, elapsedMs);
        const request = { method, target, headers, body, elapsedMs, wallMs, origin: url.origin };
        const answer =
          broken === undefined ? this.cloud.handle(request) : { status: broken, headers: {}, body: '' };
        this.seen.push({ atMs: elapsedMs, target, status: answer.status, body });
        await clock.sleep(latencyMs());
        // An HTTP date has no fractions of a second.
        const date = this.dates ? { date: new Date(wallMs).toUTCString() } : {};
        return {
          kind: 'answer',
          head: { status: answer.status, headers: { ...date, ...answer.headers } },
          body: answer.body,
        };
      },
      close: () => {},
    };
  }
}
