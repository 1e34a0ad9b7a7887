/** Exit statuses with their meaning, for `--help` and the manual page. */
export type ExitTexts = Readonly<Record<number, string>>;

/** Any command may end with these. */
const everyCommand: ExitTexts = { 64: 'wrong flags', 70: 'a bug' };

/** A wait ends with its verdict instead, also where nothing can be written. */
const everyAnswer: ExitTexts = { 71: 'the answer could not be written' };

/**
 * The exit statuses of a command in words, in ascending order. One text for all commands, so that a status
 * cannot be missing in one of them.
 * @param own the statuses of this command; they replace the common texts
 */
export function exitStatuses(own: ExitTexts): string {
  return inWords({ ...everyCommand, ...everyAnswer, ...own });
}

/** `exitStatuses` of a command whose verdict does not depend on standard output. */
export function verdictStatuses(own: ExitTexts): string {
  return inWords({ ...everyCommand, ...own });
}

function inWords(texts: ExitTexts): string {
  // Keys that are numbers come in ascending order (ECMA-262, OrdinaryOwnPropertyKeys).
  const each = Object.entries(texts).map(([status, text]) => `${status} ${text}`);
  return `Exit status: ${[...each, '129, 130, 143 interrupted'].join('; ')}.`;
}

/** The notes of a command without its exit statuses, and these one by one. */
export function withoutStatuses(notes: string): {
  readonly text: string;
  readonly statuses: readonly (readonly [status: string, meaning: string])[];
} {
  const [all = '', list = ''] = /Exit status: (.*?interrupted)\./.exec(notes) ?? [];
  // A meaning may have a semicolon of its own: a status begins with a figure.
  const each = list.split(/; (?=\d)/).flatMap((one) => {
    const [status] = /^\d+(?:, \d+)*(?= )/.exec(one) ?? [];
    return status === undefined ? [] : [[status, one.slice(status.length + 1)] as const];
  });
  return { text: notes.replace(all, '').replace(/ {2,}/g, ' ').trim(), statuses: each };
}
