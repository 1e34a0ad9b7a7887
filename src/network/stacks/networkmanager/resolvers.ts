import { lacking } from '../text/words-lacking.ts';
import type { ProfileNeed, Wanted } from './overlay.ts';
import { named, type Profile, setting } from './profile.ts';
import type { View } from './versions.ts';

/** The sections with resolvers, and the methods with which NetworkManager uses them (seen with 1.42). */
const families: Readonly<Record<string, readonly (string | undefined)[]>> = {
  ipv4: ['auto', 'manual'],
  ipv6: ['auto', 'dhcp', 'manual', 'shared'],
};

/** Lists of resolvers, search domains and options of resolv.conf(5), with a `;` after each word. */
const listKeys = ['dns', 'dns-search', 'dns-options'];

/**
 * The needs, by profile path, that move the resolvers of public profiles to the gateway's. If the gateway's
 * method uses none (IPv6 that is off), they stay with the public profiles, or return there.
 */
export function resolverNeeds(home: View, publics: readonly View[]): Map<string, ProfileNeed> {
  const needs = new Map<string, ProfileNeed>();
  const add = ({ withoutOwn }: View, off: readonly number[], wanted: readonly Wanted[]) => {
    const { path } = withoutOwn.file;
    const known = needs.get(path) ?? { off: [], wanted: [] };
    needs.set(path, { off: [...known.off, ...off], wanted: [...known.wanted, ...wanted] });
  };
  for (const family of Object.keys(families)) {
    const moves = accepts(home.withoutOwn, family);
    const movers = publics.filter(({ original }) => hasResolvers(original, family));
    if (moves) add(home, [], wantedAtHome(home, movers, family));
    for (const one of movers) {
      const lines = [...listKeys, 'dns-priority'].flatMap((key) => linesOf(one.withoutOwn, family, key));
      if (moves) add(one, lines, []);
      else add(one, [], withMarked(one, family, []));
    }
  }
  return needs;
}

/** Whether resolvers of a profile are disabled because they moved to a gateway's profile. */
export function hasMarkedResolvers(view: View): boolean {
  return Object.keys(families).some((family) =>
    listKeys.some((key) => markedWords(view, family, key).length > 0),
  );
}

function accepts(profile: Profile, family: string): boolean {
  if (named(profile.file, family).length === 0) return true;
  return families[family]?.includes(setting(profile, family, 'method')) ?? false;
}

function hasResolvers(profile: Profile, family: string): boolean {
  return listKeys.some((key) => wordsOf(profile, family, key).length > 0);
}

function wantedAtHome(home: View, movers: readonly View[], family: string): Wanted[] {
  const lists = withMarked(home, family, movers);
  const wanted = [...lists, ...priorityAtHome(home.withoutOwn, movers, family)];
  const isThere = family === 'ipv4' || named(home.withoutOwn.file, family).length > 0;
  // NetworkManager refuses a section of addresses without a method; a missing section means auto.
  const section = ['[ipv6]', 'method=auto'].map((line) => ({ section: family, line }));
  return isThere || wanted.length === 0 ? wanted : [...section, ...wanted];
}

/** The profile's lists, with its own disabled entries restored and the entries of other profiles added. */
function withMarked(view: View, family: string, others: readonly View[]): Wanted[] {
  return listKeys.flatMap((key) => {
    const have = words(setting(view.withoutOwn, family, key) ?? '');
    const moved = others.flatMap(({ original }) => wordsOf(original, family, key));
    const more = lacking(have, [...markedWords(view, family, key), ...moved]);
    if (more.length === 0) return [];
    return [{ section: family, line: `${key}=${[...have, ...more].map((word) => `${word};`).join('')}` }];
  });
}

/**
 * The lowest dns-priority of the profiles whose resolvers move, if the gateway's has none. A negative one left
 * behind would suppress all other resolvers, also the moved ones; and without a priority, servers would mix
 * that were kept apart (nm-settings(5)).
 */
function priorityAtHome(home: Profile, movers: readonly View[], family: string): Wanted[] {
  const priorityOf = (profile: Profile) => Number(setting(profile, family, 'dns-priority') ?? 0) || 0;
  const moved = movers.map(({ original }) => priorityOf(original)).filter((priority) => priority !== 0);
  if (priorityOf(home) !== 0 || moved.length === 0) return [];
  return [{ section: family, line: `dns-priority=${Math.min(...moved)}` }];
}

/** The words of all lines of a key: after the next edit the order of two lines would be lost. */
function wordsOf({ file }: Profile, family: string, key: string): string[] {
  return settingsOf(file, family, key).flatMap(({ value }) => words(value));
}

/** The words of a key in disabled lines. */
function markedWords({ withoutOwn, original }: View, family: string, key: string): string[] {
  const live = new Set(linesOf(withoutOwn, family, key));
  return settingsOf(original.file, family, key)
    .filter(({ lines }) => !lines.some((line) => live.has(line)))
    .flatMap(({ value }) => words(value));
}

function linesOf({ file }: Profile, family: string, key: string): number[] {
  return settingsOf(file, family, key).flatMap(({ lines }) => lines);
}

function settingsOf(file: Profile['file'], family: string, key: string) {
  return named(file, family)
    .flatMap(({ settings }) => settings)
    .filter((one) => one.key === key);
}

function words(value: string): string[] {
  return value
    .split(';')
    .map((word) => word.trim())
    .filter(Boolean);
}
