import type { Parsed } from '../../base/reading.ts';
import { type Region, readRegion, regions } from '../../base/region.ts';
import { quoted } from './json.ts';

/** Parses a region in any source's spelling. */
export function regionInIdentity(text: string): Parsed<Region> {
  const value = readRegion(text);
  if (value !== undefined) return { kind: 'known', value };
  return {
    kind: 'unknown',
    why: `${quoted(text.trim())} is no region (${regions.join(', ')})`,
  };
}

/** Parses `instance-<uuid>` (xenstore) or the bare UUID (config drive, cloud-init), in any case. */
export function instanceIdIn(text: string): Parsed<string> {
  const [, id] =
    /^"?(?:instance-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"?$/.exec(text.trim().toLowerCase()) ?? [];
  return id === undefined
    ? { kind: 'unknown', why: `${quoted(text.trim())} is no instance id` }
    : { kind: 'known', value: id };
}

/**
 * Parses the roles of the account: strings such as `rack_connect` and `rax_managed`, or objects with such a
 * string as their `name`, as Identity writes them.
 */
export function rolesIn(value: unknown): Parsed<readonly string[]> {
  if (!Array.isArray(value)) return { kind: 'unknown', why: 'the roles are not a list' };
  const roles = value.map((role: unknown) => {
    if (typeof role === 'string') return role;
    const name = typeof role === 'object' && role !== null ? (role as { name?: unknown }).name : undefined;
    return typeof name === 'string' ? name : undefined;
  });
  const names = roles.filter((role) => role !== undefined);
  // A list with unknown items is not a list without roles.
  if (names.length < roles.length) return { kind: 'unknown', why: 'some of the roles are not names' };
  return { kind: 'known', value: names };
}

/** `BC:76:4E:20:6C:5B`, `bc-76-…` or `BC764E206C5B` as twelve upper-case digits; undefined for anything else. */
export function macIn(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const digits = text.trim().replaceAll(/[:-]/g, '').toUpperCase();
  return /^[0-9A-F]{12}$/.test(digits) && digits !== '000000000000' ? digits : undefined;
}
