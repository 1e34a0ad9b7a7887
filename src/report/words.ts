import { formatDuration } from '../base/duration.ts';
import type { Delay, Tally } from '../pace/types.ts';

/**
 * Makes text from outside safe for a terminal and for a line of a log: an API, or an impostor, could
 * otherwise move the cursor, change colours or forge lines.
 */
export function clean(text: string): string {
  // C0 and C1 controls, line and paragraph separators, and the marks that reverse the direction of text.
  return text.replace(/[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}

/**
 * Makes a JSON document safe for a terminal without changing its meaning: each character equals its escape.
 * Characters that a terminal would obey become `\\u001b` and so on for every output, so that a file and a
 * screen show the same.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /(?!\r?\n|\t)[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Makes XML safe for a terminal. Most control characters cannot be in XML at all, not even as a reference
 * (XML 1.0, 2.2), and names and CDATA sections permit no references: controls become the replacement
 * character.
 */
export function replaceControls(text: string): string {
  return text.replace(/(?!\r?\n|\t)\p{Cc}/gu, '\ufffd');
}

/**
 * Characters that a terminal draws two columns wide (Unicode Standard Annex #11). Includes a few too many
 * rather than too few: a line that wraps would make the live block erase the text above it.
 */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Extended_Pictographic}\p{Emoji_Presentation}\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1f000}-\u{1ffff}\u{20000}-\u{3ffff}]/u;

const plain = /^[ -~]*$/;

/** The columns that text takes; rather too many than too few. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += wide.test(character) ? 2 : 1;
  return columns;
}

let segmenter: Intl.Segmenter | undefined;

/**
 * The characters as a person counts them: an accent stays with its letter. One of more than 8 code points is nobody's
 * letter; its parts are counted.
 */
export function charactersOf(text: string): readonly string[] {
  if (plain.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter('en');
  return Array.from(segmenter.segment(text), ({ segment }) => segment).flatMap((one) =>
    one.length > 8 ? [...one] : [one],
  );
}

/** Cuts text to `width` columns, with an ellipsis for the rest. */
export function cut(text: string, width: number): string {
  if (width < 1) return '';
  let used = 0;
  let kept = '';
  for (const character of charactersOf(text)) {
    used += widthOf(character);
    if (used > width) return `${kept}…`;
    // The ellipsis needs a column if the rest does not fit.
    if (used < width) kept += character;
  }
  return text;
}

/** Text with spaces behind it, up to `width` columns; longer text stays as it is. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - widthOf(text), 0));
}

/** A duration in words, rounded to whole seconds: a limit of 2 s that took 2.003 s took 2 s. */
export function elapsed(ms: number): string {
  return formatDuration(ms < 1_000 ? ms : Math.round(ms / 1_000) * 1_000);
}

/** `3 requests`, `1 request`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `12 requests, 1 of them refused (403)`; what did not happen is left out. */
export function requestsMade({ sent, refused, shared }: Readonly<Tally>): string {
  return [
    count(sent, 'request'),
    ...(refused === 0 ? [] : [`${refused} of them refused (403)`]),
    ...(shared === 0 ? [] : [`${count(shared, 'answer')} from another rc-wait process`]),
  ].join(', ');
}

/** Why no request is made now, without the time: changes only when the reason does. */
export function reasonOfDelay(delay: Delay, lastError: string | undefined): string | undefined {
  switch (delay.because) {
    case 'pace':
    case 'in-flight':
      return undefined;
    case 'window':
      return 'the requests that this server may make in a minute are used up';
    case 'refused':
      return `refused (403) ${count(delay.times, 'time')}: something else on this server (another user's rc-wait, too) is using the 30 requests a minute, or requests do not leave by its ServiceNet address`;
    case 'failed':
      return `no usable answer ${count(delay.times, 'time')}${lastError === undefined ? '' : `: ${lastError}`}`;
  }
}

/** When the next request is made, if it still comes before the deadline (Infinity: there is none). */
export function whenNext(delay: Delay, nowMs: number, deadlineMs: number): string {
  if (delay.because === 'in-flight') return 'another rc-wait process is asking';
  return againIn(delay.untilMs, nowMs, deadlineMs);
}

/** `asking again in 13 s`, unless the deadline comes first. */
export function againIn(untilMs: number, nowMs: number, deadlineMs: number): string {
  return untilMs < deadlineMs
    ? `asking again in ${formatDuration(Math.max(untilMs - nowMs, 0))}`
    : `not asking again: the deadline is in ${formatDuration(Math.max(deadlineMs - nowMs, 0))}`;
}
