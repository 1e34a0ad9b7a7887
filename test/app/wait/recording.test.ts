import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordsPlace } from '../../../src/app/history/place.ts';
import type { WaitOptions } from '../../../src/app/options.ts';
import { beginRecording } from '../../../src/app/wait/recording.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { RcWaitError } from '../../../src/base/error.ts';
import { readRecords } from '../../../src/history/read.ts';
import type { WaitView } from '../../../src/report/view.ts';
import { scratch } from '../../cli/harness.ts';

const log = {
  debug: expect.unreachable,
  info: expect.unreachable,
  warn: expect.unreachable,
  error: expect.unreachable,
};
const view = { onEvent() {}, count() {}, showHindrance() {}, end() {} } as unknown as WaitView;

it.each<[unknown, object]>([
  [
    new RcWaitError('CONFIGURATION', 'cannot use it'),
    { outcome: null, exit: 64, message: 'cannot use it', error: 'CONFIGURATION' },
  ],
  [new TypeError('x is undefined'), { outcome: null, exit: 70, message: 'x is undefined', error: 'BUG' }],
])('an error that ends a wait without a result is its end: %s', async (error, end) => {
  const args = { 'state-dir': scratch(), root: '/' };
  const startedMs = systemClock.nowMs();
  const times = { startedMs, deadlineMs: Number.POSITIVE_INFINITY };
  const recording = await beginRecording(args as WaitOptions, view, { log, ...times });
  await recording.error(error);
  const { records } = await readRecords(recordsPlace(args));
  expect(records).toMatchObject([{ timeout_ms: null, end }]);
});

it('the usual records lie below the root; those of another state directory lie in it', () => {
  expect(recordsPlace({ 'state-dir': '/run/rc-wait/', root: '/mnt' })).toEqual({
    root: '/mnt',
    folder: '/var/lib/rc-wait/waits',
  });
  const stateDir = scratch();
  expect(recordsPlace({ 'state-dir': stateDir, root: '/mnt' })).toEqual({
    root: '/',
    folder: join(stateDir, 'waits'),
  });
});
