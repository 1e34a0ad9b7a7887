import { statSync } from 'node:fs';
import { systemClock } from '../../base/clock.ts';
import { errnoOf, reasonOf } from '../../base/error.ts';
import { momentOf } from '../../history/record.ts';
import { type Account, accountOf } from '../../host/account.ts';
import type { Tally } from '../../pace/types.ts';
import { createLog, type Log } from '../../report/log.ts';
import { type End, type Result, resultOf } from '../../report/result.ts';
import { hasColour } from '../../report/screen/colour.ts';
import { createLiveBlock } from '../../report/screen/live-block.ts';
import { createView, signOfLifeMs } from '../../report/view.ts';
import { journalLines, underJournal } from '../../systemd/journal.ts';
import { createNotifier, type Notifier } from '../../systemd/notify.ts';
import { type ApiTarget, identityRoom, targetOf } from '../api.ts';
import { Interrupted, type Io } from '../io.ts';
import { settingsOf } from '../network/request.ts';
import type { WaitOptions } from '../options.ts';
import { mayConfigure, refuseForeignRoot } from '../root.ts';
import { type Announcer, createAnnouncer } from './announce.ts';
import { refuseBeforeLogins, sayWhatStaysDown } from './around-boot.ts';
import { goesOnInWords, withBefore } from './first-start.ts';
import { beginOrGoOn, type FirstStart, thisService } from './first-start-store.ts';
import { journalEnd } from './journal-end.ts';
import type { Metrics } from './metrics.ts';
import { waitJob } from './on-this-server.ts';
import { beginRecording } from './recording.ts';
import { changeAt, recallEnd, rememberEnd } from './remembered.ts';

/** How often to look for a missing file, in ms. */
const lookAgainMs = 1_000;

/**
 * Runs `rc-wait wait`, and after a success the command that was typed after `--`; resolves to the exit status.
 * @param command the words after `--`; empty: none
 */
export async function wait(args: WaitOptions, io: Io, command: readonly string[]): Promise<number> {
  const { document, exit } = await waitAndAnnounce(args, io, command);
  const [program, ...rest] = command;
  if (exit !== 0 || program === undefined) return exit;
  return (await import('./then-run.ts')).thenRun([program, ...rest], document, io);
}

async function waitAndAnnounce(args: WaitOptions, io: Io, command: readonly string[]): Promise<Result> {
  const notifier = createNotifier(io.env, { onFailure: (reason) => io.err(`rc-wait: warning: ${reason}\n`) });
  // Finding that out may be slow, for example because of name servers.
  notifier.status('finding out which server this is');
  const startedMs = systemClock.nowMs();
  const first = await beginOrGoOn(args, command, { nowMs: startedMs, service: thisService(io.env) });
  let teller: Announcer | undefined;
  let metrics: Metrics | undefined;
  try {
    metrics = await openMetrics(args, io, startedMs);
    await untilThere(args, first.deadlineMs, io, notifier);
    teller = await createAnnouncer(args, io, notifier);
    return await waitAndReport(args, io, { startedMs, first, notifier, teller, metrics });
  } catch (error) {
    // For `systemctl status`, even if the wait could not begin: an unknown region, an invalid CA file.
    await Promise.all([
      io.signal.aborted ? undefined : journalEnd({ error }, io),
      metrics?.end({ error }),
      teller?.error(error) ?? notifier.stopping(reasonOf(error)),
    ]);
    throw error;
  } finally {
    // After every announcement: a run that is killed before goes on with the wait.
    await first.end(io.signal.aborted);
  }
}

/**
 * Waits for the file of --ca-file if it is missing: it may be on a disk that is mounted later. At the
 * deadline the reader of the file reports the error.
 */
async function untilThere(args: WaitOptions, deadlineMs: number, io: Io, notifier: Notifier): Promise<void> {
  const { 'ca-file': path, quiet } = args;
  if (path === undefined || !isMissing(path)) return;
  const late = `there is no ${path} (--ca-file) yet`;
  if (!quiet) io.err(`rc-wait: ${late}; waiting for it\n`);
  const { nowMs, sleep } = systemClock;
  while (isMissing(path) && nowMs() < deadlineMs) {
    notifier.status(late, signOfLifeMs);
    await sleep(Math.min(lookAgainMs, deadlineMs - nowMs()), io.signal);
  }
}

/** Whether the file is missing. One that may not be read exists, and is an error. */
function isMissing(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
}

/** What a wait starts with. */
interface Beginning {
  /** on the clock */
  readonly startedMs: number;
  readonly first: FirstStart;
  readonly notifier: Notifier;
  readonly teller: Announcer;
  readonly metrics: Metrics | undefined;
}

async function openMetrics(
  { 'metrics-file': path }: WaitOptions,
  io: Io,
  startedMs: number,
): Promise<Metrics | undefined> {
  if (path === undefined) return undefined;
  const warn = (warning: string): void => io.err(`rc-wait: warning: ${warning}\n`);
  return (await import('./metrics.ts')).createMetrics(path, { startedMs, warn });
}

async function waitAndReport(args: WaitOptions, io: Io, beginning: Beginning): Promise<Result> {
  const { startedMs, first, notifier, teller, metrics } = beginning;
  const { deadlineMs } = first;
  if (args.network !== 'off') refuseForeignRoot(args.root);
  const settings = await settingsOf(args);
  const target = await targetOf(args);
  const account = await accountOn(args, target);
  const live = io.columns === undefined || args.quiet ? undefined : createLiveBlock(io);
  const inColour = hasColour(args.color, io.env, live !== undefined);
  const log = openLog(args, io, live?.above ?? io.err, inColour);
  if (first.before !== undefined) log.info(goesOnInWords(first.before, startedMs));
  if (first.problem !== undefined)
    log.debug(`cannot keep when this wait began, and a restart begins anew: ${first.problem}`);
  await refuseBeforeLogins(args.root, log);
  const { nowMs } = systemClock;
  const shown = createView({
    log,
    sink: notifier,
    live,
    hasColour: inColour,
    nowMs,
    startedMs,
    deadlineMs,
  });
  metrics?.follow(() => ({ ...shown.progress, requests: shown.requests }));
  const recording = await beginRecording(args, shown, {
    log,
    startedMs,
    firstMs: first.before?.first_boot_ms,
    deadlineMs,
    onUsableAnswer: first.noteAnswer,
  });
  const { view, onPart } = recording;
  if (args.network !== 'off' && !mayConfigure(args.root)) {
    log.warn('not root: should the gateway have to be set, it cannot be; use --network off to wait only');
  }
  if (['debug', 'trace'].includes(args['log-level'])) {
    const { instanceFindings } = await identityRoom();
    for (const line of [...target.said, ...account.said, ...(await instanceFindings())]) log.debug(line);
  }
  if (args.network !== 'off' && mayConfigure(args.root)) {
    const { tidy } = await import('./network-step.ts');
    await tidy(args, log);
  }
  const requests: Tally = { sent: 0, refused: 0, shared: 0 };
  const context = { target, settings, isManaged: account.isManaged, log, view, onPart, deadlineMs, requests };
  const run = async (): Promise<End> =>
    (await recallEnd(args, { settings, log, view, onPart, deadlineMs, signal: io.signal })) ??
    waitJob(args, io, context);
  const ended = await endOf(run, io)
    .catch(async (error: unknown) => {
      await recording.error(error);
      throw error;
    })
    .finally(view.end);
  const end = withBefore(ended, first.before, startedMs);

  const { status, tasks, wasAtWork } = view.progress;
  const waitedMs = nowMs() - startedMs;
  const { startedAt, timesOf } = recording;
  const endedAt = momentOf(Date.now());
  const seen = { status, tasks, wasAtWork };
  const result = resultOf(end, { requests, waitedMs, seen, startedAt, endedAt, timesOf });
  // Not awaited here: a disk that hangs must not keep anybody waiting.
  const measured = metrics?.end({ result });
  await recording.result(result);
  const change = end.kind === 'deployed' ? await changeAt(args, log) : 0;
  const owed = await teller.result(result, {
    log,
    deadlineMs,
    recalled: end.kind === 'remembered' ? end : undefined,
  });
  await rememberEnd(args, end, result.document, { change, owed, log });
  await measured;
  if (result.exit === 0) await sayWhatStaysDown(args.root, log);
  return result;
}

/**
 * What the roles of this server's account mean. --api-url overrides which API is asked, and --managed whether
 * there is a second automation. If no source names roles yet, they are read again when the first automation
 * has ended: xenstore or the config drive may only have been late.
 */
async function accountOn(
  args: WaitOptions,
  { region }: ApiTarget,
): Promise<Pick<Account, 'said'> & { readonly isManaged: () => Promise<boolean> }> {
  const named = args['api-url'] !== undefined;
  const byHand = args.managed === 'auto' ? undefined : args.managed === 'yes';
  if (named && byHand !== undefined) return { isManaged: async () => byHand, said: [] };
  const first = await accountOf(region, named);
  const isManaged = async (): Promise<boolean> =>
    byHand ?? (first.isKnown ? first : await accountOf(region, true)).managed;
  return { isManaged, said: first.said };
}

/**
 * The end of a wait; one that a signal interrupts has a result, too. A network step that fails after the
 * signal is no verdict: a stop or a shutdown takes away what the change needs, and the next start tries
 * again. The failure is reported only if the network could not be restored, as by `causeOf` in failure.ts.
 */
export async function endOf(run: () => Promise<End>, { signal }: Pick<Io, 'signal'>): Promise<End> {
  const interrupted = (): End | undefined =>
    signal.aborted && signal.reason instanceof Interrupted
      ? { kind: 'interrupted', signal: signal.reason.by }
      : undefined;
  try {
    const end = await run();
    return (isNetworkUndone(end) && interrupted()) || end;
  } catch (error) {
    const end = interrupted();
    if (end !== undefined) return end;
    throw error;
  }
}

/** Whether the network step failed and the network is as it was before. */
function isNetworkUndone(end: End): boolean {
  if (end.kind === 'network-failed') return end.error.code !== 'NETWORK_LOST';
  return (end.kind === 'deployed' || end.kind === 'remembered') && end.network.action === 'rolled-back';
}

function openLog(args: WaitOptions, io: Io, write: (text: string) => void, inColour: boolean): Log {
  const chosen = args['log-format'];
  const format = chosen === 'auto' ? (underJournal(io.env) ? 'journal' : 'human') : chosen;
  const level = args.quiet && args['log-level'] === 'info' ? 'warn' : args['log-level'];
  return createLog({ level, format, write, hasColour: inColour, journalLines });
}
