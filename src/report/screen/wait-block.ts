import { formatDuration } from '../../base/duration.ts';
import { entryOf } from '../../base/text.ts';
import type { Delay, Tally } from '../../pace/types.ts';
import { type Progress, phaseWords } from '../progress.ts';
import { clean, elapsed, reasonOfDelay, widthOf } from '../words.ts';
import type { Tone } from './paint.ts';
import { taskLines } from './task-lines.ts';
import { cutLine, type ScreenLine, type Size, widthOfLine, wrap } from './text.ts';

/**
 * The live block of a wait, at most `rows` lines of at most `columns` columns. The reason is whole as long as the
 * screen has room for it; the tasks have the rest.
 */
export function waitBlock(
  progress: Progress,
  tally: Readonly<Tally>,
  nowMs: number,
  { columns, rows }: Size,
): ScreenLine[] {
  if (rows < 1 || columns < 1) return [];
  const whole = reasonLines(progress, columns);
  const reason = rows - 1 < whole.length ? shortened(whole, rows - 1, columns) : whole;
  const next = rows - 1 - reason.length > 0 ? [nextLine(progress, tally, nowMs, columns)] : [];
  const tasks = taskLines(progress.tasks, nowMs, rows - 1 - reason.length - next.length, columns);
  return [headLine(progress, nowMs, columns), ...tasks, ...reason, ...next];
}

const statusTones: Readonly<Record<string, Tone>> = {
  DEPLOYED: 'good',
  FAILED: 'bad',
  UNPROCESSABLE: 'bad',
};

function headLine({ status, startedMs, deadlineMs }: Progress, nowMs: number, columns: number): ScreenLine {
  const limit =
    deadlineMs === Number.POSITIVE_INFINITY
      ? ', no deadline'
      : ` of ${formatDuration(deadlineMs - startedMs)}`;
  const word = { text: status === undefined ? 'no answer yet' : clean(status), tone: toneOf(status) };
  const waited = `   waited ${elapsed(nowMs - startedMs)}`;
  const lines: readonly ScreenLine[] = [
    [{ text: 'RackConnect: ' }, word, { text: `${waited}${limit}` }],
    [word, { text: `${waited}${limit}` }],
    [word, { text: waited }],
  ];
  return lines.find((line) => widthOfLine(line) <= columns) ?? cutLine([word, { text: waited }], columns);
}

const toneOf = (status: string | undefined): Tone => entryOf(statusTones, status ?? '') ?? 'strong';

/** On fewer columns the reason has all of them. */
const leastForIndent = 12;

/** What the wait waits for, or what holds it up. */
function reasonLines(progress: Progress, columns: number): ScreenLine[] {
  const { delay, why, troubled, hint } = progress;
  const hindrance = delay === undefined ? undefined : reasonOfDelay(delay, troubled ? why : undefined);
  const held = hindrance ?? (troubled ? why : undefined);
  const awaited = why === undefined ? stepWords(progress) : `waiting for: ${why}`;
  const words = held === undefined ? awaited : `held up: ${held}`;
  const tone: Tone | undefined = held === undefined ? undefined : 'caution';
  const text = hint === undefined ? words : `${words}; ${hint}`;
  const [first, rest] = columns < leastForIndent ? ['', ''] : ['  ', '    '];
  return wrap(text, columns - rest.length).map((part, index) =>
    cutLine([{ text: index === 0 ? first : rest }, { text: part, tone }], columns),
  );
}

/** What goes on where an answer gives no reason to wait. */
function stepWords(progress: Progress): string {
  const { phase } = progress;
  if (isTold(progress)) return 'the wait is ending';
  return phase === 'automation' || phase === 'start' ? 'waiting for: the first answer' : phaseWords[phase];
}

/** Whether the API has told the status that a wait ends with. */
function isTold({ phase, why, lookedMs }: Progress): boolean {
  return phase === 'automation' && lookedMs !== undefined && why === undefined;
}

/** The first `most` lines, with a sign that there are more. */
function shortened(lines: readonly ScreenLine[], most: number, columns: number): ScreenLine[] {
  const kept = lines.slice(0, most);
  const last = kept.pop();
  return last === undefined ? [] : [...kept, cutLine([...last, { text: '…' }], columns)];
}

function nextLine(
  progress: Progress,
  { sent, refused }: Readonly<Tally>,
  nowMs: number,
  columns: number,
): ScreenLine {
  const { phase, delay, deadlineMs } = progress;
  const next =
    phase === 'network' || isTold(progress) ? 'none is needed' : nextWords(delay, nowMs, deadlineMs);
  const words = `  next request: ${next}`;
  const whole = `${words} (${sent} sent${refused === 0 ? '' : `, ${refused} refused`})`;
  return cutLine([{ text: widthOf(whole) <= columns ? whole : words, tone: 'faint' }], columns);
}

/** What stands behind "next request:". */
function nextWords(delay: Delay | undefined, nowMs: number, deadlineMs: number): string {
  if (delay === undefined) return 'now';
  if (delay.because === 'in-flight') return 'under way, by another rc-wait process';
  // A screen is read by the second.
  const inTime = (untilMs: number): string =>
    untilMs - nowMs < 1_000 ? 'now' : `in ${elapsed(untilMs - nowMs)}`;
  return delay.untilMs < deadlineMs
    ? inTime(delay.untilMs)
    : `none before the deadline in ${elapsed(Math.max(deadlineMs - nowMs, 0))}`;
}
