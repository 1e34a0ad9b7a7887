/**
 * The result of reading one fact from one place. Three cases that must never be confused: the place states it
 * (`known`); the place can be read and does not state it (`absent`); it cannot be read or makes no sense (`unknown`).
 */
export type Reading<T> =
  | { readonly kind: 'known'; readonly value: T /** a key or a path */; readonly where: string }
  | { readonly kind: 'absent'; readonly why: string }
  | {
      readonly kind: 'unknown';
      readonly why: string;
      /** it will not change while this server runs: there is nothing to read */
      readonly lasting?: boolean;
    };

/** The meaning of a text, without the place it came from. */
export type Parsed<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'absent' | 'unknown'; readonly why: string };

/** The meaning of what was read, if anything was. */
export function parsed<T>(reading: Reading<string>, parse: (text: string) => Parsed<T>): Reading<T> {
  if (reading.kind !== 'known') return reading;
  const meaning = parse(reading.value);
  const { where } = reading;
  return meaning.kind === 'known'
    ? { kind: 'known', value: meaning.value, where }
    : { kind: meaning.kind, why: `${where}: ${meaning.why}` };
}
