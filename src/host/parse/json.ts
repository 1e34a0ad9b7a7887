import { jsonFault } from '../../base/json/bounds.ts';
import type { Parsed } from '../../base/reading.ts';

/** A JSON object with any members. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object with members. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in a list; empty if the value is not a list. */
export function objectsIn(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A member of the object itself, never an inherited one such as `__proto__`. */
export function member(object: Json, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Parses any JSON. Never throws. */
export function parseJsonText(text: string): Parsed<unknown> {
  const fault = jsonFault(text);
  if (fault !== undefined) return { kind: 'unknown', why: `it ${fault}` };
  try {
    return { kind: 'known', value: JSON.parse(text) as unknown };
  } catch {
    return { kind: 'unknown', why: 'it is not JSON' };
  }
}

/** Parses a JSON object. Never throws. */
export function parseObject(text: string): Parsed<Json> {
  const json = parseJsonText(text);
  if (json.kind !== 'known') return json;
  return isObject(json.value)
    ? { kind: 'known', value: json.value }
    : { kind: 'unknown', why: 'it is not a JSON object' };
}

/** Quotes text from outside in an error: short, and on one line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
