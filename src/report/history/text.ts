import { wrap } from '../screen/text.ts';
import { clean, cut, elapsed, padded } from '../words.ts';
import type { Bar, BarKind, Chart, Lane } from './chart.ts';

/** In columns: the width of a narrow terminal. */
const widest = 80;
/** From this width on a lane is one line: its name, its bars and its note. On a narrower one the bars are a line below. */
const leastForOneLine = 60;
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
  const width = Math.max(1, Math.min(columns, widest));
  const marks = isUtf8 ? utf8 : ascii;
  // Before anything is cut or wrapped: a wide character is one column in ASCII.
  const inLocale = (text: string): string => (isUtf8 ? clean(text) : toAscii(clean(text)));
  const paragraph = (text: string): readonly string[] => wrap(inLocale(text), width);
  const tasks = chart.lanes.filter(({ group }) => group === 'tasks');
  const shown = new Set(mostTelling(tasks));
  const lanes = chart.lanes.filter((lane) => lane.group !== 'tasks' || shown.has(lane));
  const hidden = tasks.length - shown.size;
  const named = lanes.map((lane) => ({ ...lane, name: inLocale(lane.name), note: inLocale(lane.note) }));
  const draw = width < leastForOneLine ? lanesBelowNames : lanesBesideNames;
  const lines = [
    ...[chart.title, ...chart.subtitles].flatMap(paragraph),
    '',
    ...draw(named, chart.totalMs, width, marks),
    ...(hidden > 0 ? paragraph(`… and ${hidden} more of the tasks: --output json has them`) : []),
    '',
    ...paragraph(legend(lanes, marks)),
  ];
  // `cut` puts an ellipsis.
  return `${lines.map((line) => (isUtf8 ? line : toAscii(line))).join('\n')}\n`;
}

function lanesBesideNames(lanes: readonly Lane[], totalMs: number, width: number, marks: Marks): string[] {
  const barWidth = width - nameWidth - noteWidth - 2;
  return [
    `${' '.repeat(nameWidth + 1)}${axis(totalMs, barWidth)}`,
    ...lanes.map(({ name, note, bars }) => {
      const head = padded(cut(name, nameWidth), nameWidth);
      return `${head} ${drawn(bars, totalMs, barWidth, marks)} ${cut(note, noteWidth)}`.trimEnd();
    }),
  ];
}

function lanesBelowNames(lanes: readonly Lane[], totalMs: number, width: number, marks: Marks): string[] {
  return [
    cut(axis(totalMs, width), width),
    ...lanes.flatMap(({ name, note, bars }) => [
      cut(note === '' ? name : `${name}: ${note}`, width),
      drawn(bars, totalMs, width, marks).trimEnd(),
    ]),
  ];
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

function toAscii(line: string): string {
  return line.replaceAll('…', '~').replace(/[^\x20-\x7e]/gu, '?');
}
