import { editLines, ownLines } from '../text/line-edit.ts';
import { type Line, linesOf } from '../text/marks.ts';

/** A line of rc-wait and its section; for a missing section, the header is such a line itself. */
export interface Wanted {
  readonly section: string;
  readonly line: string;
}

/** What a profile needs, judged by its text without rc-wait's lines. */
export interface ProfileNeed {
  /** indexes of lines of others to disable */
  readonly off: readonly number[];
  /** lines that rc-wait has to add, in this order within a section */
  readonly wanted: readonly Wanted[];
}

/** Whether a line has the form of one that rc-wait adds to a profile. */
export function hasOwnForm(line: string): boolean {
  return /^(\[(ipv4|ipv6|connection)\]|method=auto|gateway=[\d.]+|never-default=true|route\d+=0\.0\.0\.0\/0,[\d.]+|dns(-search|-options)?=.+|dns-priority=-?\d+|autoconnect=false)$/.test(
    line.trim(),
  );
}

/**
 * The profile's text with what it needs. rc-wait's lines go to the end of their section,
 * because GLib uses the last of several lines with one key.
 */
export function withNeed(text: string, { off, wanted }: ProfileNeed): string {
  const lines = linesOf(text);
  const own = ownLines(text, hasOwnForm);
  const lineAt = (index: number) => lines[index]?.text.trim() ?? '';
  const isWanted = (index: number, section: string) =>
    wanted.some((one) => one.section === section && one.line === lineAt(index));
  // Lines below a header of rc-wait that goes would belong to the section before it.
  const sections = sectionsOf(lines, (index, name) => own.has(index) && !isWanted(index, name));
  const isOff = new Set(off);
  const isOverruled = (index: number) =>
    lines.some(
      ({ text: line }, at) =>
        at > index &&
        !own.has(at) &&
        !isOff.has(at) &&
        sections[at] === sections[index] &&
        keyOf(line) !== undefined &&
        keyOf(line) === keyOf(lineAt(index)),
    );
  const gone = new Set(
    [...own].filter((index) => !isWanted(index, sections[index] ?? '') || isOverruled(index)),
  );
  const missing = wanted.filter(
    ({ section, line }) =>
      ![...own].some((index) => !gone.has(index) && sections[index] === section && lineAt(index) === line),
  );
  // Not after a line that goes: the next edit would not see it, and choose another place.
  const placeOf = (section: string) =>
    lines.findLastIndex(
      ({ text: line }, index) =>
        sections[index] === section && !/^\s*(#|$)/.test(line) && !isOff.has(index) && !gone.has(index),
    );
  const added = missing.map(({ section, line }) => ({ after: placeOf(section), text: line }));
  // New sections come last: other lines may have to go to the end of the section before them.
  const toEnd = added.filter(({ after }) => after === -1).map((one) => ({ ...one, after: lines.length - 1 }));
  return editLines(
    text,
    { off: isOff, gone, added: [...added.filter(({ after }) => after !== -1), ...toEnd] },
    hasOwnForm,
  );
}

/** The section of each line, headers included; headers for which `isNone` holds begin no section. */
function sectionsOf(lines: readonly Line[], isNone: (index: number, name: string) => boolean): string[] {
  let section = '';
  return lines.map(({ text }, index) => {
    const [, name] = /^\s*\[(.*)\]\s*$/.exec(text) ?? [];
    if (name === undefined) return section;
    if (isNone(index, name)) return name;
    section = name;
    return section;
  });
}

function keyOf(line: string): string | undefined {
  const equals = line.indexOf('=');
  const key = line.slice(0, Math.max(equals, 0)).trim();
  return key === '' || key.startsWith('#') ? undefined : key;
}
