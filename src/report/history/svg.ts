import { escapeMarkup } from '../../base/text.ts';
import { clean, elapsed } from '../words.ts';
import type { Bar, Chart, Lane } from './chart.ts';

/** In px. */
const width = 1_000;
const nameWidth = 260;
const noteWidth = 180;
const rowHeight = 22;
const barWidth = width - nameWidth - noteWidth;

/** The narrowest bar: a request takes milliseconds, and must be seen in an hour. */
const leastWidth = 2;

/** Colours that tell apart on white and on black; the shapes and words say the same. */
const style = `
:root { color-scheme: light dark; }
svg { --back: #ffffff; --ink: #1c1c1c; --faint: #d5d5d5; --wait: #8a8f98; --task: #2f6fb0; --bad: #c62828; --refused: #b26a00; --good: #3c8d40; --net: #7b4ba3; }
@media (prefers-color-scheme: dark) {
  svg { --back: #17191c; --ink: #ececec; --faint: #3c4046; --wait: #8a8f98; --task: #6ea8e0; --bad: #ff6b62; --refused: #f0a63c; --good: #74c278; --net: #c196ea; }
}
.back { fill: var(--back); }
text { fill: var(--ink); font: 13px sans-serif; }
.title { font-size: 16px; font-weight: bold; }
.group { font-weight: bold; }
.grid { stroke: var(--faint); }
.wait { fill: var(--wait); }
.task { fill: var(--task); }
.task-failed, .failed { fill: var(--bad); }
.refused { fill: var(--refused); }
.usable { fill: var(--good); }
.network { fill: var(--net); }
.killed { stroke: var(--bad); stroke-width: 3; fill: none; }
`;

/** In characters, at 13 px: longer lines and names are cut, and their bars have the whole in their titles. */
const longestLine = 140;
const longestName = 34;
const longestNote = 24;

const groupWords: Readonly<Record<Lane['group'], string>> = {
  wait: 'wait',
  tasks: 'tasks',
  requests: 'requests',
  network: 'network',
};

/** A wait as one SVG that needs nothing else: no script, no font, no request. */
export function svgOfChart({ title, subtitles, totalMs, lanes }: Chart): string {
  const head = 40 + subtitles.length * 18;
  const body: string[] = [];
  let y = head + 30;
  const top = y;
  let group: string | undefined;
  for (const lane of lanes) {
    if (lane.group !== group) {
      group = lane.group;
      body.push(text(10, y + 15, groupWords[lane.group], 'group'));
      y += rowHeight;
    }
    body.push(laneOf(lane, y, totalMs));
    y += rowHeight;
  }
  const height = y + 20;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="back" width="${width}" height="${height}"/>`,
    text(10, 26, shortened(title, longestLine - 30), 'title'),
    ...subtitles.map((line, index) => text(10, 48 + index * 18, shortened(line, longestLine))),
    ...ticks(totalMs, top, y),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function laneOf(lane: Lane, y: number, totalMs: number): string {
  const bars = lane.bars.map((bar) => barOf(bar, y, totalMs)).join('');
  const name = text(24, y + 15, shortened(lane.name, longestName));
  const note = text(nameWidth + barWidth + 10, y + 15, shortened(lane.note, longestNote));
  return `<g>${name}${bars}${note}</g>`;
}

function barOf({ kind, fromMs, toMs, words }: Bar, y: number, totalMs: number): string {
  const x = xOf(fromMs, totalMs);
  const title = `<title>${escaped(words)}</title>`;
  if (kind === 'killed') {
    const [left, right] = [rounded(x - 6), rounded(x + 6)];
    return `<path class="killed" d="M${left} ${y + 4}L${right} ${y + 18}M${left} ${y + 18}L${right} ${y + 4}">${title}</path>`;
  }
  const wide = Math.max(leastWidth, xOf(toMs, totalMs) - x);
  return `<rect class="${kind}" x="${rounded(x)}" y="${y + 4}" width="${rounded(wide)}" height="14">${title}</rect>`;
}

const xOf = (ms: number, totalMs: number): number => nameWidth + (ms / totalMs) * barWidth;

const rounded = (px: number): string => String(Math.round(px * 10) / 10);

/** Steps between ticks, in ms: the first that gives at most ten. */
const steps = [10, 50, 100, 500, 1e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5, 36e5, 216e5, 864e5];

function ticks(totalMs: number, top: number, bottom: number): string[] {
  const stepMs = steps.find((step) => totalMs / step <= 10) ?? totalMs / 10;
  return Array.from({ length: Math.floor(totalMs / stepMs) + 1 }, (_, index) => {
    const x = rounded(xOf(index * stepMs, totalMs));
    const label = index === 0 ? '0' : elapsed(index * stepMs);
    return `<path class="grid" d="M${x} ${top}V${bottom}"/>${text(x, top - 6, label)}`;
  });
}

function text(x: number | string, y: number, words: string, kind?: string): string {
  return `<text x="${x}" y="${y}"${kind === undefined ? '' : ` class="${kind}"`}>${escaped(words)}</text>`;
}

function shortened(words: string, longest: number): string {
  const characters = [...words];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : words;
}

/** Text from outside as XML 1.0 takes it: some characters cannot stand in it at all (section 2.2). */
function escaped(words: string): string {
  return escapeMarkup(
    clean(words)
      .toWellFormed()
      .replace(/[\ufffe\uffff]/g, '\ufffd'),
  );
}
