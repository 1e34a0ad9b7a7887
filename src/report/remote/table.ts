import { formatDuration } from '../../base/duration.ts';
import type { Watched } from '../../remote/types.ts';
import { type Paint, plainPaint, type Tone } from '../screen/paint.ts';
import { clean, count, cut, elapsed } from '../words.ts';
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
        `  ${region}: ${clean(reason)}; asking again in ${formatDuration(Math.max(untilMs - nowMs, 0))}`,
    ),
  ];
  return [...progressLine(progress, nowMs, columns, paint), ...rows.map((line) => cut(line, columns))];
}

/** The same in a sentence, for where there is no terminal. */
export function progressWords(progress: RemoteProgress, nowMs: number): string {
  const counts = parts(progress).map(({ text }) => text);
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

function parts(progress: RemoteProgress): readonly Part[] {
  const total = progress.servers.size;
  if (!progress.found) return [{ text: `looking for servers (${total} so far)`, tone: 'strong' }];
  const counts = countServers(progress);
  return [
    { text: `${counts.deployed} of ${count(total, 'server')} deployed`, tone: 'good' },
    ...ends
      .filter(([end]) => counts[end] > 0)
      .map(([end, word, tone]) => ({ text: `${counts[end]} ${word}`, tone })),
    ...(counts.waiting > 0 ? [{ text: `${counts.waiting} waiting`, tone: undefined }] : []),
  ];
}

/** One line with a bar; a second one only on a terminal that is too narrow for the counts. */
function progressLine(progress: RemoteProgress, nowMs: number, columns: number, paint: Paint): string[] {
  const { startedMs, deadlineMs } = progress;
  const limit =
    deadlineMs === Number.POSITIVE_INFINITY ? '' : ` of ${formatDuration(deadlineMs - startedMs)}`;
  const all = [
    ...parts(progress),
    { text: `waited ${elapsed(nowMs - startedMs)}${limit}`, tone: 'faint' as const },
  ];
  const textWidth = all.reduce((sum, { text }) => sum + text.length + gap.length, -gap.length);
  const barWidth = Math.min(mostBar, columns - textWidth - gap.length);
  const bar = progress.found && barWidth >= leastBar ? `${barOf(progress, barWidth, paint)}${gap}` : '';
  const lines: string[] = [];
  let line = bar;
  let used = bar === '' ? 0 : barWidth + gap.length;
  for (const { text, tone } of all) {
    const lead = line === '' || line === bar ? 0 : gap.length;
    if (used + lead + text.length > columns && line !== '') {
      lines.push(line);
      line = '';
      used = 0;
    }
    const shown = cut(text, columns);
    line += (line === '' || line === bar ? '' : gap) + (tone === undefined ? shown : paint(shown, tone));
    used += lead + text.length;
  }
  return [...lines, line];
}

const gap = '  ';
const mostBar = 30;
const leastBar = 10;

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
      place: `${region}  ${clean(verdict ?? automation ?? serverStatus).padEnd(14)}`,
      time: elapsed(deployingMs(server, nowMs)),
      why: clean(why ?? ''),
    };
  });
  const nameWidth = Math.min(30, Math.max(...cells.map(({ name }) => name.length)));
  const timeWidth = Math.max(...cells.map(({ time }) => time.length));
  const rows = cells.map(({ name, place, time, why }) =>
    `    ${name.padEnd(nameWidth)} ${place} ${time.padEnd(timeWidth)}  ${why}`.trimEnd(),
  );
  return [`  ${title}:`, ...rows, ...(all.length > most ? [`    … and ${all.length - most} more`] : [])];
}
