import { systemClock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import type { RemoteEnd } from '../../remote/remote.ts';
import type { Selection } from '../../remote/select.ts';
import type { RemoteTally } from '../../remote/types.ts';
import { Interrupted, type Io } from '../io.ts';
import type { RemoteOptions } from '../options.ts';
import type { RemoteView } from './view.ts';

/** Runs `rc-wait remote`; resolves to the exit status. */
export async function remote(args: RemoteOptions, io: Io, operands: readonly string[]): Promise<number> {
  const selection = selectionOf(args, operands);
  const jobs = jobsOf(args['exec-jobs']);
  if (args.interval < 1_000)
    throw new RcWaitError('USAGE', 'cannot use --interval: it is at least 1s, for the sake of the API');
  const { parseCommand } = await import('../../remote/command-line.ts');
  const template = args.exec === undefined ? undefined : parseCommand(args.exec);
  const startedMs = systemClock.nowMs();
  const deadlineMs = startedMs + args.timeout;
  const { openRegions } = await import('./regions.ts');
  const { createRemoteView } = await import('./view.ts');
  const tally: RemoteTally = { sent: 0, limited: 0, failed: 0 };
  const view = createRemoteView(args, io, { startedMs, deadlineMs, template, jobs });
  let end: RemoteEnd;
  try {
    const opened = await openRegions(args, io, { tally, deadlineMs, onNotice: view.notice });
    try {
      const { waitForServers } = await import('../../remote/remote.ts');
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
  } finally {
    view.end();
  }
  return tell(end, { args, io, selection, tally, startedMs, view });
}

interface Told {
  readonly args: RemoteOptions;
  readonly io: Io;
  readonly selection: Selection;
  readonly tally: RemoteTally;
  readonly startedMs: number;
  readonly view: RemoteView;
}

async function tell(end: RemoteEnd, { args, io, selection, tally, startedMs, view }: Told): Promise<number> {
  const { humanRemote, remoteResult } = await import('../../report/remote/result.ts');
  const { reason } = io.signal;
  const interruptedBy = io.signal.aborted && reason instanceof Interrupted ? reason.by : undefined;
  // A signal that came after all servers were ready has ended the commands of --exec.
  const kind = interruptedBy === undefined ? end.kind : 'interrupted';
  const { document, exit } = remoteResult(
    { ...end, kind },
    {
      named: selection.named,
      startedMs,
      nowMs: systemClock.nowMs(),
      requests: tally,
      execs: view.execs,
      interruptedBy,
    },
  );
  io.out(args.output === 'human' ? humanRemote(document) : `${JSON.stringify(document)}\n`);
  return exit;
}

function selectionOf(args: RemoteOptions, operands: readonly string[]): Selection {
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
  if (all || named.length + globs.length + metadata.length > 0) return selection;
  throw new RcWaitError('USAGE', 'cannot wait: no server is named', {
    hint: 'name servers by id or name, or use --name, --metadata or --all',
  });
}

function jobsOf(text: string): number {
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 256) return jobs;
  throw new RcWaitError('USAGE', `cannot use --exec-jobs ${text}: a number from 1 to 256 is expected`);
}
