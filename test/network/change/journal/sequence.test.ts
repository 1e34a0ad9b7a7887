import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../../src/network/change/journal/journal.ts';
import { nextSequence } from '../../../../src/network/change/journal/sequence.ts';
import { entryOf } from '../../entry.ts';
import { scratch } from '../../scratch.ts';

const folder = '/var/lib/rc-wait/network';

describe('the number of a change', () => {
  it('is above all that were given before', async () => {
    const at = join(scratch(), 'sequence');
    const given: number[] = [];
    for (const known of [0, 1, 0, 9, 2]) given.push(await nextSequence(at, known));
    expect(given).toEqual([1, 2, 3, 10, 11]);
  });

  it.each(['', 'noon\n', '-7\n', '1e99\n', '9'.repeat(30)])(
    'does without a note that says %j',
    async (text) => {
      const at = join(scratch(), 'sequence');
      writeFileSync(at, text);
      expect(await nextSequence(at, 4)).toBe(5);
      expect(readFileSync(at, 'utf8')).toBe('5\n');
    },
  );

  it('is on the disk before the change is begun', async () => {
    const root = scratch();
    const at = join(root, folder);
    mkdirSync(at, { recursive: true });
    // A change that cannot be begun has wasted its number; the next one has another.
    mkdirSync(join(at, 'prepared.json'));
    await expect(openJournal(root).begin(entryOf([]))).rejects.toMatchObject({ code: 'NETWORK_FILE' });
    expect(readFileSync(join(at, '../sequence'), 'utf8')).toBe('1\n');
  });

  it('goes on where the last change, or the note, was lost', async () => {
    const root = scratch();
    const at = join(root, folder);
    const make = async () => {
      const journal = openJournal(root);
      await journal.finish(await journal.begin(entryOf([])));
      return (await journal.last().catch(() => undefined))?.sequence;
    };
    expect([await make(), await make()]).toEqual([1, 2]);
    writeFileSync(join(at, 'last.json'), 'damaged');
    expect(await make()).toBe(3);
    writeFileSync(join(at, '../sequence'), 'damaged');
    expect(await make()).toBe(4);
  });

  it('keeps a change from being begun where it cannot be written', async () => {
    const root = scratch();
    mkdirSync(join(root, folder, '../sequence/in-the-way'), { recursive: true });
    await expect(openJournal(root).begin(entryOf([]))).rejects.toMatchObject({ code: 'NETWORK_FILE' });
  });
});
