import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  longestChangeMs,
  recoveryAfter,
  type Step,
  stepAfter,
  steps,
} from '../../../../src/network/change/journal/steps.ts';

/** A server as far as a change goes: what its files and its kernel hold. */
interface Model {
  readonly files: readonly ('old' | 'new')[];
  readonly kernel: 'old' | 'new';
  /** undefined: no change is in the journal */
  readonly step: Step | undefined;
}

type Action = (model: Model) => Model;

const tell =
  (step: Step): Action =>
  (model) => ({ ...model, step });
const write =
  (index: number): Action =>
  (model) => ({ ...model, files: model.files.with(index, 'new') });
const load: Action = (model) => ({ ...model, kernel: model.files.includes('new') ? 'new' : 'old' });

/** All that happens in a change of so many files, in its order. */
function actionsOf(count: number): readonly Action[] {
  const writes = Array.from({ length: count }, (_, index) => write(index));
  return [
    tell('prepared'),
    tell('armed'),
    ...writes,
    tell('written'),
    load,
    tell('reloaded'),
    tell('probed'),
    tell('committed'),
    (model) => ({ ...model, step: undefined }),
  ];
}

function recovered(model: Model, sameBoot: boolean): Model {
  if (model.step === undefined) return model;
  const { files, kernel } = recoveryAfter(model.step, sameBoot);
  return {
    files: files === 'put-back' ? model.files.map(() => 'old') : model.files,
    kernel: kernel === 'put-back' ? 'old' : model.kernel,
    step: undefined,
  };
}

describe('a change', () => {
  it('goes through its steps in one order, each once', () => {
    const walked: Step[] = [];
    for (let step: Step | undefined = 'prepared'; step !== undefined; step = stepAfter(step))
      walked.push(step);
    expect(walked).toEqual(steps);
  });

  it('that ends anywhere, by a kill or a power cut, is whole after the recovery, and the kernel agrees', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), fc.boolean(), (count, cut, powerCut) => {
        const actions = actionsOf(count);
        const done = actions.slice(0, cut % (actions.length + 1));
        const start: Model = {
          files: Array.from({ length: count }, () => 'old'),
          kernel: 'old',
          step: undefined,
        };
        const ended = done.reduce((model, action) => action(model), start);
        // A boot loads what files there are.
        const found = powerCut ? load(ended) : ended;
        const after = recovered(found, !powerCut);
        expect(new Set(after.files).size).toBe(1);
        expect(after.kernel).toBe(after.files[0]);
        expect(after).toEqual(recovered(after, true));
        const isCommitted = done.length >= actions.length - 1;
        expect(after.files[0]).toBe(isCommitted ? 'new' : 'old');
      }),
      { numRuns: 10_000 },
    );
  });
});

it('the timer goes off after everything has had its time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(200_000)),
      fc.nat(60_000),
      fc.array(fc.nat(60_000)),
      (commandsMs, settleMs, probesMs) => {
        const whole = [...commandsMs, ...probesMs].reduce((sum, ms) => sum + ms, settleMs);
        expect(longestChangeMs({ commandsMs, settleMs, probesMs })).toBe(whole + 30_000);
      },
    ),
  );
});
