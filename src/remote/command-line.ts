import { RcWaitError } from '../base/error.ts';
import type { Watched } from './types.ts';

/** A command with places for what is known of a server, such as `{ip}`. */
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
 * Reads the command of `--exec` into words, as a shell would: white space
 * divides, quotes and backslashes protect. Nothing else means anything, and no
 * shell ever sees it: the name of a server is whatever somebody has called it.
 * @throws RcWaitError USAGE for an empty command, a quote that is not closed, a place that does not exist
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
  for (const [whole, name] of words.join(' ').matchAll(place)) {
    if (places[name ?? ''] === undefined)
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

/** The command for one server; or the place for which nothing is known of it. */
export function fill(
  { words }: Template,
  server: Watched,
): readonly [string, ...string[]] | { readonly lacks: string } {
  let lacks: string | undefined;
  const filled = words.map((word) =>
    word.replace(place, (whole, name: string) => {
      const value = places[name]?.(server);
      if (value === undefined) lacks ??= whole;
      return value ?? '';
    }),
  );
  const [program, ...args] = filled;
  if (lacks !== undefined || program === undefined) return { lacks: lacks ?? 'the command' };
  return [program, ...args];
}
