import type { Options } from 'yargs';
import { systemClock } from '../base/clock.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import type { Ipv4Address } from '../base/ipv4.ts';
import type { NetworkResult } from '../network/types.ts';
import type { Tally } from '../pace/pace.ts';
import type { Log } from '../report/log.ts';
import type { End } from '../report/result.ts';
import type { View } from '../report/view.ts';
import type { Notifier } from '../systemd/notify.ts';
import { type Args, type Command, command, Interrupted, type Io } from './command.ts';
import type { Order } from './configure.ts';
import {
  apiFlags,
  durationFlag,
  networkFlag,
  outputFlags,
  privilegesFlag,
  probeFlag,
  publicInterfaceFlag,
  rootFlag,
} from './flags.ts';
import { type OpenApi, sourceWithin, targetOf, withApi } from './open.ts';
import { checkRoot, isThisSystem, mayConfigure } from './root.ts';
import { recoverFirst, targetsOf } from './transaction.ts';

const waitFlags = {
  timeout: durationFlag('timeout', 'How long to wait: 90s, 15m, 1h, infinity', '60m'),
  ...networkFlag,
  ...publicInterfaceFlag,
  ...privilegesFlag,
  ...probeFlag,
  ...apiFlags,
  ...rootFlag,
  ...outputFlags,
  'log-level': {
    requiresArg: true,
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    describe: 'How much is said on standard error',
  },
  'log-format': {
    requiresArg: true,
    choices: ['auto', 'human', 'json', 'journal'],
    default: 'auto',
    describe: 'How it is said; auto: with priorities under the journal, plain elsewhere',
  },
} as const satisfies Record<string, Options>;

type WaitArgs = Args<typeof waitFlags>;

/** `rc-wait wait`, and `rc-wait` alone */
export const waitCommand: Command = command({
  name: 'wait',
  summary: 'Wait until the automation has finished, then set the gateway where that is up to you',
  flags: waitFlags,
  examples: [
    ['$0', 'wait up to an hour; the region is asked of the hypervisor'],
    ['$0 wait --timeout 15m --output json', 'for a script: one JSON document, and the exit status'],
    ['$0 wait --network off', 'wait only; leave the network alone'],
    [
      '$0 wait --api-url http://127.0.0.1:8080 --state-dir /tmp/rc --root /tmp/root',
      'try it out against rc-wait simulate',
    ],
  ],
  notes: [
    'Exit status: 0 DEPLOYED, and the network is as wished; 1 FAILED; 3 UNPROCESSABLE; 64 wrong flags or configuration;',
    '69 the API never gave a usable answer; 70 a bug; 73 the network could not be configured, and is as before;',
    '74 and could not be put back; 77 root is needed, or the API refused this server all along;',
    '124 the deadline passed; 130, 143 interrupted.',
  ].join(' '),
  run: wait,
});

async function wait(args: WaitArgs, io: Io): Promise<number> {
  const { createNotifier } = await import('../systemd/notify.ts');
  const notifier = createNotifier(io.env, { onFailure: (reason) => io.err(`rc-wait: warning: ${reason}\n`) });
  try {
    return await waitAndReport(args, io, notifier);
  } catch (error) {
    // `systemctl status` says it too, when it could not even begin: an unknown region, a CA that is none.
    await notifier.stopping(reasonOf(error));
    throw error;
  }
}

async function waitAndReport(args: WaitArgs, io: Io, notifier: Notifier): Promise<number> {
  const startedMs = systemClock.nowMs();
  const deadlineMs = startedMs + args.timeout;
  if (args.network !== 'off') checkRoot(args.root);
  await targetsOf(args.probe);
  const target = await targetOf(args);
  const [{ createView }, { createLive }] = await Promise.all([
    import('../report/view.ts'),
    import('../report/live.ts'),
  ]);
  const live = io.columns === undefined || args.quiet ? undefined : createLive(io.err);
  const log = await openLog(args, io, live?.above ?? io.err);
  const { nowMs } = systemClock;
  const view = createView({
    log,
    sink: notifier,
    live,
    columns: () => (io.columns ?? 80) - 1,
    nowMs,
    startedMs,
    deadlineMs,
  });
  if (args.network !== 'off' && !mayConfigure(args.root)) {
    log.warn('not root: should the gateway have to be set, it cannot be; use --network off to wait only');
  }
  if (args.network !== 'off' && mayConfigure(args.root)) await tidy(args, log);
  const requests: Tally = { sent: 0, refused: 0, shared: 0 };
  const end = await endOf(() => job(args, io, { target, log, view, deadlineMs, requests }), io).finally(
    view.end,
  );

  const { humanResult, resultOf } = await import('../report/result.ts');
  const { status, tasks } = view.progress;
  const waitedMs = nowMs() - startedMs;
  const { document, exit } = resultOf(end, { requests, waitedMs, seen: { status, tasks } });
  io.out(args.output === 'json' ? `${JSON.stringify(document)}\n` : humanResult(document));
  if (exit === 0) await notifier.ready(document.message);
  else await notifier.stopping(document.message);
  return exit;
}

/** A wait that a signal ended has a result too. */
async function endOf(run: () => Promise<End>, io: Io): Promise<End> {
  try {
    return await run();
  } catch (error) {
    const { reason } = io.signal;
    if (io.signal.aborted && reason instanceof Interrupted) return { kind: 'interrupted', signal: reason.by };
    throw error;
  }
}

interface JobContext {
  readonly target: Awaited<ReturnType<typeof targetOf>>;
  readonly log: Log;
  readonly view: View;
  readonly deadlineMs: number;
  /** filled in when the job ends, however it ends */
  readonly requests: Tally;
}

async function job(
  args: WaitArgs,
  io: Io,
  { target, log, view, deadlineMs, requests }: JobContext,
): Promise<End> {
  const source = await sourceWithin(args, target, {
    clock: systemClock,
    deadlineMs,
    signal: io.signal,
    onMissing: view.hinder,
  });
  if (source === 'missing') {
    return {
      kind: 'deadline',
      phase: 'automation',
      answered: false,
      refused: false,
      why: `${args.interface} has no IPv4 address`,
    };
  }
  const { runJob } = await import('../wait/job.ts');
  log.debug(`asking ${target.baseUrl}${source === undefined ? '' : ` from ${source}`}`);
  return withApi(args, target, source, log.warn, async (api) => {
    const { client, pace } = api;
    view.count(pace.tally);
    try {
      return await runJob<NetworkResult>({
        client,
        clock: systemClock,
        deadlineMs,
        signal: io.signal,
        onEvent: view.onEvent,
        network: args.network === 'off' || args.network === 'auto' ? args.network : 'always',
        configure: (gateway) => configureFor(gateway, args, log, { api, source }),
      });
    } finally {
      Object.assign(requests, pace.tally);
    }
  });
}

/** Undoes what an earlier run left unfinished. Where that fails the wait goes on: the network step tries again. */
async function tidy(args: WaitArgs, log: Log): Promise<void> {
  try {
    if (!isByService(args)) return await recoverFirst(args.root, log.warn);
    const { recoverByService } = await import('./delegate.ts');
    await recoverByService();
  } catch (error) {
    if (!(error instanceof RcWaitError)) throw error;
    log.error([error.message, error.hint].filter(Boolean).join('; '));
  }
}

/** Sets the gateway, in this process or where there is the right to do it. */
async function configureFor(
  gateway: Ipv4Address,
  args: WaitArgs,
  log: Log,
  { api, source }: { readonly api: OpenApi; readonly source: Ipv4Address | undefined },
): Promise<NetworkResult> {
  const order: Order = {
    gateway,
    stack: args.network === 'off' ? 'auto' : args.network,
    root: args.root,
    interfaceName: args.interface,
    publicInterface: args['public-interface'],
    probe: args.probe,
  };
  if (!isByService(args)) {
    const { configure } = await import('./configure.ts');
    return configure(order, api, log);
  }
  const { configureByService } = await import('./delegate.ts');
  return configureByService(order, {
    'api-url': api.baseUrl,
    'state-dir': args['state-dir'],
    'source-address': source,
    'ca-file': args['ca-file'],
  });
}

/** Below another root nothing runs, and nobody's rights but our own matter. */
function isByService(args: WaitArgs): boolean {
  return args.privileges === 'service' && isThisSystem(args.root);
}

async function openLog(args: WaitArgs, io: Io, write: (text: string) => void): Promise<Log> {
  const [{ createLog }, { journalLines, underJournal }] = await Promise.all([
    import('../report/log.ts'),
    import('../systemd/journal.ts'),
  ]);
  const chosen = args['log-format'];
  const format = chosen === 'auto' ? (underJournal(io.env) ? 'journal' : 'human') : chosen;
  const level = args.quiet && args['log-level'] === 'info' ? 'warn' : args['log-level'];
  return createLog({ level, format, write, journalLines });
}
