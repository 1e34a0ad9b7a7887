import type { InterfaceRef } from '../../types.ts';
import { globPattern, hasWildcard } from '../text/glob.ts';
import type { Section } from '../text/ini.ts';

/** Whether a `[Match]` section matches an interface; `maybe` if that depends on facts in no file. */
export type MatchVerdict = 'yes' | 'no' | 'maybe';

/** Keys that match only radios, which a ServiceNet interface never is. */
const radioKeys = new Set(['WLANInterfaceType', 'SSID', 'BSSID']);

/** Keys that match only one interface if they have a single word without wildcards. */
const soleKeys = ['Name', 'OriginalName', 'MACAddress', 'PermanentMACAddress', 'Path'];

/**
 * Judges a unit's `[Match]` sections for an interface, by its name and MAC address. Without any
 * match setting a unit matches nothing: networkd ignores such a file (systemd.network(5)).
 */
export function judgeMatch(sections: readonly Section[], link: InterfaceRef): MatchVerdict {
  const lists = listsOf(sections);
  if (lists.size === 0) return 'no';
  const verdicts = [...lists].map(([key, words]): MatchVerdict => {
    if (radioKeys.has(key)) return 'no';
    if (key === 'Name') return matchesGlobs(words, link.interfaceName) ? 'yes' : 'no';
    if (key !== 'MACAddress' || link.macAddress === undefined) return 'maybe';
    return words.map(hexOf).includes(hexOf(link.macAddress)) ? 'yes' : 'no';
  });
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('maybe') ? 'maybe' : 'yes';
}

/** Whether a unit's `[Match]` sections can match only one interface. */
export function isForOneOnly(sections: readonly Section[]): boolean {
  return soleKeys.some((key) => {
    const word = soleMatch(sections, key);
    return word !== undefined && !hasWildcard(word);
  });
}

/** The only word of a key; undefined if the key has none or several, or the word is inverted. */
export function soleMatch(sections: readonly Section[], key: string): string | undefined {
  const words = listsOf(sections).get(key) ?? [];
  return words.length === 1 && !words[0]?.startsWith('!') ? words[0] : undefined;
}

/**
 * The words of each key. Lines add up, and an empty one clears those before; a `!` before
 * a list inverts each of its words (config_parse_match_strv() of systemd).
 */
function listsOf(sections: readonly Section[]): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const { key, value } of sections.flatMap(({ settings }) => settings)) {
    const not = value.startsWith('!') ? '!' : '';
    const words = value.slice(not.length).split(/\s+/).filter(Boolean);
    if (words.length === 0) lists.delete(key);
    else lists.set(key, [...(lists.get(key) ?? []), ...words.map((word) => not + word)]);
  }
  return lists;
}

/** No inverted word may match; if there are others, one of them must (net_condition_test_strv() of systemd). */
function matchesGlobs(words: readonly string[], name: string): boolean {
  const test = (glob: string) => globPattern(glob).test(name);
  const others = words.filter((word) => !word.startsWith('!'));
  const excluded = words.filter((word) => word.startsWith('!')).some((word) => test(word.slice(1)));
  return !excluded && (others.length === 0 || others.some(test));
}

/** The digits of a MAC address in any notation of systemd: with colons, hyphens or dots. */
function hexOf(macAddress: string): string {
  return macAddress.toLowerCase().replace(/[:.-]/g, '');
}
