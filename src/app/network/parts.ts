/** A part of a network change, in ms on the clock that all processes of a boot share. */
export interface StepPart {
  readonly part: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Returns a function that ends a part each time it is called: what happened since the last call has that name. */
export function partTimer(
  onPart: ((part: StepPart) => void) | undefined,
  nowMs: () => number,
): (part: string) => void {
  let fromMs = nowMs();
  return (part) => {
    const toMs = nowMs();
    onPart?.({ part, fromMs, toMs });
    fromMs = toMs;
  };
}

/** The parts of a change by the steps that end them, see `transact`. */
const partsBySteps: Readonly<Record<string, string>> = {
  prepared: 'prepare',
  written: 'write',
  reloaded: 'reload',
  probed: 'probe',
  finished: 'keep',
  discarded: 'roll back',
};

/** The part that ends with a step; undefined: none does. */
export function partBefore(step: string): string | undefined {
  return partsBySteps[step];
}
