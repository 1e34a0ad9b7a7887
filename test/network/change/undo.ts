/**
 * Takes rc-wait's marks out of a text again, by the rules that its own files
 * tell a person: what an edit did can be undone from the text alone. But for one
 * byte: what rc-wait writes for the network-scripts ends with a line ending, whatever
 * was there before (NetworkManager before 1.6 drops a last line without one).
 * @param before what is to come out; its last line ending alone is looked at
 */
export function undo(text: string, before = '\n'): string {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const out: string[] = [];
  let ended = true;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '# rc-wait added the next line') at += 1;
    else if (line.startsWith('# rc-wait was: ')) {
      out.push(line.slice('# rc-wait was: '.length));
      at += 1;
      ended = (lines[at] ?? '').endsWith('\n');
      continue;
    } else if (line.startsWith('# rc-wait off: ')) out.push(line.slice('# rc-wait off: '.length));
    else out.push(line);
    ended = (lines[at] ?? '').endsWith('\n');
  }
  // A text without a last line ending keeps none, whatever was added after its last line.
  const isAdded = text.endsWith('\n') && before !== '' && !before.endsWith('\n');
  return ended && !isAdded ? out.join('') : out.join('').replace(/\r?\n$/, '');
}
