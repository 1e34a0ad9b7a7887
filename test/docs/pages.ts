import { readFileSync } from 'node:fs';

/** The code blocks of a page in docs/ that are in this language, in their order. */
export function blocks(page: string, language: string): readonly string[] {
  const text = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code]) => code ?? '');
}

/** The account that the how-to pages are tried on, as a scenario: three servers that are DEPLOYED, and web-bad that FAILED. */
export const scenario =
  "openstack: {fleets: [{count: 3, name: 'web-{}', endsAfter: 0s, metadata: {stack: shop}}, {count: 1, name: web-bad, endsAfter: 0s, outcomes: {FAILED: 1}}]}";
