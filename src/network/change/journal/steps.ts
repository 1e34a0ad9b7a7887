/**
 * The steps of a network change, in their order; each is in the journal before
 * what follows it begins:
 *
 * prepared   what was there before is in the journal, and nothing else has happened
 * armed      the dead-man timer runs (or there is none to arm); files are being written
 * written    all files are written; the stack is being told
 * reloaded   the stack has taken them; the kernel and the gateway are being looked at
 * probed     all that was looked at is as expected
 * committed  the change stands; only cleaning up is left
 */
export const steps = ['prepared', 'armed', 'written', 'reloaded', 'probed', 'committed'] as const;

export type Step = (typeof steps)[number];

/** The step that must be the next one; undefined after the last. */
export function stepAfter(step: Step): Step | undefined {
  return steps[steps.indexOf(step) + 1];
}

/** What a change that nobody is at work on any more needs. */
export interface Recovery {
  /** `keep`: the change stands, and only cleaning up is left */
  readonly files: 'put-back' | 'keep';
  /** whether the stack may have taken files of the change into the kernel */
  readonly kernel: 'put-back' | 'untouched';
}

/**
 * What is left to be done for a change that ended after this step.
 * @param sameBoot whether the server has been up ever since: a boot reads what
 *   files there are, also half of a set that nobody had been told of
 */
export function recoveryAfter(step: Step, sameBoot: boolean): Recovery {
  if (step === 'committed') return { files: 'keep', kernel: 'untouched' };
  const isTold = steps.indexOf(step) >= steps.indexOf('written');
  return { files: 'put-back', kernel: isTold || !sameBoot ? 'put-back' : 'untouched' };
}

/** The times of a change, in ms. */
export interface Times {
  readonly commandsMs: readonly number[];
  readonly settleMs: number;
  readonly probesMs: readonly number[];
}

/** For writing files, starting programs and the journal: never long, but a server that boots is slow. */
const marginMs = 30_000;

/** How long a change may take at the most, from the arming of the timer to the commit. */
export function longestChangeMs({ commandsMs, settleMs, probesMs }: Times): number {
  return [...commandsMs, ...probesMs].reduce((sum, ms) => sum + ms, settleMs) + marginMs;
}
