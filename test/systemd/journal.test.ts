import { closeSync, fstatSync, openSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forStream, journalLines, underJournal } from '../../src/systemd/journal.ts';

describe('underJournal', () => {
  let fd: number;
  let own: string;

  beforeEach(() => {
    fd = openSync('/dev/null', 'r');
    const { dev, ino } = fstatSync(fd, { bigint: true });
    own = `${dev}:${ino}`;
  });

  afterEach(() => closeSync(fd));

  it('sees the journal where the stream is the one that the manager opened', () => {
    expect(underJournal({ JOURNAL_STREAM: own }, fd)).toBe(true);
  });

  it('does not take a redirected stream for the journal', () => {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    expect(underJournal({ JOURNAL_STREAM: `${dev}:${ino + 1n}` }, fd)).toBe(false);
    expect(underJournal({ JOURNAL_STREAM: `${dev + 1n}:${ino}` }, fd)).toBe(false);
  });

  it.each(['', '8', '8:', 'a:b', '8:1:2', ' 8:1'])(
    'takes no journal for granted when JOURNAL_STREAM is “%s”',
    (value) => {
      expect(underJournal({ JOURNAL_STREAM: value }, fd)).toBe(false);
    },
  );

  it('is told the priority of what goes to it, and nobody else is', () => {
    expect(forStream(fd, 'error', 'FAILED\nso it is\n', { JOURNAL_STREAM: own })).toBe(
      '<3>FAILED\n<3>so it is\n',
    );
    expect(forStream(fd, 'error', 'FAILED\n', {})).toBe('FAILED\n');
  });

  it('sees no journal outside a unit', () => {
    expect(underJournal({}, fd)).toBe(false);
  });

  it('sees no journal where the stream is closed', () => {
    expect(underJournal({ JOURNAL_STREAM: own }, 1_000_000)).toBe(false);
  });
});

describe('journalLines', () => {
  it.each([
    [10, '<7>'],
    [20, '<7>'],
    [30, '<6>'],
    [35, '<6>'],
    [40, '<4>'],
    [50, '<3>'],
    [60, '<2>'],
  ])('gives level %i the priority %s', (level, prefix) => {
    expect(journalLines(level, 'text')).toBe(`${prefix}text\n`);
  });

  it('gives every line of a message its priority', () => {
    expect(journalLines(50, 'cannot read it\n  at once\n')).toBe('<3>cannot read it\n<3>  at once\n');
  });

  it('loses nothing of any text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 60 }), fc.string(), (level, text) => {
        const lines = journalLines(level, text);
        expect(lines.replace(/^<\d>/gm, '')).toBe(`${text.replace(/\n+$/, '')}\n`);
      }),
    );
  });
});
