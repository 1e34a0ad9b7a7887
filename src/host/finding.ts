import type { Reading } from '../base/reading.ts';

/** The sources that say what this server is, in the order of trust. A flag takes precedence over all of them. */
export type Source = 'xenstore' | 'config-drive' | 'cloud-init' | 'dns' | 'convention' | 'earlier-answer';

/** What one source says about one thing, kept whether or not it was believed: "who said what". */
export type Finding<T> = Reading<T> & { readonly source: Source };

/** Adds the name of its source to a reading. */
export function finding<T>(source: Source, reading: Reading<T>): Finding<T> {
  return { ...reading, source };
}

/** The value from the most trusted source that has one; undefined if none does. */
export function believed<T>(
  findings: readonly Finding<T>[],
): Extract<Finding<T>, { readonly kind: 'known' }> | undefined {
  return findings.find((one) => one.kind === 'known');
}

const names: Readonly<Record<Source, string>> = {
  xenstore: 'xenstore',
  'config-drive': 'the config drive',
  'cloud-init': 'cloud-init',
  dns: 'the name servers',
  convention: 'the convention',
  'earlier-answer': 'an earlier answer of the API',
};

/** One finding in words: `xenstore: ord (vm-data/provider_data/region)`, `cloud-init: it names no region`. */
export function wordsOf<T>(one: Finding<T>): string {
  const words = one.kind === 'known' ? `${String(one.value)} (${one.where})` : one.why;
  return `${names[one.source]}: ${words}`;
}
