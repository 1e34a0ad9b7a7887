import { clean, cut, elapsed } from '../words.ts';
import type { Bar, BarKind, Chart, Lane } from './chart.ts';

/** In columns: the width of a narrow terminal. */
const widest = 80;
const nameWidth = 22;
const noteWidth = 18;

/** How many tasks are drawn; those that took longest come first where there are more. */
const mostTasks = 40;

type Marks = Readonly<Record<BarKind, string>>;

const ascii: Marks = {
  wait: '=',
  killed: 'X',
  task: '#',
  'task-failed': 'F',
  usable: '-',
  refused: '!',
  failed: 'x',
  network: '#',
};

const utf8: Marks = { ...ascii, wait: '═', task: '█', usable: '─', network: '█' };

/** What hides what where bars share a column: trouble stays visible. */
const ranks: readonly BarKind[] = [
  'wait',
  'usable',
  'network',
  'task',
  'task-failed',
  'refused',
  'failed',
  'killed',
];

/** How text is drawn. */
interface Paper {
  readonly columns: number;
  /** whether the terminal draws characters beyond ASCII */
  readonly isUtf8: boolean;
}

/** Whether the locale of an environment is one of UTF-8, locale(7): the first of the three that is set counts. */
export function isUtf8Locale(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale);
}

/** A wait as bars in text. */
export function textOfChart(chart: Chart, { columns, isUtf8 }: Paper): string {
  const width = Math.max(60, Math.min(columns, widest));
  const marks = isUtf8 ? utf8 : ascii;
  const inLocale = (line: string): string => (isUtf8 ? line : toAscii(line));
  const barWidth = width - nameWidth - noteWidth - 2;
  const tasks = chart.lanes.filter(({ group }) => group === 'tasks');
  const shown = new Set(mostTelling(tasks));
  const lanes = chart.lanes.filter((lane) => lane.group !== 'tasks' || shown.has(lane));
  const hidden = tasks.length - shown.size;
  const lines = [
    ...[chart.title, ...chart.subtitles].flatMap((line) => wrapped(line, width)),
    '',
    `${' '.repeat(nameWidth + 1)}${axis(chart.totalMs, barWidth)}`,
    ...lanes.map((lane) => {
      const name = padded(lane.name, nameWidth);
      return `${name} ${drawn(lane.bars, chart.totalMs, barWidth, marks)} ${cut(lane.note, noteWidth)}`.trimEnd();
    }),
    ...(hidden > 0 ? [`… and ${hidden} more of the tasks: --output json has them`] : []),
    '',
    ...wrapped(legend(lanes, marks), width),
  ];
  return `${lines.map(inLocale).join('\n')}\n`;
}

/** Tasks that failed or took longest, in their old order. */
function mostTelling(tasks: readonly Lane[]): readonly Lane[] {
  if (tasks.length <= mostTasks) return tasks;
  const weight = ({ bars }: Lane): number =>
    Math.max(
      ...bars.map(({ kind, fromMs, toMs }) =>
        kind === 'task-failed' ? Number.POSITIVE_INFINITY : toMs - fromMs,
      ),
    );
  const chosen = new Set([...tasks].sort((one, other) => weight(other) - weight(one)).slice(0, mostTasks));
  return tasks.filter((lane) => chosen.has(lane));
}

function drawn(bars: readonly Bar[], totalMs: number, width: number, marks: Marks): string {
  const cells: (BarKind | undefined)[] = Array.from({ length: width });
  const columnOf = (ms: number): number => Math.min(width - 1, Math.floor((ms / totalMs) * width));
  for (const { kind, fromMs, toMs } of bars) {
    const from = columnOf(fromMs);
    // A bar that ends where a column begins does not reach into it.
    const to = Math.max(from, Math.min(width - 1, Math.ceil((toMs / totalMs) * width) - 1));
    for (let column = from; column <= to; column += 1) {
      const before = cells[column];
      if (before === undefined || ranks.indexOf(kind) > ranks.indexOf(before)) cells[column] = kind;
    }
  }
  return cells.map((kind) => (kind === undefined ? ' ' : marks[kind])).join('');
}

function axis(totalMs: number, width: number): string {
  const end = elapsed(totalMs);
  return `0${end.padStart(width - 1)}`;
}

const meanings: Readonly<Record<BarKind, string>> = {
  wait: 'waiting',
  killed: 'killed',
  task: 'task',
  'task-failed': 'task that failed',
  usable: 'usable answers',
  refused: 'refused (403)',
  failed: 'no usable answer',
  network: 'network step',
};

function legend(lanes: readonly Lane[], marks: Marks): string {
  const kinds = new Set(lanes.flatMap(({ bars }) => bars.map(({ kind }) => kind)));
  return ranks
    .filter((kind) => kinds.has(kind) && kind !== 'network')
    .map((kind) => `${marks[kind]} ${meanings[kind]}`)
    .join(', ');
}

/** A text of exactly so many columns. Wide characters count as two, as in `cut`. */
function padded(text: string, width: number): string {
  let shown = cut(text, width);
  // `cut` alone knows widths: a text that is still whole in fewer columns is narrower.
  let used = width;
  while (used > 0 && cut(shown, used - 1) === shown) used -= 1;
  for (; used < width; used += 1) shown += ' ';
  return shown;
}

/** Wraps at spaces; a longer word is a line of its own. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

function toAscii(line: string): string {
  return line.replaceAll('…', '~').replace(/[^\x20-\x7e]/gu, '?');
}
