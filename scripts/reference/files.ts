import { cell, table } from './markdown.ts';

/** The page docs/reference/files.md, of the manual pages' lists of files. Pure. */
export function filesPage(manuals: readonly string[]): string {
  // Of a file that both pages have, rc-wait(1) says more.
  const items = manuals.flatMap(itemsOf).filter(([, text]) => !text.endsWith('see rc-wait(1).'));
  const rows = items.filter(([paths], at) => items.findIndex(([other]) => other === paths) === at);
  return [
    '# Files',
    '',
    'Made by `npm run reference` from the manual pages `rc-wait(1)` and `rc-wait.service(8)`; a test compares them, and looks that no file',
    'of the state is missing. [Packages](../packages.md#what-is-in-them) has what is installed, [server](../server.md) what is read to',
    'find out about the server, and [preflight](../preflight.md) what that looks at.',
    '',
    ...table(['file', 'what it is for'], rows),
    '',
  ].join('\n');
}

/** The list in the section FILES of a manual page in mdoc(7): paths and text, as Markdown. */
function itemsOf(manual: string): readonly (readonly [paths: string, text: string])[] {
  const [, list = ''] = /^\.Sh FILES\n\.Bl .*\n([\s\S]*?)^\.El$/m.exec(manual) ?? [];
  return list
    .split(/^\.It /m)
    .slice(1)
    .map((item) => {
      const [head = '', ...lines] = item.trimEnd().split('\n');
      return [wordsOf(head.split(' ')), proseOf(lines)];
    });
}

/** Lines of mdoc(7) as Markdown. */
function proseOf(lines: readonly string[]): string {
  return lines
    .map(lineOf)
    .join(' ')
    .replace(/ +([,.;:])/g, '$1')
    .replaceAll('`rc-wait` `', '`rc-wait ');
}

function lineOf(line: string): string {
  if (!line.startsWith('.')) return cell(line.replaceAll('\\-', '-'));
  const words = (line.slice(1).match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
  return wordsOf(words);
}

/** The words of a line of macros: each macro sets the font of what follows it, and punctuation has none. */
function wordsOf(words: readonly string[]): string {
  let macro = '';
  const shown = words.flatMap((word) => {
    if (/^(?:Pa|Ev|Cm|Li|Ql|Ar|Fl|Nm|Xr)$/.test(word)) {
      macro = word;
      return word === 'Nm' ? ['`rc-wait`'] : [];
    }
    if (/^[.,;:]$/.test(word)) return [word];
    const text = word.replaceAll('\\-', '-').replaceAll('\\&', '');
    if (macro === 'Xr') return [/^\d$/.test(text) ? `(${text})` : text];
    return [`\`${macro === 'Fl' ? '-' : ''}${text}\``];
  });
  return shown.join(' ').replace(/ (?=[.,;:(])/g, '');
}
