/** A part of the site's contents. */
export interface Group {
  readonly title: string;
  readonly pages: readonly string[];
}

/** The parts in their order: pages, and folders of which every page belongs there. */
const parts: readonly { readonly title: string; readonly pages: readonly string[] }[] = [
  { title: 'Begin', pages: ['README.md', 'docs/getting-started.md', 'docs/concepts.md', 'docs/faq.md'] },
  {
    title: 'When it does not work',
    pages: ['docs/troubleshooting.md', 'docs/preflight.md', 'docs/history.md'],
  },
  { title: 'How to', pages: ['docs/how-to/'] },
  {
    title: 'On a server',
    pages: ['docs/service.md', 'docs/server.md', 'docs/network.md', 'docs/telling.md', 'docs/packages.md'],
  },
  { title: 'From elsewhere', pages: ['docs/remote.md', 'docs/logging-in.md', 'docs/simulator.md'] },
  { title: 'Reference', pages: ['docs/reference/', 'docs/schema', 'CHANGELOG.md'] },
  {
    title: 'Explanation',
    pages: ['docs/explanation/', 'docs/promises.md', 'docs/figures.md', 'docs/dependencies.md'],
  },
  {
    title: 'Who works on it',
    pages: [
      'CONTRIBUTING.md',
      'docs/architecture.md',
      'docs/STYLE.md',
      'docs/adding.md',
      'docs/releasing.md',
    ],
  },
  { title: 'The project', pages: ['SECURITY.md', 'CODE_OF_CONDUCT.md', 'LICENSE'] },
];

/** The contents of a site with these pages. A page that no part names stands in the last one. */
export function contentsOf(paths: readonly string[]): readonly Group[] {
  const left = new Set([...paths].sort());
  const groups = parts.map(({ title, pages }) => {
    const found = pages.flatMap((one) =>
      [...left].filter((path) => path === one || (one.endsWith('/') && path.startsWith(one))),
    );
    for (const path of found) left.delete(path);
    return { title, pages: found };
  });
  return [...groups, { title: 'More', pages: [...left] }].filter(({ pages }) => pages.length > 0);
}
