/** Globs of the rules of udev in its order: a file in an earlier folder hides those of its name (udev(7)). */
export const udevRules: readonly string[] = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map(
  (folder) => `${folder}/udev/rules.d/*.rules`,
);

/** What a file of rules starts. */
interface UdevStarts {
  readonly commands: readonly { readonly line: number; readonly command: string }[];
  /** systemd units */
  readonly units: readonly string[];
}

/** The programs and units that rules start: RUN, PROGRAM, IMPORT{program}, ENV{SYSTEMD_WANTS} (udev(7), systemd.device(5)). */
export function udevStarts(text: string): UdevStarts {
  const commands: { line: number; command: string }[] = [];
  const units: string[] = [];
  for (const { line, rule } of rulesIn(text)) {
    for (const { key, attribute, operator, value } of pairsOf(rule)) {
      const isSet = /^[+:]?=$/.test(operator);
      const isRun = key === 'RUN' && isSet && (attribute === undefined || attribute === 'program');
      const isAsked = key === 'PROGRAM' || (key === 'IMPORT' && attribute === 'program');
      if (isRun || isAsked) {
        commands.push({ line, command: commandOf(value) });
        units.push(...startedBy(value));
      }
      if (key === 'ENV' && attribute === 'SYSTEMD_WANTS' && isSet)
        units.push(...value.split(/\s+/).map(unitOf));
    }
  }
  return { commands, units: units.filter((unit) => unit !== '') };
}

/** The rules, with continued lines joined and comments left out. */
function rulesIn(text: string): { line: number; rule: string }[] {
  const rules: { line: number; rule: string }[] = [];
  let [joined, first] = ['', 0];
  for (const [index, raw] of text.split('\n').entries()) {
    if (joined === '') {
      if (/^\s*(#|$)/.test(raw)) continue;
      first = index + 1;
    }
    joined += raw.replace(/\\$/, ' ');
    if (raw.endsWith('\\')) continue;
    rules.push({ line: first, rule: joined });
    joined = '';
  }
  return joined === '' ? rules : [...rules, { line: first, rule: joined }];
}

interface Pair {
  readonly key: string;
  readonly attribute: string | undefined;
  readonly operator: string;
  readonly value: string;
}

/** The parts `KEY{attribute}operator"value"` of a rule; a value holds a quote behind a backslash. */
function pairsOf(rule: string): Pair[] {
  const parts = rule.split(/(?<!\\)"/);
  return parts.flatMap((part, index): Pair[] => {
    const value = parts[index + 1];
    if (index % 2 === 1 || value === undefined) return [];
    const head = part.replace(/^[\s,]+/, '').replace(/e$/, '');
    const [, key, attribute, operator] = /^([A-Z_]+)(?:\{([^}]*)\})?\s*([-+:!=]?=)\s*$/.exec(head) ?? [];
    if (key === undefined || operator === undefined) return [];
    return [{ key, attribute, operator, value: value.replaceAll('\\"', '"') }];
  });
}

/** A command line as a shell would read it. What udev puts in (`%k`, `$name`) becomes a variable that nobody sets. */
function commandOf(value: string): string {
  const text = value.replace(/%(%|[a-zA-Z](?:\{[^}]*\})?)/g, (_, word: string) =>
    word === '%' ? '%' : '$udev',
  );
  // A program without a folder is one of udev's.
  return /^[^\s/$]+(\s|$)/.test(text) ? `/usr/lib/udev/${text}` : text;
}

/** The units in `systemctl start`. */
function startedBy(value: string): string[] {
  const [program = '', ...words] = value.split(/\s+/);
  if (!/(^|\/)systemctl$/.test(program) || !words.some((word) => /^(re)?start$/.test(word))) return [];
  return words
    .filter((word) => !word.startsWith('-') && !/^(re)?start$/.test(word))
    .map((word) => unitOf(word.includes('.') ? word : `${word}.service`));
}

/** The name of a unit; of an instance that udev names only the template is known. */
function unitOf(word: string): string {
  if (!/[%$]/.test(word) || !word.includes('@')) return word;
  return word.slice(0, word.indexOf('@') + 1) + word.slice(Math.max(word.lastIndexOf('.'), 0));
}
