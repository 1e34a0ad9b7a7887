import type { Component } from './inventory.ts';

/** The content of the copyright file. */
export interface Works {
  /** the text of LICENSE */
  readonly own: string;
  /** the Node in the package; left out: it runs on its user's */
  readonly node?: Component;
  /** the path of the bundle in the package; the one of a .deb unless given */
  readonly bundle?: string;
  readonly bundled: readonly Component[];
}

/**
 * The copyright file: "Machine-readable debian/copyright file" 1.0. Each package has its own licence text, with
 * its names.
 */
export function copyrightFile({
  own,
  node,
  bundle = 'usr/lib/rc-wait/lib/rc-wait.cjs',
  bundled,
}: Works): string {
  const stanzas = [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: rc-wait',
    stanza('*', 'MIT', own),
    ...(node === undefined ? [] : [nodeStanza(node.version)]),
    ...bundled.map(({ name, version, licence, licenceText }) =>
      stanza(`node_modules/${name}/*`, licence, licenceText, `${name} ${version}, a part of ${bundle}`),
    ),
  ];
  return `${stanzas.join('\n\n')}\n`;
}

/** Node's own text, with all of its parts, is 150 kB: it gets a separate file. */
function nodeStanza(version: string): string {
  return [
    'Files: usr/lib/rc-wait/lib/node',
    'Copyright: Node.js contributors, and the others that its text names',
    `Comment: Node.js ${version}, with the libraries in it`,
    'License: Node.js\n See /usr/share/doc/rc-wait/node-license.txt.gz.',
  ].join('\n');
}

function stanza(files: string, licence: string, text: string, comment?: string): string {
  return [
    `Files: ${files}`,
    `Copyright:\n${holdersIn(text)}`,
    ...(comment === undefined ? [] : [`Comment: ${comment}`]),
    `License: ${licence}\n${continued(text)}`,
  ].join('\n');
}

/** The lines with the copyright holders; if a text has none (Apache's), a reference to it. */
function holdersIn(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const holders = lines.filter((line) => /^copyright\b.*(\(c\)|©|\d{4}|contributors)/i.test(line));
  const unique = [...new Set(holders)].map((line) => line.replace(/^copyright\s*/i, ''));
  return (unique.length > 0 ? unique : ['as the text of the licence says'])
    .map((line) => ` ${line}`)
    .join('\n');
}

/** Continuation lines of a field: indented, with a dot for an empty line. */
function continued(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))
    .join('\n');
}
