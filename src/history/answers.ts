import { type AnswerRun, bounded, bounds } from './record.ts';

/** What one answer was. */
type AnswerKind = 'usable' | 'refused' | 'failed';

/** The answers of a wait, folded to runs of those that are alike. */
export class AnswerLog {
  #runs: AnswerRun[] = [];
  #last: AnswerKind | undefined;

  /**
   * Takes in one answer. Returns whether it begins a new run.
   * @param why for one that is not usable
   */
  see(kind: AnswerKind, fromMs: number, toMs: number, why?: string): boolean {
    const reason = why === undefined ? null : bounded(why, bounds.why);
    const one = { usable: 0, refused: 0, failed: 0, [kind]: 1 };
    const run = { from_ms: Math.min(fromMs, toMs), to_ms: toMs, ...one, why: reason };
    const last = this.#runs.at(-1);
    if (last !== undefined && this.#last === kind) {
      this.#runs[this.#runs.length - 1] = joined(last, run);
      return false;
    }
    this.#last = kind;
    this.#runs.push(run);
    if (this.#runs.length > bounds.answers) this.#fold();
    return true;
  }

  /** Joins the older half in pairs: what happened lately keeps its detail. */
  #fold(): void {
    const half = Math.floor(this.#runs.length / 2);
    const older: AnswerRun[] = [];
    for (let index = 0; index < half; index += 2) {
      const [first, second] = this.#runs.slice(index, Math.min(index + 2, half));
      if (first !== undefined) older.push(second === undefined ? first : joined(first, second));
    }
    this.#runs = [...older, ...this.#runs.slice(half)];
  }

  runs(): AnswerRun[] {
    return [...this.#runs];
  }
}

function joined(first: AnswerRun, second: AnswerRun): AnswerRun {
  return {
    from_ms: first.from_ms,
    to_ms: Math.max(first.to_ms, second.to_ms),
    usable: first.usable + second.usable,
    refused: first.refused + second.refused,
    failed: first.failed + second.failed,
    why: second.why ?? first.why,
  };
}
