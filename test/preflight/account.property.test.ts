import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkRootPassword, rootAccount } from '../../src/preflight/account.ts';
import { humanPreflight, preflightDocument } from '../../src/report/preflight.ts';

const field = fc.string({ unit: fc.constantFrom(...'$!*_./abcXYZ0189'), minLength: 1, maxLength: 30 });

it('nothing of what stands in the second field of /etc/shadow is ever shown', () => {
  const entry = fc.tuple(fc.constantFrom('', '!', '!!', '*', '$6$', '!$y$'), field, fc.nat(), fc.boolean());
  fc.assert(
    fc.property(entry, ([mark, secret, changed, isImage]) => {
      // Long enough not to be a word of the message by chance.
      const hash = `${mark}${secret}Zq7Zq7`;
      const shown = (text: string): string => {
        const findings = [checkRootPassword(rootAccount('/etc/shadow', text, 20_000), isImage)];
        return humanPreflight(findings) + JSON.stringify(preflightDocument(findings, '/'));
      };
      expect(shown(`root:${hash}:${changed}:0:99999:7:::\n`)).not.toContain('Zq7');
      expect(shown(`root:${hash}\nroot:${hash}`)).not.toContain('Zq7');
      expect(shown(`${hash}:${hash}:1:::::\n`)).not.toContain('Zq7');
    }),
  );
});
