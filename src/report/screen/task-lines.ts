import type { TaskStage } from '../../rackconnect/task-stage.ts';
import { clean, count, cut, widthOf } from '../words.ts';
import type { Tone } from './paint.ts';
import { type TimedTask, timeOf } from './task-times.ts';
import { cutLine, type ScreenLine, wrap } from './text.ts';

const tones: Readonly<Record<TaskStage, Tone | undefined>> = {
  running: 'caution',
  failed: 'bad',
  waiting: undefined,
  ended: 'good',
};

/** The order on the screen: what a person waits for, then what went wrong, then the rest. */
const order: readonly TaskStage[] = ['running', 'failed', 'waiting', 'ended'];

const statusColumns = 12;

/**
 * The tasks on at most `rows` lines of at most `columns` columns: the running ones first; those that have ended, and
 * those for which there is no room, as a count.
 */
export function taskLines(
  tasks: readonly TimedTask[],
  nowMs: number,
  rows: number,
  columns: number,
): ScreenLine[] {
  if (rows < 1 || tasks.length === 0) return [];
  const all = byStage(tasks);
  const listed = all.filter(({ stage }) => stage !== 'ended');
  const isFolded = listed.length < all.length || listed.length > rows;
  const shown = listed.slice(0, isFolded ? rows - 1 : rows);
  const lines = tableOf(shown, shortNames(tasks), nowMs, columns);
  return isFolded ? [...lines, foldOf(all.slice(shown.length), columns)] : lines;
}

function byStage(tasks: readonly TimedTask[]): readonly TimedTask[] {
  return order.flatMap((stage) => tasks.filter((task) => task.stage === stage));
}

function tableOf(
  tasks: readonly TimedTask[],
  short: (name: string) => string,
  nowMs: number,
  columns: number,
): ScreenLine[] {
  const rows = tasks.map((task) => ({
    status: clean(task.status),
    name: short(task.name),
    time: timeOf(task, nowMs) ?? '',
    tone: tones[task.stage],
  }));
  const widest = (of: (row: (typeof rows)[number]) => string): number =>
    Math.max(0, ...rows.filter(({ time }) => time !== '').map((row) => widthOf(of(row))));
  // The times stand in one column, and a long name is cut rather than its time.
  const room = columns - 2 - statusColumns - 1 - 2 - widest(({ time }) => time);
  const nameColumns = Math.min(
    widest(({ name }) => name),
    Math.max(room, 8),
  );
  return rows.map(({ status, name, time, tone }) => {
    const head = [{ text: '  ' }, { text: status, tone }, { text: `${padding(status, statusColumns)} ` }];
    if (time === '') return cutLine([...head, { text: name }], columns);
    const shown = cut(name, nameColumns);
    const gap = `${padding(shown, nameColumns)}  `;
    return cutLine([...head, { text: shown + gap }, { text: time, tone: 'faint' }], columns);
  });
}

const padding = (text: string, columns: number): string => ' '.repeat(Math.max(columns - widthOf(text), 0));

/** `… and 3 running, 1 waiting, 12 ended` */
function foldOf(hidden: readonly TimedTask[], columns: number): ScreenLine {
  const of = (stage: TaskStage): number => hidden.filter((task) => task.stage === stage).length;
  if (of('ended') === hidden.length) {
    const words = `${count(hidden.length, 'task')} ${hidden.length === 1 ? 'has' : 'have'} ended`;
    return cutLine([{ text: `  ${words}`, tone: 'faint' }], columns);
  }
  const parts = order.filter((stage) => of(stage) > 0).map((stage) => `${of(stage)} ${stage}`);
  return cutLine([{ text: `  … and ${parts.join(', ')}`, tone: 'faint' }], columns);
}

/** The names without the words with which all of them begin: on a narrow screen these would be all that is seen. */
export function shortNames(tasks: readonly { readonly name: string }[]): (name: string) => string {
  const names = [...new Set(tasks.map(({ name }) => clean(name)))].map((name) => name.split(' '));
  const [first = []] = names;
  const most = Math.min(...names.map((words) => words.length - 1));
  let common = 0;
  while (names.length > 1 && common < most && names.every((words) => words[common] === first[common]))
    common += 1;
  return (name) => clean(name).split(' ').slice(common).join(' ');
}

/** The most tasks that are listed at the end. */
const mostListed = 100;

/** On fewer columns a task is its status alone: its name would take a line for each of its letters. */
const leastForNames = 12;

/** All tasks with their times, for the end of a wait: whole names on as many lines as they need. */
export function lastTaskLines(tasks: readonly TimedTask[], nowMs: number, columns: number): ScreenLine[] {
  if (columns < 1) return [];
  const isWhole = tasks.length <= mostListed;
  const listed = isWhole ? tasks : byStage(tasks).slice(0, mostListed);
  const lines = listed.flatMap((task) => lastLinesOf(task, nowMs, columns));
  if (!isWhole) lines.push([{ text: `  … and ${count(tasks.length - mostListed, 'more task')}` }]);
  return lines.map((line) => cutLine(line, columns));
}

function lastLinesOf(task: TimedTask, nowMs: number, columns: number): ScreenLine[] {
  const time = timeOf(task, nowMs);
  const status = clean(task.status);
  const text = `${clean(task.name)}${time === undefined ? '' : `, ${time}`}`;
  const head: ScreenLine = [{ text: '  ' }, { text: status, tone: tones[task.stage] }];
  const indent = Math.max(widthOf(status), statusColumns) + 3;
  if (columns < leastForNames) return [head];
  // Beside a long status, or on a narrow terminal, there is no room for a name.
  if (columns < indent + 10)
    return [head, ...wrap(text, columns - 4).map((part) => [{ text: `    ${part}` }])];
  const [first = '', ...rest] = wrap(text, columns - indent);
  const gap = padding(status, indent - 2);
  return [[...head, { text: gap + first }], ...rest.map((part) => [{ text: ' '.repeat(indent) + part }])];
}
