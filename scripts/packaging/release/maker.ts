import { makeRelease, type Order } from './make.ts';
import type { ReleaseFile } from './tell.ts';

// The process that makes the files, started by supervise.ts with its order as JSON. It has its own group, so that
// everything that it has started can be stopped at once.

const startedMs = performance.now();

/** Says every step on standard error. */
function progress(text: string): void {
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  process.stderr.write(`release: ${String(seconds).padStart(3)} s: ${text}\n`);
}

const send = (files: readonly ReleaseFile[]): void => {
  process.send?.(files);
};

// The process that wanted the files was killed.
process.once('disconnect', () => process.exit(1));
try {
  const order: Omit<Order, 'progress'> = JSON.parse(process.argv[2] ?? '');
  send(await makeRelease({ ...order, progress }));
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`release: cannot make the files: ${reason.trim().replaceAll('\n', '\n  ')}\n`);
  process.exitCode = 1;
} finally {
  process.removeAllListeners('disconnect');
  process.disconnect?.();
}
