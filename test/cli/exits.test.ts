import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/base/error.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { errorCodes, exitOfCode } from '../../src/report/exit.ts';
import { exitStatuses, verdictStatuses, withoutStatuses } from '../../src/report/exit-texts.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
const sorted = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);

/** The statuses in the first column of the table of README, and in the list of the manual page. */
const inReadme = sorted(
  [...read('README.md').matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([cell]) => numbersIn(cell)),
);
const manual = /\.Sh EXIT STATUS\n(.*?)\.Sh /s.exec(read('packaging/man/rc-wait.1'))?.[1] ?? '';
const inManual = sorted([...manual.matchAll(/^\.It ([\d, ]+)$/gm)].flatMap(([item]) => numbersIn(item)));

/** The simulator ends with 0 when it is interrupted, and has no answer. */
const listed = commands.filter(({ hidden, name }) => !hidden && name !== 'simulate');

/** The statuses that a command lists in `--help`, in the order of the list. */
function statusesOf(notes: string): number[] {
  const list = /Exit status: (.*?)\.( |$)/.exec(notes)?.[1] ?? '';
  return list.split('; ').flatMap((part) => numbersIn(/^[\d, ]+/.exec(part)?.[0] ?? ''));
}

describe('the exit statuses', () => {
  it('of README and of the manual page are those of the program', () => {
    const byError = [...errorCodes].map((code) => exitOfCode(code as ErrorCode));
    expect(inReadme).toEqual(sorted([...byError, 0, 1, 3, 129, 143]));
    expect(inManual).toEqual(inReadme);
  });

  it.each(listed)(
    'of $name are in its help: those of every command, and no others than README has',
    (command) => {
      const statuses = statusesOf(command.notes ?? '');
      expect(statuses).toEqual(sorted(statuses));
      expect(statuses).toEqual(expect.arrayContaining([0, 64, 70, 129, 130, 143]));
      expect(inReadme).toEqual(expect.arrayContaining(statuses));
      // A wait keeps its verdict where its answer cannot be written.
      expect(statuses.includes(71), '71').toBe(command.name !== 'wait');
    },
  );

  it('of a document that cannot be written is in its schema', () => {
    for (const name of readdirSync(join(root, 'docs/schema')).filter(
      (one) => one !== 'remote-event-v1.json',
    )) {
      const { description } = JSON.parse(read(`docs/schema/${name}`)) as { description: string };
      expect(numbersIn(description).includes(71), name).toBe(name !== 'result-v1.json');
    }
  });

  it('come in ascending order, with the text of the command before the common one', () => {
    expect(exitStatuses({ 77: 'root is needed', 0: 'done', 64: 'nothing to undo' })).toBe(
      'Exit status: 0 done; 64 nothing to undo; 70 a bug; 71 the answer could not be written; 77 root is needed; 129, 130, 143 interrupted.',
    );
    expect(verdictStatuses({ 0: 'DEPLOYED' })).not.toContain('71');
  });

  it('are apart from the other notes in the help', () => {
    expect(
      withoutStatuses(`Asks nobody. ${verdictStatuses({ 0: 'done; all of it' })} The worst decides.`),
    ).toEqual({
      text: 'Asks nobody. The worst decides.',
      statuses: [
        ['0', 'done; all of it'],
        ['64', 'wrong flags'],
        ['70', 'a bug'],
        ['129, 130, 143', 'interrupted'],
      ],
    });
    expect(withoutStatuses('Asks nobody.')).toEqual({ text: 'Asks nobody.', statuses: [] });
  });

  it.each(listed)('of $name are each a line of its help', (command) => {
    const { text, statuses } = withoutStatuses(command.notes ?? '');
    expect(text).not.toContain('Exit status');
    expect(statuses.flatMap(([status]) => status.split(', ').map(Number))).toEqual(
      statusesOf(command.notes ?? ''),
    );
  });
});
