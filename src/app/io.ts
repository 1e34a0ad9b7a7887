import type { InterruptSignal } from '../report/exit.ts';

/** The parts of the outside world that a command may touch. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** columns of the terminal that `err` writes to; undefined: not a terminal */
  readonly columns: number | undefined;
  /** its rows; undefined: they are not known */
  readonly rows?: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** the EnvironmentFile= of rc-wait.service, by which commands typed by hand go as well; absent: none */
  readonly serviceFile?: string;
  /** the installed docs/troubleshooting.md, which messages name; absent: it is not installed */
  readonly troublesPage?: string | undefined;
  /** aborted by SIGINT, SIGTERM and SIGHUP, with an Interrupted as its reason */
  readonly signal: AbortSignal;
  /** what the command after `--` needs; absent: only the streams are shared with it */
  readonly handover?: Handover;
}

/** How this process stands back behind a program that it runs in its place. */
interface Handover {
  /** signals that were ignored when rc-wait was started */
  readonly ignored: readonly InterruptSignal[];
  /** From now on signals go to `receiver` instead of ending the run. */
  readonly handTo: (receiver: (name: InterruptSignal) => void) => void;
  /** Resolves when standard output has taken all that was written. */
  readonly flushed: () => Promise<void>;
}

/** The abort reason when a person or systemd interrupted the run. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly by: InterruptSignal;

  constructor(by: InterruptSignal) {
    super(`interrupted by ${by}`);
    this.by = by;
  }
}
