import type { Reply } from '../../src/http/types.ts';
import type { AskOptions } from '../../src/pace/types.ts';
import type { RackconnectClient } from '../../src/rackconnect/client.ts';
import type { Operation } from '../../src/rackconnect/types.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** An answer of the API in JSON. */
export const answer = (body: unknown): Reply => ({
  kind: 'ok',
  contentType: 'application/json',
  body: JSON.stringify(body),
});

/** A client that answers each operation with the next of its replies, the last one for ever, one every 2 s. */
export function scriptedClient(clock: VirtualClock, script: Partial<Record<Operation, readonly Reply[]>>) {
  const asked: { operation: Operation; newerThanMs: number | undefined }[] = [];
  const counts = new Map<Operation, number>();
  const client: RackconnectClient = {
    async ask(operation, _format, { newerThanMs, signal, onDelay }: AskOptions = {}) {
      signal?.throwIfAborted();
      if (newerThanMs !== undefined) {
        onDelay?.({ because: 'pace', untilMs: newerThanMs + 2_000 });
        await clock.sleep(Math.max(0, newerThanMs + 2_000 - clock.nowMs()), signal);
      }
      asked.push({ operation, newerThanMs });
      const replies = script[operation] ?? [];
      const index = counts.get(operation) ?? 0;
      counts.set(operation, index + 1);
      const reply = replies[Math.min(index, replies.length - 1)];
      if (reply === undefined) throw new Error(`${operation} was asked for, and nobody expected it`);
      return { reply, askedMs: clock.nowMs(), shared: false };
    },
  };
  return { client, asked };
}
