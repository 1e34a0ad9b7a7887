import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { screenPicture } from '../../scripts/pictures.d/screen.ts';

const folder = join(import.meta.dirname, '../../docs/pictures');

describe('a picture of a terminal', () => {
  const painted = 'plain \u001b[1m\u001b[31mbad\u001b[39m strong\u001b[0m\n\n  <a & "b">\n\n';
  const picture = screenPicture(painted, 40, 'What is <seen>');

  it('shows each text at its column, with its colours', () => {
    const texts = [
      ...picture.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*?(?: class="([^"]*)")?>([^<]*)</g),
    ];
    expect(texts.map(([, x, y, looks, text]) => [x, y, looks, text])).toEqual([
      ['16.0', '30.25', undefined, 'plain '],
      ['66.6', '30.25', 'strong bad', 'bad'],
      ['91.9', '30.25', 'strong', ' strong'],
      ['16.0', '68.25', undefined, '  &#60;a &#38; &#34;b&#34;&#62;'],
    ]);
  });

  it('is as large as the terminal is wide and its text high, and has a title', () => {
    expect(picture).toMatch(/^<svg [^>]* width="370" height="89" viewBox="0 0 370 89"/);
    expect(picture).toContain('<title>What is &#60;seen&#62;</title>');
    expect(XMLValidator.validate(picture)).toBe(true);
  });
});

it.each(readdirSync(folder))('docs/pictures/%s asks nobody for anything, and is readable in dark', (name) => {
  const picture = readFileSync(join(folder, name), 'utf8');
  expect(XMLValidator.validate(picture)).toBe(true);
  // A text may name an address; an attribute or a style must not.
  const markup = picture.replace(/>[^<{]*</g, '><').replaceAll('"http://www.w3.org/2000/svg"', '');
  expect(markup).not.toMatch(/https?:|<script|@import|url\(|href|src=/);
  expect(picture).toContain('prefers-color-scheme');
  expect(picture).toContain('DEPLOYING');
});
