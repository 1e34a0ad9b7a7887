import { entryOf } from '../../base/text.ts';
import { splitAtEnd } from './route.ts';

/** The short forms of flags. */
export const shortFlags: Readonly<Record<string, string>> = {
  '-o': '--output',
  '-q': '--quiet',
  '-V': '--version',
};

/** A command line without its short forms: `help status` is `status --help`, `version` is `--version`, `-q` is `--quiet`. */
export function withoutShortForms(argv: readonly string[]): readonly string[] {
  const [own, program] = splitAtEnd(argv);
  const [first, ...rest] = own;
  if (first === 'help') return [...rest, '--help'];
  const behind = program === undefined ? [] : ['--', ...program];
  if (first === 'version') return ['--version', ...rest, ...behind];
  return [...own.map((argument) => entryOf(shortFlags, argument) ?? argument), ...behind];
}
