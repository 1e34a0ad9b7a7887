import type { Parsed } from '../../base/reading.ts';
import { rolesIn } from './identity.ts';
import { isObject, member, parseJsonText } from './json.ts';

/**
 * Parses JSON from xenstore. Newer versions of xenstore-read(1) print each backslash twice, so that an
 * escaped quote would end its JSON string.
 */
function xenstoreJson(text: string): Parsed<unknown> {
  const plain = parseJsonText(text);
  return plain.kind === 'known' ? plain : parseJsonText(text.replaceAll('\\\\', '\\'));
}

/** Parses `vm-data/provider_data/roles`: a JSON list. */
export function rolesOfXenstore(text: string): Parsed<readonly string[]> {
  const json = xenstoreJson(text);
  return json.kind === 'known' ? rolesIn(json.value) : json;
}

/**
 * Parses a key below `vm-data/user-metadata`: a JSON string with its quotes (`"DEPLOYED"`), or a bare word,
 * in case the quotes are ever left out. An empty value counts as absent.
 */
export function metadataOfXenstore(text: string): Parsed<string> {
  const bare = text.trim();
  const json = /^["[{]/.test(bare) ? xenstoreJson(bare) : ({ kind: 'known', value: bare } as const);
  if (json.kind !== 'known') return { kind: 'unknown', why: 'it is neither a JSON string nor a word' };
  if (typeof json.value !== 'string') return { kind: 'unknown', why: 'it is not a string' };
  const value = json.value.trim();
  return value === '' ? { kind: 'absent', why: 'it is empty' } : { kind: 'known', value };
}

/** Parses `vm-data/networking/<MAC>`: the label of the interface's network; `private` is ServiceNet. */
export function labelOfXenstore(text: string): Parsed<string> {
  const json = xenstoreJson(text);
  if (json.kind !== 'known') return json;
  const label = isObject(json.value) ? member(json.value, 'label') : undefined;
  return typeof label === 'string'
    ? { kind: 'known', value: label }
    : { kind: 'unknown', why: 'it names no network' };
}
