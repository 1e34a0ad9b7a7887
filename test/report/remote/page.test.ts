import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { documentOf, ended, pageOf, someServers } from './fleet.ts';

const partOf = (page: string, pattern: RegExp): string => pattern.exec(page)?.[1] ?? '';
const dataIn = (page: string): string =>
  partOf(page, /<script type="application\/json" id="data">(.*?)<\/script>/);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

describe('the page of --report', () => {
  it('lets run and be shown what is in it, by its hash, and lets nothing be fetched', () => {
    const page = pageOf(someServers(3));
    const policy = partOf(page, /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/);
    const script = partOf(page, /<script>([\s\S]*?)<\/script>/);
    const style = partOf(page, /<style>([\s\S]*?)<\/style>/);
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${sha256(script)}'`,
      `style-src 'sha256-${sha256(style)}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    // The name of the SVG namespace is no address to be asked.
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/\b(?:https?:)?\/\/\w/);
    expect(script + style).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|url\(|@import|\r/);
    expect(page).not.toMatch(/ (?:style|on[a-z]+)=/);
  });

  it('holds any name and reason as data, that nothing in it can end', () => {
    const hostile = '</script><!--<script>\u2028"\'&\u001b[2J';
    const page = pageOf([
      ended(hostile, 'failed', { why: hostile, ip: hostile, addresses: { x: [hostile] } }),
    ]);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page).not.toContain('<!--');
    expect(page).not.toContain('\u001b');
    const { servers, reasons } = JSON.parse(dataIn(page));
    expect(servers[0][0]).toBe('</script><!--<script> "\'& [2J');
    expect(reasons).toEqual([servers[0][0]]);
  });

  it('has the message as text in its head', () => {
    const page = pageOf([ended('a', 'deployed')]);
    expect(page).toContain(`<h1>${documentOf([ended('a', 'deployed')]).message}</h1>`);
    expect(page).toContain(
      'From 2026-01-01T12:00:00.000Z to 2026-01-01T12:25:00.000Z (25 min), with 3 requests.',
    );
  });

  it('of 10,000 servers is no larger than a picture', () => {
    expect(pageOf(someServers(10_000)).length).toBeLessThan(1_500_000);
  });
});
