import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../src/base/clock.ts';
import { SqliteLedger } from '../src/pace/ledger.ts';
import { sharedLimits } from '../src/pace/window.ts';
import { table } from './measure.ts';

/** What the ledger costs beside bare SQLite: a look, and a slot taken and settled. */
export function benchLedger(): void {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-bench-'));
  const db = new DatabaseSync(join(directory, 'bare.db'));
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL)',
  );
  const insert = db.prepare('INSERT INTO t (a) VALUES (?)');
  const bareUs = perCallUs(5_000, (index) => {
    db.exec('BEGIN IMMEDIATE');
    insert.run(index);
    db.exec('COMMIT');
  });
  let nowMs = 1_000_000;
  const ledger = new SqliteLedger({
    directory,
    limits: sharedLimits,
    random: Math.random,
    nowMs: () => nowMs,
    sleep: systemClock.sleep,
    requestTimeoutMs: 10_000,
    onNotice: (notice) => {
      throw new Error(notice);
    },
  });
  const question = { key: 'details', newerThanMs: undefined, requestTimeoutMs: 10_000 };
  const turnUs = perCallUs(2_000, () => {
    nowMs += 3_000;
    const step = ledger.approach({ ...question, nowMs });
    if (step.kind !== 'granted') throw new Error(`not granted: ${JSON.stringify(step)}`);
    const outcome = { signal: { kind: 'answered' as const }, record: '{"kind":"absent"}' };
    ledger.settle({ ...step, key: 'details', nowMs: nowMs + 10, outcome });
  });
  const lookUs = perCallUs(5_000, () => ledger.approach({ ...question, nowMs }));
  ledger.close();
  db.close();
  rmSync(directory, { recursive: true, force: true });
  console.log('\nThe ledger, per call\n');
  console.log(
    table([
      ['what', 'µs', 'ratio'],
      ['one INSERT in a transaction, bare SQLite (baseline)', bareUs.toFixed(0), '1.00'],
      ['a look that finds an answer', lookUs.toFixed(0), (lookUs / bareUs).toFixed(2)],
      ['a slot taken, settled and published', turnUs.toFixed(0), (turnUs / bareUs).toFixed(2)],
    ]),
  );
}

function perCallUs(calls: number, work: (index: number) => void): number {
  const startedMs = performance.now();
  for (let index = 0; index < calls; index += 1) work(index);
  return ((performance.now() - startedMs) / calls) * 1_000;
}
