import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBytes, encodeBytes, shownText } from '../../src/base/bytes.ts';

describe('the bytes of a file', () => {
  it('come back, whatever they are', () => {
    const parts = [
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
      // What stands at the borders of UTF-8: surrogates, long forms, what is beyond U+10FFFF, what is cut off.
      ...[
        'eda080',
        'edbfbf',
        'c0af',
        'e08080',
        'f08080af',
        'f4908080',
        'f48fbfbf',
        'f09f9880',
        'e282',
        'efbbbf',
      ].map((hex) => fc.constant(new Uint8Array(Buffer.from(hex, 'hex')))),
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(...parts)), (chunks) => {
        const bytes = Buffer.concat(chunks);
        expect(encodeBytes(decodeBytes(bytes)).equals(bytes)).toBe(true);
        expect(encodeBytes(JSON.parse(JSON.stringify(decodeBytes(bytes)))).equals(bytes)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are text where they are UTF-8, and only the others are escaped', () => {
    expect(decodeBytes(Buffer.from('\ufeff# Büro 😀\n'))).toBe('\ufeff# Büro 😀\n');
    expect(decodeBytes(Buffer.from('# B\xfcro\xa0😀', 'latin1'))).toBe('# B\udcfcro\udca0=\0');
    expect(decodeBytes(Buffer.concat([Buffer.from('é'), Buffer.from([0xe9]), Buffer.from('😀')]))).toBe(
      'é\udce9😀',
    );
  });

  it('are shown with a sign in their place', () => {
    expect(shownText('# B\udcfcro é')).toBe('# B\ufffdro é');
  });
});
