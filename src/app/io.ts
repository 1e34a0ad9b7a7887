import type { InterruptSignal } from '../report/exit.ts';

/** The outside world, as far as a command may touch it. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** columns of the terminal that `err` goes to; undefined: it is none */
  readonly columns: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** aborted by SIGINT, SIGTERM and SIGHUP, with an Interrupted as its reason */
  readonly signal: AbortSignal;
}

/** The reason of a signal that was aborted because a person or systemd said so. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly by: InterruptSignal;

  constructor(by: InterruptSignal) {
    super(`interrupted by ${by}`);
    this.by = by;
  }
}
