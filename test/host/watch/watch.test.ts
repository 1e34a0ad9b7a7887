import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/base/reading.ts';
import type { WatchChild, WatchChildOptions, WatchEnd } from '../../../src/host/watch/child.ts';
import { XenstoreWatch, type XenstoreWatchOptions } from '../../../src/host/watch/watch.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const folder = 'vm-data/user-metadata';
const key = `${folder}/status`;

/** A watch whose child processes the test plays. */
function world(more: Partial<XenstoreWatchOptions> = {}) {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const seen = {
    startsMs: [] as number[],
    readsMs: [] as number[],
    workingMs: [] as number[],
    notices: [] as string[],
  };
  const state: { value: Reading<string> } = { value: { kind: 'known', value: 'DEPLOYING', where: key } };
  let current: { options: WatchChildOptions; end: (end: WatchEnd) => void } | undefined;
  const start = (options: WatchChildOptions): WatchChild => {
    seen.startsMs.push(clock.nowMs());
    const { promise, resolve } = Promise.withResolvers<WatchEnd>();
    current = { options, end: resolve };
    return { ended: promise, stop: () => resolve({ kind: 'died', why: 'stopped' }) };
  };
  const watch = new XenstoreWatch({
    folder,
    keys: ['status'],
    lockFile: '/run/rc-wait/lock',
    clock,
    random: () => 0.5,
    read: async () => {
      seen.readsMs.push(clock.nowMs());
      return state.value;
    },
    isElsewhere: () => false,
    onWorking: () => seen.workingMs.push(clock.nowMs()),
    onNotice: (notice) => seen.notices.push(notice),
    signal: stop.signal,
    start,
    ...more,
  });
  const tell = (path: string): void => current?.options.onEvent(path);
  const end = (how: WatchEnd): void => current?.end(how);
  /** Runs the watch beside a story. */
  const play = (story: () => Promise<void>): Promise<unknown> =>
    clock.run(
      Promise.all([
        watch.run(),
        story().then(() => {
          stop.abort();
        }),
      ]),
    );
  return { clock, stop, seen, state, watch, tell, end, play };
}

describe('a change in the folder is told', () => {
  it.each([
    ['of the key', key, 1],
    ['of the folder, as at the beginning', folder, 1],
    ['of a folder around it', 'vm-data', 1],
    ['of the key by its whole path', `/local/domain/7/${key}`, 1],
    ['but not that of another key', `${folder}/another`, 0],
  ])('%s', async (_, path, told) => {
    const { clock, watch, tell, play } = world();
    let heard = 0;
    watch.subscribe(() => {
      heard += 1;
    });
    await play(async () => {
      await clock.sleep(10);
      tell(path);
    });
    expect({ heard, count: watch.count }).toEqual({ heard: told, count: told });
  });

  it('to nobody who no longer listens', async () => {
    const { clock, watch, tell, play } = world();
    watch.subscribe(() => expect.fail('told'))();
    await play(async () => {
      await clock.sleep(10);
      tell(key);
    });
  });
});

describe('xenstore is read', () => {
  it('each time while there is no watch', async () => {
    const { watch, seen, clock } = world();
    await clock.run(watch.read(key));
    await clock.run(watch.read(key));
    expect(seen.readsMs).toHaveLength(2);
  });

  it('once for each change while the watch works, and every five seconds, since a watch can die silently', async () => {
    const { clock, watch, seen, tell, play } = world();
    await play(async () => {
      await clock.sleep(10);
      tell(folder);
      for (; clock.nowMs() < 12_000; await clock.sleep(1_000)) await watch.read(key);
      tell(key);
      await watch.read(key);
    });
    expect(seen.readsMs).toEqual([10, 5_010, 10_010, 12_010]);
    expect(seen.workingMs).toEqual(seen.readsMs);
  });

  it('again when it could not be read, and the watch is then not known to work', async () => {
    const { clock, watch, seen, state, tell, play } = world();
    state.value = { kind: 'unknown', why: 'xenstore-read did not answer within 3 s' };
    await play(async () => {
      await clock.sleep(10);
      tell(folder);
      await watch.read(key);
      await watch.read(key);
    });
    expect(seen.readsMs).toHaveLength(2);
    expect(seen.workingMs).toEqual([]);
  });
});

describe('the watch is started anew', () => {
  it('when it told no change that a read has shown', async () => {
    const { clock, watch, seen, state, tell, play } = world();
    await play(async () => {
      await clock.sleep(10);
      tell(folder);
      await watch.read(key);
      state.value = { kind: 'known', value: 'DEPLOYED', where: key };
      await clock.sleep(6_000);
      expect(await watch.read(key)).toMatchObject({ value: 'DEPLOYED' });
      await clock.sleep(5_000);
    });
    expect(seen.workingMs).toEqual([10]);
    expect(seen.startsMs).toEqual([0, 9_010]);
  });

  it('not when it tells the change just after the read', async () => {
    const { clock, watch, seen, state, tell, play } = world();
    await play(async () => {
      await clock.sleep(10);
      tell(folder);
      await watch.read(key);
      state.value = { kind: 'known', value: 'DEPLOYED', where: key };
      await clock.sleep(6_000);
      await watch.read(key);
      await clock.sleep(500);
      tell(key);
      await clock.sleep(5_000);
    });
    expect(seen.startsMs).toEqual([0]);
  });

  it('when its first event does not come within five seconds: the daemon hangs', async () => {
    const { clock, seen, play } = world();
    await play(() => clock.sleep(6_500));
    expect(seen.startsMs).toEqual([0]);
    const later = world();
    await later.play(() => later.clock.sleep(7_500));
    expect(later.seen.startsMs).toEqual([0, 7_000]);
  });

  it('ever more rarely when it dies again and again', async () => {
    const { clock, seen, end, play } = world();
    await play(async () => {
      for (; clock.nowMs() < 200_000; await clock.sleep(100))
        end({ kind: 'died', why: 'Unable to add watch' });
    });
    expect(seen.startsMs).toEqual([0, 2_000, 6_000, 14_000, 30_000, 62_000, 122_000, 182_000]);
    expect(seen.notices[0]).toBe('the watch on xenstore has ended: Unable to add watch');
  });

  it('soon after it worked for a minute', async () => {
    const { clock, seen, tell, end, play } = world();
    await play(async () => {
      await clock.sleep(1);
      end({ kind: 'died', why: 'no' });
      await clock.sleep(3_000);
      end({ kind: 'died', why: 'no' });
      await clock.sleep(5_000);
      tell(folder);
      await clock.sleep(61_999);
      end({ kind: 'died', why: 'a lost connection' });
      await clock.sleep(1_500);
    });
    expect(seen.startsMs).toEqual([0, 2_001, 7_001, 71_000]);
  });
});

describe('the watch is left', () => {
  it('to the process that has it, and taken over once that has gone', async () => {
    let isElsewhere = true;
    const { clock, seen, play } = world({ isElsewhere: () => isElsewhere });
    await play(async () => {
      await clock.sleep(12_000);
      expect(seen.startsMs).toEqual([]);
      isElsewhere = false;
      await clock.sleep(5_000);
    });
    expect(seen.startsMs).toEqual([15_000]);
  });

  it('to the process that has the lock; it is tried again after a while', async () => {
    const { clock, seen, end, play } = world();
    await play(async () => {
      for (; clock.nowMs() < 100_000; await clock.sleep(100)) end({ kind: 'held' });
    });
    expect(seen.startsMs).toEqual([0, 10_000, 30_000, 70_000]);
  });

  it('for good where there is no xenstore', async () => {
    const { clock, watch, seen, end } = world();
    const run = watch.run();
    end({ kind: 'none', why: 'xenstore-watch: xs_open: No such file or directory' });
    await clock.run(run);
    expect(seen.startsMs).toEqual([0]);
    expect(seen.notices).toEqual([
      'xenstore cannot be watched: xenstore-watch: xs_open: No such file or directory',
    ]);
  });
});
