import { splitAtEnd } from './route.ts';

const shortFlags: Readonly<Record<string, string>> = { '-o': '--output', '-q': '--quiet', '-V': '--version' };

/** A command line without its short forms: `help status` is `status --help`, `version` is `--version`, `-q` is `--quiet`. */
export function withoutShortForms(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === 'help') return [...splitAtEnd(rest)[0], '--help'];
  if (first === 'version') return ['--version', ...rest];
  const end = argv.indexOf('--');
  return argv.map((argument, index) =>
    end !== -1 && index > end ? argument : (shortFlags[argument] ?? argument),
  );
}
