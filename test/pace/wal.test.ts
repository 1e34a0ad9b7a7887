import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isWalWhole } from '../../src/pace/wal.ts';

/** The log and the index of a database that is in use, after so many changes. */
function written(changes = 5, first = '') {
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-wal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'db');
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec(`PRAGMA journal_mode = WAL; ${first}; CREATE TABLE t (a TEXT)`);
  for (let count = 0; count < changes; count += 1) db.exec(`INSERT INTO t VALUES ('${'x'.repeat(2_000)}')`);
  return { db, wal: readFileSync(`${path}-wal`), index: readFileSync(`${path}-shm`), path };
}

/** A copy with one bit changed. */
function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

const frameBytes = 24 + 4_096;

describe('a log that is whole', () => {
  it('with its index, and without', () => {
    const { wal, index } = written();
    expect(isWalWhole(wal, index)).toBe(true);
    expect(isWalWhole(wal, undefined)).toBe(true);
    expect(isWalWhole(undefined, undefined)).toBe(true);
    expect(isWalWhole(Buffer.alloc(0), undefined)).toBe(true);
  });

  it('with pages of another size', () => {
    const { wal, index } = written(5, 'PRAGMA page_size = 512');
    expect(isWalWhole(wal, index)).toBe(true);
  });

  it('with the rest of an earlier round behind it', () => {
    const { db, path } = written(20);
    db.exec('PRAGMA wal_checkpoint(RESTART); DELETE FROM t');
    const [wal, index] = [readFileSync(`${path}-wal`), readFileSync(`${path}-shm`)];
    expect(isWalWhole(wal, index)).toBe(true);
    expect(isWalWhole(wal, undefined)).toBe(true);
  });

  it('with half a change of a process that was killed behind it, where the index does not count it', () => {
    const { wal, index } = written();
    const torn = Buffer.concat([wal, wal.subarray(-frameBytes, -100), Buffer.alloc(100)]);
    expect(isWalWhole(torn, index)).toBe(true);
  });

  it('when the index counts nothing', () => {
    const { db, path } = written();
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(isWalWhole(readFileSync(`${path}-wal`), readFileSync(`${path}-shm`))).toBe(true);
  });
});

describe('a log that is damaged', () => {
  it.each<[string, (wal: Buffer) => Buffer | undefined]>([
    ['in its header', (wal) => flipped(wal, 9)],
    ['in the sum of its header', (wal) => flipped(wal, 27)],
    ['in its magic number', (wal) => flipped(wal, 1)],
    ['in the salt of its header', (wal) => flipped(wal, 17)],
    ['in a page', (wal) => flipped(wal, 32 + 24 + 2_000)],
    ['in the last page', (wal) => flipped(wal, wal.length - 7)],
    ['in the salt of a frame', (wal) => flipped(wal, 32 + frameBytes + 9)],
    ['in the sum of a frame', (wal) => flipped(wal, 32 + frameBytes + 19)],
    ['by its end', (wal) => wal.subarray(0, wal.length - frameBytes)],
    ['to nothing', () => Buffer.alloc(0)],
    ['and gone', () => undefined],
  ])('%s', (_, damage) => {
    const { wal, index } = written();
    expect(isWalWhole(damage(wal), index)).toBe(false);
  });

  it.each([9, 32 + 24 + 2_000, 32 + frameBytes + 9])('also without its index, at byte %i', (at) => {
    expect(isWalWhole(flipped(written().wal, at), undefined)).toBe(false);
  });

  it('with an index that cannot be read, which is none', () => {
    const { wal, index } = written();
    for (const at of [3, 17, 41, 50]) {
      expect(isWalWhole(wal, flipped(index, at))).toBe(true);
      expect(isWalWhole(flipped(wal, 32 + 24 + 2_000), flipped(index, at))).toBe(false);
    }
    expect(isWalWhole(wal, Buffer.alloc(10))).toBe(true);
  });
});
