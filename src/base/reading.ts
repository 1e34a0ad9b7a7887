/**
 * What one look at one place came to. Three things that must never be mistaken
 * for one another: it says so; it can be read and does not say (`absent`); it
 * could not be read, or what it says makes no sense (`unknown`).
 */
export type Reading<T> =
  | { readonly kind: 'known'; readonly value: T /** a key or a path */; readonly where: string }
  | { readonly kind: 'absent'; readonly why: string }
  | {
      readonly kind: 'unknown';
      readonly why: string;
      /** it will not be otherwise while this server runs: nothing is there to be read */
      readonly lasting?: boolean;
    };

/** What a text is taken for, without the place that it came from. */
export type Parsed<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'absent' | 'unknown'; readonly why: string };

/** The meaning of what was read, where something was. */
export function parsed<T>(reading: Reading<string>, parse: (text: string) => Parsed<T>): Reading<T> {
  if (reading.kind !== 'known') return reading;
  const meaning = parse(reading.value);
  const { where } = reading;
  return meaning.kind === 'known'
    ? { kind: 'known', value: meaning.value, where }
    : { kind: meaning.kind, why: `${where}: ${meaning.why}` };
}
