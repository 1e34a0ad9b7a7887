/** Flags whose values are secrets. */
const secret: readonly string[] = ['--signal', '--signal-token'];

/**
 * The title of the process, which ps(1) shows to every user instead of the command line: without the values
 * of secret flags.
 */
export function titleOf(argv: readonly string[]): string {
  const shown = argv.map((argument, index) => {
    if (index > 0 && secret.includes(argv[index - 1] ?? '')) return '…';
    const flag = secret.find((name) => argument.startsWith(`${name}=`));
    return flag === undefined ? argument : `${flag}=…`;
  });
  return ['rc-wait', ...shown].join(' ');
}
