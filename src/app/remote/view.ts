import { systemClock } from '../../base/clock.ts';
import type { Template } from '../../remote/command-line.ts';
import { createExec, type Exec, type ExecEnd } from '../../remote/exec.ts';
import type { RemoteEvent, Watched } from '../../remote/types.ts';
import { beginRemote, eventLine, noteEvent, noteExec, remoteTable } from '../../report/remote-progress.ts';
import { createLiveBlock } from '../../report/screen/live-block.ts';
import { clean } from '../../report/words.ts';
import { personsEnvironment } from '../../system/environment.ts';
import { ownersEnvironment } from '../../system/name-lookups.ts';
import type { Io } from '../io.ts';
import type { RemoteOptions } from '../options.ts';

/** Shows the wait for many servers to a person or a program, and runs the commands of `--exec`. */
export interface RemoteView {
  readonly onEvent: (event: RemoteEvent) => void;
  readonly notice: (notice: string) => void;
  readonly execs: ReadonlyMap<string, ExecEnd>;
  commandsEnded(): Promise<void>;
  end(): void;
}

interface ViewOptions {
  readonly startedMs: number;
  readonly deadlineMs: number;
  /** of `--exec` */
  readonly template: Template | undefined;
  readonly jobs: number;
}

/** Minimum interval between redraws of the table, in ms: with 10,000 servers not every event may redraw it. */
const drawEveryMs = 500;

/** A live table on a terminal; elsewhere a line of NDJSON for each event. */
export function createRemoteView(args: RemoteOptions, io: Io, options: ViewOptions): RemoteView {
  const { startedMs, deadlineMs, template, jobs } = options;
  const live = io.columns === undefined || args.quiet ? undefined : createLiveBlock(io);
  const progress = beginRemote(startedMs, deadlineMs);
  const isStream = args.output === 'ndjson';
  const err = live?.above ?? io.err;

  const isTold = isStream || (live === undefined && !args.quiet);
  let lines = '';
  // One write for all events of one answer: ten thousand single writes would pile up in memory if the reader
  // is slow.
  const flush = (): void => {
    if (lines !== '') (isStream ? io.out : io.err)(lines);
    lines = '';
  };
  const line = (event: Parameters<typeof eventLine>[0]): void => {
    if (!isTold) return;
    if (lines === '') setImmediate(flush);
    lines += eventLine(event, Date.now());
  };
  const draw = (): void =>
    live?.draw(({ columns }) => remoteTable(progress, systemClock.nowMs(), columns - 1));
  const timer = live && setInterval(draw, drawEveryMs);
  timer?.unref();

  const exec: Exec | undefined =
    template &&
    createExec({
      template,
      jobs,
      timeoutMs: args['exec-timeout'],
      env: personsEnvironment(ownersEnvironment(io.env)),
      signal: io.signal,
      onLine: (server: Watched, text) => err(`[${clean(server.name)}] ${clean(text)}\n`),
      onEnd: (end) => {
        noteExec(progress, end);
        line({ kind: 'exec', ...end });
      },
    });

  return {
    onEvent(event) {
      noteEvent(progress, event);
      line(event);
      if (event.kind === 'server' && event.server.verdict === 'deployed') exec?.add(event.server);
    },
    notice: (notice) => err(`rc-wait: warning: ${clean(notice)}\n`),
    execs: exec?.ends ?? new Map(),
    commandsEnded: async () => exec?.done(),
    end() {
      clearInterval(timer);
      flush();
      live?.end();
    },
  };
}
