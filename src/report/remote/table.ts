import { formatDuration } from '../../base/duration.ts';
import type { Watched } from '../../remote/types.ts';
import { type Paint, plainPaint, type Tone } from '../screen/paint.ts';
import { againIn, clean, count, cut, elapsed, padded, widthOf } from '../words.ts';
import { deployingMs } from './order.ts';
import {
  countServers,
  type FleetCounts,
  longestFirst,
  newestFirst,
  type RemoteProgress,
} from './progress.ts';

const mostWaiting = 5;
const mostEnded = 6;

/** The words for how many servers ended in which way, the worst first. */
const ends = [
  ['failed', 'failed', 'bad'],
  ['gone', 'gone', 'bad'],
  ['unprocessable', 'unprocessable', 'caution'],
  ['no-rackconnect', 'without RackConnect', 'caution'],
] as const satisfies readonly (readonly [keyof FleetCounts, string, Tone])[];

/** The live table of a terminal: lines of at most `columns` characters. */
export function remoteTable(
  progress: RemoteProgress,
  nowMs: number,
  columns: number,
  paint: Paint = plainPaint,
): string[] {
  const waiting = longestFirst(progress);
  const ended = newestFirst(progress);
  const rows = [
    ...execLine(progress),
    ...section('waiting, the longest first', waiting, mostWaiting, nowMs),
    ...section('not deployed', ended, mostEnded, nowMs),
    ...[...progress.troubles].map(
      ([region, { reason, untilMs }]) =>
        `  ${region}: ${clean(reason)}; ${againIn(untilMs, nowMs, progress.deadlineMs)}`,
    ),
  ];
  return [...progressLine(progress, nowMs, columns, paint), ...rows.map((line) => cut(line, columns))];
}

/** The same in a sentence, for where there is no terminal. */
export function progressWords(progress: RemoteProgress, nowMs: number): string {
  const counts = parts(progress, count(progress.servers.size, 'server')).map(({ text }) => text);
  const [longest] = longestFirst(progress);
  const tail =
    longest === undefined
      ? ''
      : `; the longest: ${clean(longest.name)} (${longest.region}), for ${elapsed(deployingMs(longest, nowMs))}`;
  return `${counts.join(', ')}${tail}`;
}

interface Part {
  readonly text: string;
  readonly tone: Tone | undefined;
}

/** @param total in words */
function parts(progress: RemoteProgress, total: string): readonly Part[] {
  if (!progress.found)
    return [{ text: `looking for servers (${progress.servers.size} so far)`, tone: 'strong' }];
  const counts = countServers(progress);
  return [
    { text: `${counts.deployed} of ${total} deployed`, tone: 'good' },
    ...ends
      .filter(([end]) => counts[end] > 0)
      .map(([end, word, tone]) => ({ text: `${counts[end]} ${word}`, tone })),
    ...(counts.waiting > 0 ? [{ text: `${counts.waiting} waiting`, tone: undefined }] : []),
  ];
}

/** One line with a bar; on a narrow terminal without its deadline, then without the bar, and in the end in more lines. */
function progressLine(progress: RemoteProgress, nowMs: number, columns: number, paint: Paint): string[] {
  const { startedMs, deadlineMs } = progress;
  const waited = elapsed(nowMs - startedMs);
  const limit =
    deadlineMs === Number.POSITIVE_INFINITY ? '' : ` of ${formatDuration(deadlineMs - startedMs)}`;
  const forms = [`${waited}${limit}`, waited].map((time): readonly Part[] => [
    ...parts(progress, String(progress.servers.size)),
    { text: time, tone: 'faint' },
  ]);
  const roomIn = (form: readonly Part[]): number => columns - widthIn(form) - gap.length;
  const form = forms.find((one) => roomIn(one) >= leastBar) ?? forms.at(-1) ?? [];
  if (!progress.found || roomIn(form) < leastBar) return wrapped(form, columns, paint);
  const bar = barOf(progress, Math.min(mostBar, roomIn(form)), paint);
  return wrapped(form, columns, paint).map((line) => `${bar}${gap}${line}`);
}

const widthIn = (form: readonly Part[]): number =>
  form.reduce((sum, { text }) => sum + text.length + gap.length, -gap.length);

function wrapped(form: readonly Part[], columns: number, paint: Paint): string[] {
  const lines: Part[][] = [[]];
  for (const part of form) {
    const line = lines.at(-1) ?? [];
    if (line.length > 0 && widthIn([...line, part]) > columns) lines.push([part]);
    else line.push(part);
  }
  const painted = ({ text, tone }: Part): string =>
    tone === undefined ? cut(text, columns) : paint(cut(text, columns), tone);
  return lines.map((line) => line.map(painted).join(gap));
}

const gap = '  ';
const mostBar = 30;
const leastBar = 6;

/** Told apart without colour, too: ready, ended otherwise, waiting. */
function barOf(progress: RemoteProgress, width: number, paint: Paint): string {
  const counts = countServers(progress);
  const total = Math.max(progress.servers.size, 1);
  const bad = counts.failed + counts.gone;
  const others = bad + counts.unprocessable + counts['no-rackconnect'];
  // Whatever is there is seen: one failure of ten thousand has a cell.
  const cells = (amount: number): number =>
    amount === 0 ? 0 : Math.max(1, Math.floor((amount / total) * width));
  const otherCells = cells(others);
  const good = Math.min(cells(counts.deployed), width - otherCells);
  const rest = width - good - otherCells;
  return (
    paint('█'.repeat(good), 'good') +
    paint('▓'.repeat(otherCells), bad > 0 ? 'bad' : 'caution') +
    paint('░'.repeat(rest), 'faint')
  );
}

function execLine({ execsDone, execsFailed }: RemoteProgress): string[] {
  if (execsDone === 0) return [];
  return [
    `  ${count(execsDone, 'command')} ended, ${execsFailed === 0 ? 'all well' : `${execsFailed} failed`}`,
  ];
}

function section(title: string, all: readonly Watched[], most: number, nowMs: number): string[] {
  const shown = all.slice(0, most);
  if (shown.length === 0) return [];
  const cells = shown.map((server) => {
    const { name, region, verdict, automation, serverStatus, why } = server;
    return {
      name: clean(name),
      place: `${region}  ${padded(clean(verdict ?? automation ?? serverStatus), 14)}`,
      time: elapsed(deployingMs(server, nowMs)),
      why: clean(why ?? ''),
    };
  });
  const nameWidth = Math.min(30, Math.max(...cells.map(({ name }) => widthOf(name))));
  const timeWidth = Math.max(...cells.map(({ time }) => time.length));
  const rows = cells.map(({ name, place, time, why }) =>
    `    ${padded(name, nameWidth)} ${place} ${time.padEnd(timeWidth)}  ${why}`.trimEnd(),
  );
  return [`  ${title}:`, ...rows, ...(all.length > most ? [`    … and ${all.length - most} more`] : [])];
}
