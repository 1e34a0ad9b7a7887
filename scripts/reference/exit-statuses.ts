import type { CommandText } from '../../src/cli/surface.ts';
import { cell, code, table } from './markdown.ts';

/** What ends with an exit status. */
export interface Ends {
  readonly outcomes: readonly (readonly [outcome: string, exit: number])[];
  readonly codes: readonly (readonly [code: string, exit: number])[];
  readonly signals: readonly (readonly [signal: string, exit: number])[];
  /** what a command behind `--` ends with that never ran */
  readonly ofProgram: readonly (readonly [why: string, exit: number])[];
}

/** The page docs/reference/exit-statuses.md. Pure. */
export function exitStatusesPage(ends: Ends, commands: readonly CommandText[]): string {
  return [
    '# Exit statuses',
    '',
    'Made by `npm run reference` from the sources; a test compares them. What to do about each: [troubleshooting](../troubleshooting.md).',
    'Statuses are only ever added to. A wait with the outcome `network-failed` ends with the status of its error, and one that was',
    '`interrupted` with that of the signal. The command behind `--` of `rc-wait wait` may end with any.',
    '',
    ...table(['exit status', 'how it ended', 'error codes'], statusRows(ends)),
    '',
    ...commands.flatMap(({ name, notes }) => {
      const rows = rowsOfNotes(notes ?? '');
      if (rows.length === 0) return [];
      return [`## rc-wait ${name}`, '', ...table(['exit status', 'meaning'], rows), ''];
    }),
  ].join('\n');
}

function statusRows({ outcomes, codes, signals, ofProgram }: Ends): readonly (readonly string[])[] {
  const all = [...outcomes, ...codes, ...signals, ...ofProgram].map(([, exit]) => exit);
  const statuses = [...new Set(all)].sort((a, b) => a - b);
  const having = (pairs: readonly (readonly [string, number])[], status: number): readonly string[] =>
    pairs.filter(([, exit]) => exit === status).map(([name]) => name);
  return statuses.map((status) => [
    `[${status}](../troubleshooting.md#exit-status-${status})`,
    [
      ...[...having(outcomes, status), ...having(signals, status)].map(code),
      ...having(ofProgram, status).map(cell),
    ].join(', '),
    having(codes, status)
      .map((name) => `[${code(name)}](../troubleshooting.md#${name.toLowerCase()})`)
      .join(', '),
  ]);
}

/** The list that `--help` has: `Exit status: 0 done; 64 wrong flags.` */
function rowsOfNotes(notes: string): readonly (readonly string[])[] {
  const [, list = ''] = /Exit status: (.*?)\.(?: |$)/.exec(notes) ?? [];
  return list.split('; ').flatMap((part) => {
    const [, statuses, meaning] = /^(\d+(?:, \d+)*) (.*)$/.exec(part) ?? [];
    return statuses === undefined || meaning === undefined ? [] : [[statuses, cell(meaning)]];
  });
}
