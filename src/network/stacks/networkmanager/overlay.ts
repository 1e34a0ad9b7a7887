import { editLines, ownLines } from '../text/line-edit.ts';
import { type Line, linesOf } from '../text/marks.ts';

/** A line of ours with the section that it belongs to; the header itself where the section is not there. */
export interface Wanted {
  readonly section: string;
  readonly line: string;
}

/** What a profile needs beyond what stands in it without us. */
export interface ProfileNeed {
  /** indexes of somebody else's lines that go out of use */
  readonly off: readonly number[];
  /** lines that the profile must have besides, those of one section in this order */
  readonly wanted: readonly Wanted[];
}

/** Whether a line looks like one that we add to a profile. */
export function isOurForm(line: string): boolean {
  return /^(\[(ipv4|ipv6|connection)\]|method=auto|gateway=[\d.]+|never-default=true|route\d+=0\.0\.0\.0\/0,[\d.]+|dns(-search|-options)?=.+|dns-priority=-?\d+|autoconnect=false)$/.test(
    line.trim(),
  );
}

/**
 * The profile's text with what it needs. Our lines stand at the end of their
 * section, for of several lines of one key GLib takes the last.
 */
export function laidOver(text: string, { off, wanted }: ProfileNeed): string {
  const lines = linesOf(text);
  const own = ownLines(text, isOurForm);
  const lineAt = (index: number) => lines[index]?.text.trim() ?? '';
  const isWanted = (index: number, section: string) =>
    wanted.some((one) => one.section === section && one.line === lineAt(index));
  // What stands below a header of ours that goes would be in the section before it.
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
  // Not after a line that goes: the next edit would not see it, and take another place.
  const placeOf = (section: string) =>
    lines.findLastIndex(
      ({ text: line }, index) =>
        sections[index] === section && !/^\s*(#|$)/.test(line) && !isOff.has(index) && !gone.has(index),
    );
  const added = missing.map(({ section, line }) => ({ after: placeOf(section), text: line }));
  // New sections come after all lines that may have to stand at the end of the last old one.
  const toEnd = added.filter(({ after }) => after === -1).map((one) => ({ ...one, after: lines.length - 1 }));
  return editLines(
    text,
    { off: isOff, gone, added: [...added.filter(({ after }) => after !== -1), ...toEnd] },
    isOurForm,
  );
}

/** The section that each line is in, headers in their own; some headers may count as no lines at all. */
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
