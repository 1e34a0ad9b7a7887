const blank = /[ \t\n\r]/;
const newline = /[\n\r]/;

/**
 * What no value may have, or systemd leaves it out: control characters of ASCII but tab and newline (env_value_is_valid),
 * and text that was not UTF-8, of which decoding has made U+FFFD.
 */
const leftOut = /(?![\t\n\u0080-\u009f])\p{Cc}|\ufffd/u;

/**
 * The variables of a file that systemd reads (EnvironmentFile= in systemd.exec(5)); of two with one name the last. By
 * systemd's own reader, `parse_env_file_internal` in src/basic/env-file.c (v254: since then a comment ends with its line
 * whatever its last character is). It is no shell: nothing is expanded, and a line with a name that cannot be a
 * variable's, such as `export X=1`, does not count (env_name_is_valid).
 */
export function parseEnvironmentFile(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    if (blank.test(text.charAt(at))) at += 1;
    else if (/[#;]/.test(text.charAt(at))) at = endOfLine(text, at);
    else at = readAssignment(text, at, found);
  }
  return found;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !newline.test(text.charAt(at))) at += 1;
  return at;
}

function readAssignment(text: string, from: number, found: Map<string, string>): number {
  const end = endOfLine(text, from);
  const equals = text.indexOf('=', from);
  if (equals === -1 || equals > end) return end;
  const name = text.slice(from, equals).trimEnd();
  const { value, next } = readValue(text, equals + 1);
  if (/^[A-Za-z_]\w*$/.test(name) && !leftOut.test(value)) found.set(name, value);
  return next;
}

/** Quotes count before the first bare character only; a backslash takes the next character as it is. */
function readValue(text: string, from: number): { readonly value: string; readonly next: number } {
  let value = '';
  /** what of the value blanks at its end are not cut from */
  let kept = 0;
  let isBare = false;
  let at = from;
  while (at < text.length && !newline.test(text.charAt(at))) {
    const character = text.charAt(at);
    if (character === '\\') {
      const next = text.charAt(at + 1);
      value += newline.test(next) ? '' : next;
      kept = value.length;
      isBare = true;
      at += 2;
    } else if (!isBare && (character === "'" || character === '"')) {
      const quoted = readQuoted(text, at + 1, character);
      value += quoted.value;
      kept = value.length;
      at = quoted.next;
    } else {
      const isBlank = blank.test(character);
      if (!isBlank) isBare = true;
      if (isBare) value += character;
      if (!isBlank) kept = value.length;
      at += 1;
    }
  }
  return { value: value.slice(0, kept), next: at };
}

/** Up to the closing quote, over lines. In double quotes a backslash counts before `"`, `\`, a backtick, `$` and a newline. */
function readQuoted(
  text: string,
  from: number,
  quote: string,
): { readonly value: string; readonly next: number } {
  let value = '';
  let at = from;
  for (; at < text.length && text.charAt(at) !== quote; at += 1) {
    if (quote === "'" || text.charAt(at) !== '\\') {
      value += text.charAt(at);
      continue;
    }
    at += 1;
    const next = text.charAt(at);
    if (next !== '\n') value += /["\\`$]/.test(next) ? next : `\\${next}`;
  }
  return { value, next: at + 1 };
}
