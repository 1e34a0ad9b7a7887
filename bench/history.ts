import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordBuilder } from '../src/history/builder.ts';
import { Recorder } from '../src/history/recorder.ts';
import { isTaskOver } from '../src/rackconnect/task-stage.ts';
import { parseScenario } from '../src/simulator/scenario.ts';
import { startSimulator } from '../src/simulator/server.ts';
import type { JobEvent } from '../src/wait/job.ts';
import { median, table, timed } from './measure.ts';

const waitS = 20;
const rounds = 5;
const replays = 200;
const pollEveryMs = 2_240;
const tasks = 12;

/**
 * The processor time of a wait's record, beside that of the whole wait (baseline): `rc-wait wait` for 20 s against loopback,
 * and the record of such a wait alone, again and again, after V8 has compiled it: compiling comes on top in a real wait. Its files
 * are written for real; its clock is set.
 */
export async function benchHistory(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-bench-'));
  const whole: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const simulator = await startSimulator({
      scenario: parseScenario(`{deployedAfter: ${waitS}s}`, 'bench'),
    });
    const state = ['--state-dir', join(directory, `state-${round}`)];
    const api = ['--api-url', simulator.url, '--network', 'off'];
    whole.push((await timed(['dist/rc-wait', 'wait', ...api, ...state])).cpuMs);
    await simulator.close();
  }
  const alone = await recordsMs(join(directory, 'waits'), waitS * 1_000);
  const hour = await recordsMs(join(directory, 'hours'), 3_600_000, 10);
  rmSync(directory, { recursive: true, force: true });
  const wholeMs = median(whole);
  console.log(`\nRecord of a wait with ${tasks} tasks\n`);
  console.log(
    table([
      ['what', 'cpu ms', 'of the wait'],
      [`rc-wait wait, ${waitS} s (baseline), median of ${rounds}`, wholeMs.toFixed(0), '100 %'],
      [`its record, mean of ${replays}`, alone.toFixed(2), `${((alone / wholeMs) * 100).toFixed(2)} %`],
      ['the record of a wait of an hour', hour.toFixed(2), ''],
    ]),
  );
}

/** The processor time of one record. */
async function recordsMs(folder: string, lastsMs: number, times = replays): Promise<number> {
  const place = { root: '/', folder };
  await record(place, lastsMs);
  const before = process.cpuUsage();
  for (let replay = 0; replay < times; replay += 1) await record(place, lastsMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / times;
}

async function record(place: { root: string; folder: string }, lastsMs: number): Promise<void> {
  let nowMs = 0;
  const builder = new RecordBuilder({
    boot_id: 'bench',
    process: { pid: process.pid, started: '' },
    started_at: '2026-11-28T23:02:24Z',
    started_boot_ms: 0,
    timeout_ms: null,
    isEnded: isTaskOver,
  });
  const recorder = new Recorder(
    place,
    builder,
    () => nowMs,
    (reason) => {
      throw new Error(reason);
    },
  );
  const see = (event: JobEvent): void => recorder.note(builder.see(event, nowMs, 5));
  await recorder.begin();
  see({ kind: 'phase', phase: 'automation' });
  for (; nowMs < lastsMs; nowMs += pollEveryMs) {
    see({ kind: 'delay', delay: { because: 'pace', untilMs: nowMs } });
    see(answer(nowMs / lastsMs));
  }
  builder.end(
    { ended_at: '2026-11-28T23:02:48Z', outcome: 'deployed', exit: 0, message: 'DEPLOYED', error: null },
    nowMs,
  );
  await recorder.finish();
}

/** An answer when so much of the wait has passed: the tasks run one after the other. */
function answer(part: number): JobEvent {
  const list = Array.from({ length: tasks }, (_, index) => ({
    name: `Task number ${index} of the automation`,
    status: part * tasks > index + 1 ? 'COMPLETED' : part * tasks > index ? 'IN_PROGRESS' : 'PENDING',
  }));
  const verdict = { kind: 'not-yet', why: 'DEPLOYING', seen: { status: 'DEPLOYING', tasks: list } } as const;
  return { kind: 'answer', askedMs: 0, shared: false, verdict };
}
