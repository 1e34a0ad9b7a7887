/**
 * The steps of a network change, in order. The journal records each one before the
 * work after it begins:
 *
 * prepared   the old state is in the journal; nothing else has happened
 * armed      the dead-man timer runs (unless there is none); files are being written
 * written    all files are written; the stack is being reloaded
 * reloaded   the stack has reloaded; the kernel's routes and the gateway are being checked
 * probed     all checks have succeeded
 * committed  the change is kept; only the cleanup is left
 */
export const steps = ['prepared', 'armed', 'written', 'reloaded', 'probed', 'committed'] as const;

export type Step = (typeof steps)[number];

/** The next step; undefined after the last one. */
export function stepAfter(step: Step): Step | undefined {
  return steps[steps.indexOf(step) + 1];
}

/** What is left to do for an abandoned change. */
export interface Recovery {
  /** `keep`: the change is committed, and only the cleanup is left */
  readonly files: 'put-back' | 'keep';
  /** `put-back`: the stack may have loaded files of the change into the kernel */
  readonly kernel: 'put-back' | 'untouched';
}

/**
 * What is left to do for a change that was abandoned after this step.
 * @param sameBoot whether the server has not rebooted since: a boot loads the files that
 *   it finds, even an incomplete set that no stack had reloaded
 */
export function recoveryAfter(step: Step, sameBoot: boolean): Recovery {
  if (step === 'committed') return { files: 'keep', kernel: 'untouched' };
  const isWritten = steps.indexOf(step) >= steps.indexOf('written');
  return { files: 'put-back', kernel: isWritten || !sameBoot ? 'put-back' : 'untouched' };
}

/** The time limits of a change, in ms. */
export interface Times {
  readonly commandsMs: readonly number[];
  readonly settleMs: number;
  readonly probesMs: readonly number[];
}

/** In ms, for writing files and the journal, and for starting programs: quick, but a booting server is slow. */
const marginMs = 30_000;

/** The longest possible time of a change, in ms, from arming the timer to the commit. */
export function longestChangeMs({ commandsMs, settleMs, probesMs }: Times): number {
  return [...commandsMs, ...probesMs].reduce((sum, ms) => sum + ms, settleMs) + marginMs;
}
