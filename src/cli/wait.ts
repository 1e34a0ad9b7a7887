import { systemClock } from '../base/clock.ts';
import { reasonOf } from '../base/error.ts';
import type { NetworkResult } from '../network/types.ts';
import type { Tally } from '../pace/pace.ts';
import type { Log } from '../report/log.ts';
import type { End } from '../report/result.ts';
import type { Notifier } from '../systemd/notify.ts';
import type { Account } from './account.ts';
import { type Command, command, Interrupted, type Io } from './command.ts';
import type { Order } from './configure.ts';
import { recallEnd, rememberEnd } from './once.ts';
import { type Target, targetOf } from './open.ts';
import { checkRoot, mayConfigure } from './root.ts';
import { createTeller, type Teller } from './tell.ts';
import { targetsOf } from './transaction.ts';
import { type WaitArgs, waitFlags } from './wait-flags.ts';

/** `rc-wait wait`, and `rc-wait` alone */
export const waitCommand: Command = command({
  name: 'wait',
  summary: 'Wait until the automation has finished, then set the gateway where that is up to you',
  flags: waitFlags,
  examples: [
    ['$0', 'wait up to an hour; the region is found out'],
    ['$0 wait --timeout 15m --output json', 'for a script: one JSON document, and the exit status'],
    ['$0 wait --network off', 'wait only; leave the network alone'],
    ['$0 wait --network off --source xenstore', 'wait without a request: by what xenstore says'],
    [
      '$0 wait --api-url http://127.0.0.1:8080 --state-dir /tmp/rc --root /tmp/root',
      'try it out against rc-wait simulate',
    ],
  ],
  notes: [
    'Exit status: 0 DEPLOYED, and the network is as wished; 1 FAILED; 3 UNPROCESSABLE; 64 wrong flags or configuration;',
    '69 the API never gave a usable answer; 70 a bug; 73 the network could not be configured, and is as before;',
    '74 and could not be put back; 77 root is needed, or the API refused this server all along;',
    '124 the deadline passed; 129, 130, 143 interrupted.',
  ].join(' '),
  onMisuse: async (error, io) => (await import('./misuse.ts')).tellMisuse(error, io),
  run: wait,
});

async function wait(args: WaitArgs, io: Io): Promise<number> {
  const { createNotifier } = await import('../systemd/notify.ts');
  const notifier = createNotifier(io.env, { onFailure: (reason) => io.err(`rc-wait: warning: ${reason}\n`) });
  // What is asked for that, such as name servers, may be slow.
  notifier.status('finding out which server this is');
  let teller: Teller | undefined;
  try {
    teller = await createTeller(args, io, notifier);
    return await waitAndReport(args, io, notifier, teller);
  } catch (error) {
    // `systemctl status` says it too, when it could not even begin: an unknown region, a CA that is none.
    await (teller?.error(error) ?? notifier.stopping(reasonOf(error)));
    throw error;
  }
}

async function waitAndReport(args: WaitArgs, io: Io, notifier: Notifier, teller: Teller): Promise<number> {
  const startedMs = systemClock.nowMs();
  const deadlineMs = startedMs + args.timeout;
  if (args.network !== 'off') checkRoot(args.root);
  await targetsOf(args.probe);
  const target = await targetOf(args);
  const account = await accountOn(args, target);
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
  if (['debug', 'trace'].includes(args['log-level'])) {
    const { instanceSaid } = await import('./identify.ts');
    for (const line of [...target.said, ...account.said, ...(await instanceSaid())]) log.debug(line);
  }
  const [{ waitJob }, { carryOut, tidy }] = await Promise.all([
    import('./wait-job.ts'),
    import('./wait-network.ts'),
  ]);
  if (args.network !== 'off' && mayConfigure(args.root)) await tidy(args, log);
  const requests: Tally = { sent: 0, refused: 0, shared: 0 };
  const context = { target, managed: account.managed, log, view, deadlineMs, requests };
  const configure = (order: Order): Promise<NetworkResult> => carryOut(order, args, log, undefined);
  const run = async (): Promise<End> =>
    (await recallEnd(args, { log, view, deadlineMs, signal: io.signal, configure })) ??
    waitJob(args, io, context);
  const end = await endOf(run, io).finally(view.end);

  const { resultOf } = await import('../report/result.ts');
  const { status, tasks } = view.progress;
  const waitedMs = nowMs() - startedMs;
  const result = resultOf(end, { requests, waitedMs, seen: { status, tasks } });
  await teller.result(result, { log, deadlineMs, isRemembered: end.kind === 'remembered' });
  await rememberEnd(args, end, result.document, log);
  return result.exit;
}

/**
 * What the roles of this server's account mean. With --api-url, somebody has
 * said himself what is asked; whether there is a second automation, with --managed.
 */
async function accountOn(args: WaitArgs, { region }: Target): Promise<Account> {
  const named = args['api-url'] !== undefined;
  if (named && args.managed !== 'auto') return { managed: args.managed === 'yes', said: [] };
  const { accountOf } = await import('./account.ts');
  const { managed, said } = await accountOf(region, named);
  return { managed: args.managed === 'auto' ? managed : args.managed === 'yes', said };
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
