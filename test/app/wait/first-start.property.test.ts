import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  deadlineOf,
  isRestartOf,
  type NewProcess,
  relationOf,
  type WaitStart,
} from '../../../src/app/wait/first-start.ts';

const name = 'rc-wait.service';

/** What happens to the service, and how long after the start before it. */
const starts = fc.array(
  fc.record({
    by: fc.constantFrom('systemd', 'owner'),
    afterMs: fc.integer({ min: 1, max: 200_000 }),
    timeoutMs: fc.constantFrom(5_000, 60_000, 3_600_000, Number.POSITIVE_INFINITY),
    /** whether the one before was ended by SIGTERM, and not by SIGKILL */
    interrupted: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

it('restarts by systemd never move the deadline by more than 2.5 s, and one by the owner gives the whole time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), starts, (bootMs, events) => {
      let nowMs = bootMs;
      let firstMs = bootMs;
      let nRestarts = 0;
      let kept: WaitStart | undefined;
      for (const [index, { by, afterMs, timeoutMs, interrupted }] of events.entries()) {
        const isOwner = by === 'owner' || kept === undefined;
        nowMs += afterMs;
        nRestarts = isOwner ? 0 : nRestarts + 1;
        if (isOwner) firstMs = nowMs;
        const now: NewProcess = {
          boot_id: 'boot',
          nowMs,
          service: { name, invocation: `${index}` },
          command_line: '',
          isAlive: () => false,
        };
        const isSame =
          kept !== undefined &&
          relationOf({ ...kept, interrupted }, now) === 'same-service' &&
          isRestartOf({ ...kept, interrupted }, now, nRestarts);
        expect(isSame).toBe(!isOwner);
        const before = isSame ? kept : undefined;
        const deadlineMs = deadlineOf(before?.first_boot_ms, nowMs, timeoutMs);
        expect(deadlineMs).toBeGreaterThanOrEqual(firstMs + timeoutMs);
        expect(deadlineMs).toBeLessThanOrEqual(firstMs + timeoutMs + 2_500);
        if (isOwner) expect(deadlineMs).toBe(nowMs + timeoutMs);
        kept = {
          schema: 'rc-wait/start/v1',
          boot_id: 'boot',
          first_boot_ms: before?.first_boot_ms ?? nowMs,
          timeout_ms: timeoutMs === Number.POSITIVE_INFINITY ? null : timeoutMs,
          process: { pid: 1, started: '' },
          service: { name, invocation: `${index}`, restarts: nRestarts },
          command_line: '',
          answered: false,
          interrupted: false,
        };
      }
    }),
    { numRuns: 10_000 },
  );
});
