import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRegion, regions } from '../../src/base/region.ts';

it('is read in any case, bare or quoted', () => {
  expect(readRegion('ord')).toBe('ord');
  expect(readRegion(' "DFW"\n')).toBe('dfw');
  expect(readRegion("'Lon'")).toBe('lon');
});

// The second is what a broken config drive holds.
it.each(['', '{}', '"{}"', '"', 'null', 'us-east-1', 'ord1', 'dfw.evil.example'])('is not %j', (text) => {
  expect(readRegion(text)).toBeUndefined();
});

it('is one of the six, or none, whatever the text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect([...regions, undefined]).toContain(readRegion(text));
    }),
    { numRuns: 2_000 },
  );
});
