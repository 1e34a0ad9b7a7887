import { RcWaitError } from '../../base/error.ts';
import { exitStatuses } from '../../report/exit-texts.ts';
import { didYouMean } from '../../report/nearest.ts';
import { type CliCommand, command } from '../command.ts';
import { shells } from '../completion/shells.ts';

/** `rc-wait completion` */
export const completionCommand: CliCommand = command({
  name: 'completion',
  operands: 'SHELL',
  operandChoices: shells,
  summary: 'Print the completion for bash, zsh or fish; the packages install all three',
  flags: {},
  examples: [
    ['. <($0 completion bash)', 'in ~/.bashrc'],
    ["$0 completion zsh >'DIR/_rc-wait'", 'into a folder of $fpath, before compinit runs'],
    ['$0 completion fish >~/.config/fish/completions/rc-wait.fish', 'fish reads it by itself'],
  ],
  notes: exitStatuses({ 0: 'printed', 64: 'wrong flags, or another shell' }),
  async run(_args, io, operands, { commands }) {
    const shell = shells.find((name) => operands.length === 1 && name === operands[0]);
    if (shell === undefined) throw noSuchShell(operands);
    const { completionFor } = await import('../completion/index.ts');
    io.out(completionFor(shell, commands));
    return 0;
  },
});

function noSuchShell(operands: readonly string[]): RcWaitError {
  const given = operands.join(' ');
  return new RcWaitError(
    'USAGE',
    `cannot complete for ${JSON.stringify(given)}: bash, zsh or fish is expected`,
    {
      hint: `${didYouMean(given, shells)}see rc-wait completion --help`,
    },
  );
}
