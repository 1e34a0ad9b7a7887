import { type Clock, systemClock } from '../../base/clock.ts';
import { startDeadline } from '../../base/deadline.ts';
import { formatDuration } from '../../base/duration.ts';
import { reasonOf } from '../../base/error.ts';

/**
 * A test that must succeed once the gateway is in use. The caller may pass its own:
 * `network/` does not need to know what it tests.
 */
export interface Probe {
  /** the expectation, in words that follow "expected": `10.208.0.1 to answer on eth1` */
  readonly expects: string;
  /** how long the probe is repeated, in ms */
  readonly limitMs: number;
  /**
   * Tests once. A network that was just reloaded may need more attempts.
   * @returns undefined on success; else what was seen instead
   */
  attempt(signal: AbortSignal): Promise<string | undefined>;
}

const restMs = 300;

/**
 * Runs probes one after the other.
 * @returns undefined if all succeed; else the first failure, for a person
 * @throws the signal's reason when aborted
 */
export async function runProbes(
  probes: readonly Probe[],
  clock: Clock,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const probe of probes) {
    const seen = await runProbe(probe, clock, signal);
    if (seen !== undefined) {
      return `expected ${probe.expects} within ${formatDuration(probe.limitMs)}, but saw: ${seen}`;
    }
  }
  return undefined;
}

async function runProbe(probe: Probe, clock: Clock, signal?: AbortSignal): Promise<string | undefined> {
  const deadlineMs = clock.nowMs() + probe.limitMs;
  let last: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const seen = await bounded(probe, Math.max(deadlineMs - clock.nowMs(), 1), signal);
    if (seen.kind === 'ok') return undefined;
    // The attempt that timed out says less than the one before it.
    last = seen.kind === 'time-up' ? (last ?? 'no answer at all') : seen.why;
    if (clock.nowMs() + restMs >= deadlineMs || seen.kind === 'time-up') return last;
    await clock.sleep(restMs, signal);
  }
}

type Seen =
  | { readonly kind: 'ok' }
  | { readonly kind: 'time-up' }
  | { readonly kind: 'not'; readonly why: string };

/**
 * One attempt; it ends when its time is up, even if the probe ignores its signal. By the system's clock, because a
 * probe waits for a real network.
 */
async function bounded(probe: Probe, limitMs: number, outer?: AbortSignal): Promise<Seen> {
  const deadline = startDeadline(systemClock, systemClock.nowMs() + limitMs, { signal: outer });
  const { signal } = deadline;
  const cut = new Promise<Seen>((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'time-up' }), { once: true });
  });
  const attempt = probe.attempt(signal).then(
    (why): Seen => (why === undefined ? { kind: 'ok' } : { kind: 'not', why }),
    (error: unknown): Seen => (signal.aborted ? { kind: 'time-up' } : { kind: 'not', why: reasonOf(error) }),
  );
  return Promise.race([attempt, cut]).finally(deadline.end);
}
