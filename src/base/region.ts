/** The six regions of RackConnect v2.0 ("RackConnect API", Rackspace). */
export const regions = ['dfw', 'hkg', 'iad', 'lon', 'ord', 'syd'] as const;

/** The code of a region, in lower case. */
export type Region = (typeof regions)[number];

/**
 * Reads a region in any case, with white space or quotes around it: on some servers xenstore has it bare, on
 * others as a JSON string. Undefined if it is not one of the six; config drives with the region `"{}"` exist.
 */
export function readRegion(text: string): Region | undefined {
  const code = text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim()
    .toLowerCase();
  return regions.find((known) => known === code);
}
