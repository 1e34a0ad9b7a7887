import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JournalEntry, parseEntry, renderEntry } from '../../../../src/network/change/journal/entry.ts';
import { openJournal } from '../../../../src/network/change/journal/journal.ts';
import { steps } from '../../../../src/network/change/journal/steps.ts';
import { entryOf } from '../../entry.ts';
import { scratch } from '../../scratch.ts';

const folder = 'var/lib/rc-wait/network';

const file = fc.record({
  path: fc.string().map((text) => `/${text}`),
  before: fc.option(
    fc.record({
      text: fc.string({ unit: 'binary' }),
      mode: fc.nat(0o7777),
      uid: fc.nat(),
      gid: fc.nat(),
    }),
  ),
  after: fc.option(fc.record({ text: fc.string({ unit: 'binary' }) })),
  madeFolder: fc.option(fc.string()),
});

const entry: fc.Arbitrary<JournalEntry> = fc
  .record({
    files: fc.array(file, { maxLength: 4 }),
    routes: fc.option(fc.array(fc.array(fc.string()))),
    restore: fc.array(
      fc.record(
        {
          argv: fc.tuple(fc.string(), fc.string()).map((words): [string, ...string[]] => words),
          timeoutMs: fc.nat(),
          unlessAddressed: fc.string(),
        },
        { requiredKeys: ['argv', 'timeoutMs'] },
      ),
    ),
    purpose: fc.constantFrom('apply' as const, 'rollback' as const),
  })
  .map((parts) => ({ ...entryOf([]), ...parts }));

describe('an entry', () => {
  it('is read back as it was written, every byte of every file', () => {
    fc.assert(
      fc.property(entry, (one) => {
        expect(parseEntry(renderEntry(one))).toEqual(one);
      }),
      { numRuns: 10_000 },
    );
  });

  it('that was cut short, or is something else, is none', () => {
    const text = renderEntry(entryOf([]));
    fc.assert(
      fc.property(fc.nat(text.length - 3), (length) => {
        expect(parseEntry(text.slice(0, length))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseEntry(json)).toBeUndefined();
      }),
    );
  });
});

describe('the journal', () => {
  it('is at the step that was told last, and readable by root alone', async () => {
    const root = scratch();
    const journal = openJournal(root);
    expect(await journal.pending()).toBeUndefined();
    let pending = await journal.begin(entryOf([]));
    for (const step of steps.slice(1)) {
      pending = await journal.advance(pending);
      expect(pending.step).toBe(step);
      expect(await openJournal(root).pending()).toEqual(pending);
      expect(readdirSync(join(root, folder))).toEqual([`${step}.json`]);
    }
    await expect(journal.advance(pending)).rejects.toThrow('no step follows the last one');
    expect(statSync(join(root, folder)).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, folder, 'committed.json')).mode & 0o777).toBe(0o600);
  });

  it('keeps the last change, forgets what was put back, and sets aside what could not be', async () => {
    const root = scratch();
    const journal = openJournal(root);
    await journal.finish(await journal.begin({ ...entryOf([]), gateway: '10.208.0.1' }));
    await journal.discard(await journal.begin({ ...entryOf([]), gateway: '10.208.0.2' }));
    expect(await journal.pending()).toBeUndefined();
    expect((await journal.last())?.gateway).toBe('10.208.0.1');
    const aside = await journal.setAside(await journal.begin(entryOf([])));
    expect(parseEntry(readFileSync(aside, 'utf8'))).toEqual({ ...entryOf([]), sequence: 3 });
    expect(await journal.pending()).toBeUndefined();
  });

  it('that was damaged is said, and never taken for "nothing to do"', async () => {
    const root = scratch({ [`/${folder}/armed.json`]: '{"schema":', [`/${folder}/last.json`]: '{}' });
    const journal = openJournal(root);
    await expect(journal.pending()).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: `cannot read ${join(root, folder)}/armed.json: it is not a journal of rc-wait`,
      hint: expect.stringContaining('move it away'),
    });
    await expect(journal.last()).rejects.toMatchObject({ code: 'NETWORK_FILE' });
  });

  it('that cannot be written or read is said', async () => {
    const root = scratch({ var: 'a file' });
    await expect(openJournal(root).begin(entryOf([]))).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: `cannot write the journal in ${join(root, folder)}: a part of the path is not a directory`,
    });
    const other = scratch();
    mkdirSync(join(other, folder, 'last.json'), { recursive: true });
    await expect(openJournal(other).last()).rejects.toThrow(
      /^cannot read the journal in .*: it is a directory$/,
    );
  });

  it('never leads out of the root', async () => {
    const [root, outside] = [scratch(), scratch()];
    symlinkSync(outside, join(root, 'var'));
    await expect(openJournal(root).begin(entryOf([]))).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringMatching(/: it exists already$/),
    });
    expect(readdirSync(outside)).toEqual([]);
  });

  it('is where a link inside the root leads', async () => {
    const root = scratch({ '/srv/x': '' });
    symlinkSync('/srv', join(root, 'var'));
    const journal = openJournal(root);
    const pending = await journal.begin(entryOf([]));
    expect(await journal.pending()).toEqual(pending);
    await journal.finish(pending);
    expect(readdirSync(join(root, 'srv/lib/rc-wait/network'))).toEqual(['last.json']);
    expect((await openJournal(root).last())?.sequence).toBe(pending.entry.sequence);
  });

  it('leaves nothing half written where the disk refuses the rename', async () => {
    const root = scratch();
    mkdirSync(join(root, folder, 'prepared.json'), { recursive: true });
    writeFileSync(join(root, folder, 'prepared.json/in-the-way'), '');
    await expect(openJournal(root).begin(entryOf([]))).rejects.toMatchObject({ code: 'NETWORK_FILE' });
    expect(readdirSync(join(root, folder))).toEqual(['prepared.json']);
    chmodSync(join(root, folder), 0o700);
    expect(existsSync(join(root, folder, 'armed.json'))).toBe(false);
  });
});
