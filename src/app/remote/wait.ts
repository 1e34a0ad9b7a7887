import { systemClock } from '../../base/clock.ts';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import { parseCommand } from '../../remote/command-line.ts';
import { type RemoteEnd, waitForServers } from '../../remote/remote.ts';
import type { Selection } from '../../remote/select.ts';
import type { RemoteTally } from '../../remote/types.ts';
import { exitOfCode, type InterruptSignal } from '../../report/exit.ts';
import { type RemoteDocument, remoteResult } from '../../report/remote/result.ts';
import { humanRemote } from '../../report/remote/summary.ts';
import { Interrupted, type Io } from '../io.ts';
import { type RemoteOptions, variableNamed } from '../options.ts';
import { openRegions } from './regions.ts';
import type { Report } from './report.ts';
import { createRemoteView, type RemoteView } from './view.ts';

/** Runs `rc-wait remote`; resolves to the exit status. */
export async function remote(args: RemoteOptions, io: Io, operands: readonly string[]): Promise<number> {
  const selection = selectionOf(args, operands, io.env);
  const jobs = jobsOf(args['exec-jobs']);
  if (args.interval < 1_000)
    throw new RcWaitError('USAGE', 'cannot use --interval: it is at least 1s, for the sake of the API');
  const template = args.exec === undefined ? undefined : parseCommand(args.exec);
  const report =
    args.report === undefined ? undefined : (await import('./report.ts')).openReport(args.report);
  const startedMs = systemClock.nowMs();
  const startedWallMs = Date.now();
  const deadlineMs = startedMs + args.timeout;
  const tally: RemoteTally = { sent: 0, limited: 0, failed: 0 };
  const view = createRemoteView(args, io, { startedMs, deadlineMs, template, jobs });
  const basis = { args, io, report, selection, tally, startedMs, startedWallMs, view };
  let end: RemoteEnd;
  try {
    const opened = await openRegions(args, io, { tally, deadlineMs, onNotice: view.notice });
    try {
      end = await waitForServers({
        regions: opened.regions,
        selection,
        rules: { managed: args.managed, noRackconnectAfterMs: args['no-rackconnect-after'] },
        clock: systemClock,
        random: Math.random,
        intervalMs: args.interval,
        deadlineMs,
        signal: io.signal,
        tally,
        onEvent: view.onEvent,
      });
    } finally {
      opened.close();
    }
    await view.commandsEnded();
  } catch (error) {
    await reportError(error, basis);
    throw error;
  } finally {
    view.end();
  }
  return tell(end, basis);
}

interface Basis {
  readonly args: RemoteOptions;
  readonly io: Io;
  readonly report: Report | undefined;
  readonly selection: Selection;
  readonly tally: RemoteTally;
  readonly startedMs: number;
  readonly startedWallMs: number;
  readonly view: RemoteView;
}

async function tell(end: RemoteEnd, basis: Basis): Promise<number> {
  const { args, io } = basis;
  const { document, exit } = await resultOf(end, basis);
  // First: a reader of standard output that is slow, or gone, must not cost the page.
  const isKept = await writeReport(document, basis);
  io.out(args.output === 'human' ? humanRemote(document) : `${JSON.stringify(document)}\n`);
  return exit === 0 && !isKept ? exitOfCode('OUTPUT') : exit;
}

async function resultOf(
  end: RemoteEnd,
  { io, selection, tally, startedMs, startedWallMs, view }: Basis,
): Promise<{ readonly document: RemoteDocument; readonly exit: number }> {
  const interruptedBy = interruptOf(io);
  return remoteResult(
    // A signal that came after all servers were ready has ended the commands of --exec.
    { ...end, kind: interruptedBy === undefined ? end.kind : 'interrupted' },
    {
      named: selection.named,
      startedMs,
      startedWallMs,
      nowMs: systemClock.nowMs(),
      requests: tally,
      execs: view.execs,
      interruptedBy,
    },
  );
}

function interruptOf({ signal }: Io): InterruptSignal | undefined {
  const { reason } = signal;
  return signal.aborted && reason instanceof Interrupted ? reason.by : undefined;
}

/** A wait that ended before it saw a server: otherwise the page of another wait would stay in the file. */
async function reportError(error: unknown, basis: Basis): Promise<void> {
  if (basis.report === undefined) return;
  const by = interruptOf(basis.io);
  const message =
    by === undefined ? reasonOf(error) : `interrupted by ${by} before the first look at the servers`;
  const { document } = await resultOf({ kind: 'done', regions: [] }, basis);
  await writeReport({ ...document, message }, basis);
}

/** A page that cannot be written changes no verdict; resolves to whether there is none, or it is there. */
async function writeReport(document: RemoteDocument, { report, view }: Basis): Promise<boolean> {
  try {
    await report?.write(document);
    return true;
  } catch (error) {
    view.notice(reasonOf(error));
    return false;
  }
}

function selectionOf(args: RemoteOptions, operands: readonly string[], env: NodeJS.ProcessEnv): Selection {
  const lines = (text: string | undefined): readonly string[] =>
    (text ?? '').split('\n').filter((line) => line !== '');
  const selection: Selection = {
    named: [...new Set(operands.map((one) => one.trim()).filter((one) => one !== ''))],
    all: args.all,
    globs: lines(args.name),
    metadata: lines(args.metadata).map((text) => {
      const [, key, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
      if (key !== undefined && value !== undefined) return [key, value];
      throw new RcWaitError('USAGE', `cannot use --metadata ${text}: KEY=VALUE is expected`);
    }),
  };
  const { named, all, globs, metadata } = selection;
  if (all) refuseOthers(selection, env);
  if (all || named.length + globs.length + metadata.length > 0) return selection;
  throw new RcWaitError('USAGE', 'cannot wait: no server is named', {
    hint: 'name servers by id or name, or use --name, --metadata or --all',
  });
}

/** `web-1 --all` may mean either, and `--all --name PATTERN` too. */
function refuseOthers({ named, globs, metadata }: Selection, env: NodeJS.ProcessEnv): void {
  const [one, ...more] = [
    ...named,
    ...globs.map((glob) => `--name ${glob}`),
    ...metadata.map(([key, value]) => `--metadata ${key}=${value}`),
  ];
  if (one === undefined) return;
  const variable = variableNamed('all');
  const drop = (env[variable] ?? '') === '' ? 'drop --all' : `drop --all, or unset ${variable},`;
  const others = more.length === 0 ? one : `${one} and ${more.length} more`;
  throw new RcWaitError(
    'USAGE',
    `cannot wait for ${others} and, with --all, for every server: which is meant?`,
    {
      hint: `${drop} to wait for ${others} alone; drop ${others} to wait for every server of these regions`,
    },
  );
}

function jobsOf(text: string): number {
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 256) return jobs;
  throw new RcWaitError('USAGE', `cannot use --exec-jobs ${text}: a number from 1 to 256 is expected`);
}
