import { isIP } from 'node:net';
import { RcWaitError } from '../base/error.ts';
import { entryOf } from '../base/text.ts';
import type { Watched } from './types.ts';

/** A command with placeholders for a server's values, such as `{ip}`. */
export interface Template {
  readonly words: readonly [string, ...string[]];
}

const places: Readonly<Record<string, (server: Watched) => string | undefined>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  region: ({ region }) => region,
  ip: ({ ip }) => ip,
  servicenet_ip: ({ serviceNetIp }) => serviceNetIp,
};

const place = /\{([a-z_]+)\}/g;

/**
 * Splits the command of `--exec` into words as a shell would: at white space, with quotes and backslashes. No
 * other character is special, and no shell ever sees the command, because anybody may choose the name of a
 * server.
 * @throws RcWaitError USAGE for an empty command, an unclosed quote, or an unknown placeholder
 */
export function parseCommand(text: string): Template {
  const words: string[] = [];
  let word: string | undefined;
  let rest = text;
  while (rest !== '') {
    const [part] = /^\s+|^'[^']*'|^"(?:[^"\\]|\\[\s\S])*"|^\\[\s\S]|^[^\s'"\\]+/.exec(rest) ?? [];
    if (part === undefined) throw unusable(text, 'a quote or a backslash at its end has nothing to close it');
    rest = rest.slice(part.length);
    if (/^\s/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + unquoted(part);
  }
  if (word !== undefined) words.push(word);
  const [program, ...args] = words;
  if (program === undefined) throw unusable(text, 'it is empty');
  if (program.search(place) !== -1)
    throw unusable(text, 'the program to be run must be named: no value of a server may stand in its name');
  for (const [whole, name] of words.join(' ').matchAll(place)) {
    if (entryOf(places, name ?? '') === undefined)
      throw unusable(
        text,
        `there is no ${whole}; there are ${Object.keys(places)
          .map((one) => `{${one}}`)
          .join(', ')}`,
      );
  }
  return { words: [program, ...args] };
}

function unquoted(part: string): string {
  if (part.startsWith("'")) return part.slice(1, -1);
  if (part.startsWith('"')) return part.slice(1, -1).replace(/\\(["\\$`])/g, '$1');
  return part.startsWith('\\') ? part.slice(1) : part;
}

function unusable(text: string, why: string): RcWaitError {
  return new RcWaitError('USAGE', `cannot use --exec ${JSON.stringify(text)}: ${why}`, {
    hint: "such as --exec 'ansible-playbook -i {ip}, site.yml'; what needs a shell is run by sh -c",
  });
}

/** The command for one server, or why it cannot run. */
export type Filled =
  | readonly [string, ...string[]]
  /** the placeholder that the server has no value for */
  | { readonly lacks: string }
  /** a value that must not be in a command */
  | { readonly fault: string };

/**
 * Fills the placeholders of a command. Whoever may rename a server or set its addresses chooses the values,
 * so no value may become an option (ssh runs the ProxyCommand of `-oProxyCommand=…`), a control character for
 * its reader, or code for a shell.
 */
export function fill({ words }: Template, server: Watched): Filled {
  const filled: string[] = [];
  for (const [index, word] of words.entries()) {
    const values = new Map<string, string>();
    for (const [whole, name] of word.matchAll(place)) {
      const value = entryOf(places, name ?? '')?.(server);
      if (value === undefined) return { lacks: whole };
      const why = faultOf(whole, value) ?? (isCode(words, index) ? faultInCode(whole, value) : undefined);
      if (why !== undefined) return { fault: why };
      values.set(whole, value);
    }
    const text = word.replace(place, (whole) => values.get(whole) ?? whole);
    if (text.startsWith('-') && !word.startsWith('-'))
      return { fault: `${shown(text)} in place of ${word} would be taken for an option` };
    filled.push(text);
  }
  const [program, ...args] = filled;
  return program === undefined ? { lacks: 'the command' } : [program, ...args];
}

/** The text if it is an IP address; otherwise undefined. */
export function addressOnly(text: string | undefined): string | undefined {
  // isIP accepts `fe80::1%anything`, and the part after % may be any text.
  return text !== undefined && isIP(text) !== 0 && !text.includes('%') ? text : undefined;
}

function faultOf(whole: string, value: string): string | undefined {
  if (whole.endsWith('ip}') && addressOnly(value) === undefined)
    return `its ${whole} is no IP address: ${shown(value)}`;
  if (controls.test(value)) return `its ${whole} holds control characters: ${shown(value)}`;
  return undefined;
}

/** Control characters, the two line ends of Unicode, and the marks that reverse the order of a line. */
const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Programs that pass all their words to a shell on another server, or to templates. */
const remoteShells = /^(?:ssh|mosh|pdsh|clush|parallel|xargs|watch|su|eval|ansible.*)$/;

/** Programs that take code after a flag such as -c. */
const interpreters = /^(?:(?:ba|da|a|k|z|fi)?sh|busybox|python[\d.]*|perl|ruby|node|php|lua)$/;

/** Whether the program of a command reads this word as code. */
function isCode(words: readonly string[], index: number): boolean {
  const before = words.slice(0, index).map((word) => word.slice(word.lastIndexOf('/') + 1));
  if (before.some((name) => remoteShells.test(name))) return true;
  return before.some((name) => interpreters.test(name)) && /^-\w*[cer]$|^--eval$/.test(before.at(-1) ?? '');
}

/** Text that every shell and template reads as itself. */
const inert = /^[\p{L}\p{N}._:,@%+=/-]*$/u;

function faultInCode(whole: string, value: string): string | undefined {
  if (inert.test(value)) return undefined;
  return `its ${whole} would be read as code there: ${shown(value)}`;
}

/** Quotes a value of any length on one line. */
function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
