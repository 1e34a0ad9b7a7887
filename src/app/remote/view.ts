import { systemClock } from '../../base/clock.ts';
import type { Template } from '../../remote/command-line.ts';
import { createExec, type Exec, type ExecEnd } from '../../remote/exec.ts';
import type { RemoteEvent, Watched } from '../../remote/types.ts';
import { eventLine, eventWords, type FleetEvent } from '../../report/remote/events.ts';
import { beginRemote, noteEvent, noteExec } from '../../report/remote/progress.ts';
import { progressWords, remoteTable } from '../../report/remote/table.ts';
import { hasColour } from '../../report/screen/colour.ts';
import { createLiveBlock } from '../../report/screen/live-block.ts';
import { colourPaint, plainPaint } from '../../report/screen/paint.ts';
import { clean, elapsed } from '../../report/words.ts';
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

/** How often the progress is written where there is no terminal, in ms, though nothing changes. */
const tellEveryMs = 60_000;

/** A live table on a terminal; elsewhere a line for each event, in words or as NDJSON. */
export function createRemoteView(args: RemoteOptions, io: Io, options: ViewOptions): RemoteView {
  const { startedMs, deadlineMs, template, jobs } = options;
  const isStream = args.output === 'ndjson';
  const isJson = isStream || args['log-format'] === 'json';
  const isLive = io.columns !== undefined && !args.quiet && args['log-format'] !== 'json';
  const live = isLive ? createLiveBlock(io) : undefined;
  const progress = beginRemote(startedMs, deadlineMs);
  const err = live?.above ?? io.err;
  const paint = hasColour(args.color, io.env, isLive) ? colourPaint : plainPaint;

  const isReported = isStream || (live === undefined && !args.quiet);
  let lines = '';
  let isFirstLook = false;
  // One write for all events of one answer: ten thousand single writes would pile up in memory if the reader
  // is slow.
  const flush = (): void => {
    if (isFirstLook && !isJson) lines += sentence(progressWords(progress, systemClock.nowMs()));
    isFirstLook = false;
    if (lines !== '') (isStream ? io.out : io.err)(lines);
    lines = '';
  };
  const sentence = (text: string): string => `[${elapsed(systemClock.nowMs() - startedMs)}] ${text}\n`;
  /** Must be called before the event is noted. */
  const line = (event: FleetEvent): void => {
    if (!isReported) return;
    const words = isJson ? undefined : eventWords(event, progress);
    if (!isJson && words === undefined) return;
    if (lines === '') setImmediate(flush);
    lines += words === undefined ? eventLine(event, Date.now()) : sentence(words);
    isFirstLook ||= event.kind === 'found';
  };
  const draw = (): void => {
    live?.draw(({ columns }) => remoteTable(progress, systemClock.nowMs(), columns - 1, paint));
  };
  const tell = (): void => io.err(sentence(progressWords(progress, systemClock.nowMs())));
  const timer =
    live !== undefined
      ? setInterval(draw, drawEveryMs)
      : isReported && !isJson
        ? setInterval(tell, tellEveryMs)
        : undefined;
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
        line({ kind: 'exec', ...end });
        noteExec(progress, end);
      },
    });

  return {
    onEvent(event) {
      line(event);
      noteEvent(progress, event);
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
