import { type Clock, systemClock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import { parseIpv4 } from '../../base/ipv4.ts';
import type { JournalEntry } from '../../network/change/journal/entry.ts';
import type { Check } from '../../network/plan/check.ts';
import type { NetworkResult } from '../../network/types.ts';
import type { Log } from '../../report/log.ts';
import type { Due, End, ResultDocument } from '../../report/result.ts';
import type { WaitView } from '../../report/view.ts';
import { isRunningSystem } from '../../system/root.ts';
import { instanceId } from '../instance-id.ts';
import type { StepPart } from '../network/parts.ts';
import type { GatewayRequest, GatewaySettings } from '../network/request.ts';
import type { WaitOptions } from '../options.ts';
import { requireRoot } from '../root.ts';

/** The context of a wait whose end may be remembered. */
interface Context {
  readonly log: Log;
  readonly view: Pick<WaitView, 'onEvent' | 'showHindrance'>;
  /** called with each part of the network step when it has ended */
  readonly onPart?: (part: StepPart) => void;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** what the flags say of the gateway; they override what is remembered */
  readonly settings: GatewaySettings;
}

/**
 * In ms: how long an interface may take to get its address at boot. After that the API is asked for the
 * gateway again.
 */
const patienceMs = 60_000;

/**
 * Ends a wait at once if DEPLOYED was seen on this instance before: repairs the network from what is
 * remembered. Undefined if nothing useful is remembered.
 */
export async function recallEnd(args: WaitOptions, context: Context): Promise<End | undefined> {
  if (!args['once-per-instance']) return undefined;
  const { log } = context;
  const id = await instanceId(args.root);
  if (id === undefined) {
    log.info(
      'cannot tell which instance this server is: no source has named it on this boot; waiting as usual',
    );
    return undefined;
  }
  const { recall, cameAfter, readMemory } = await memoryRoom();
  const known = recall(await readMemory(args.root, log.warn), id, args.network);
  if (known.kind === 'unknown') {
    log.info(`${known.why}; waiting`);
    return undefined;
  }
  const end = {
    kind: 'remembered',
    since: known.since,
    owed: known.owed,
    deployment: { status: 'DEPLOYED', tasks: [] },
  } as const;
  if (known.kind === 'left-alone') return { ...end, network: { action: 'skipped', reason: known.reason } };
  const last = await lastChange(args, log);
  const wanted = wantedBy(last, known, last !== undefined && cameAfter(last, known));
  const { gateway } = wanted;
  // If somebody rolled the gateway back by hand since, they do not want it back at each boot.
  if (last?.purpose === 'rollback' && last.gateway === gateway && !isOlder(last, known)) {
    const reason = 'the gateway that rc-wait had set was rolled back by hand';
    return { ...end, gateway, network: { action: 'skipped', reason } };
  }
  try {
    const network = await putInOrder(wanted, args, context);
    return network && { ...end, gateway, network };
  } catch (error) {
    if (!(error instanceof RcWaitError)) throw error;
    return { kind: 'network-failed', deployment: end.deployment, gateway, error };
  }
}

/** Loaded only for `--once-per-instance`. */
const memoryRoom = async () => ({
  ...(await import('./deployed-before.ts')),
  ...(await import('./deployed-before-store.ts')),
});

const checkRoom = () => import('../../network/plan/check.ts');

/** What is remembered of a gateway. */
type Known = Extract<ReturnType<typeof import('./deployed-before.ts').recall>, { kind: 'gateway' }>;

/** The gateway that must be set after a boot. */
type Wanted = Pick<Known, 'gateway' | 'interfaceName' | 'stack'> & Pick<JournalEntry, 'publicInterface'>;

/** The last change that rc-wait made to the network; undefined: none, or the journal cannot be read. */
async function lastChange({ root }: WaitOptions, log: Log): Promise<JournalEntry | undefined> {
  const { openJournal } = await import('../../network/change/journal/journal.ts');
  try {
    return await openJournal(root).last();
  } catch (error) {
    if (!(error instanceof RcWaitError)) throw error;
    log.warn(error.message);
    return undefined;
  }
}

/**
 * The number of the last change of the network; 0: none is known. Call it before the end is announced: a hook
 * may set another gateway, and that change comes later.
 */
export async function changeAt(args: WaitOptions, log: Log): Promise<number> {
  if (!args['once-per-instance']) return 0;
  return (await lastChange(args, log))?.sequence ?? 0;
}

/** The network as it was at DEPLOYED, or as the owner has set it by hand since. */
function wantedBy(last: JournalEntry | undefined, known: Known, isLater: boolean): Wanted {
  const gateway = last && parseIpv4(last.gateway);
  // An earlier change was made by the wait itself, or on the server whose image this one was made from.
  if (last?.purpose !== 'apply' || gateway === undefined || !isLater) return known;
  const { interface: interfaceName, stack, publicInterface } = last;
  return { gateway, interfaceName, stack, publicInterface };
}

/** Without a number the order is uncertain. */
const isOlder = ({ sequence }: JournalEntry, { change }: Known): boolean =>
  sequence !== undefined && change !== undefined && sequence <= change;

/** Works like `rc-wait network check --repair`; undefined: the gateway no longer fits this server. */
async function putInOrder(
  wanted: Wanted,
  args: WaitOptions,
  context: Context,
): Promise<NetworkResult | undefined> {
  const { log, view, settings } = context;
  view.onEvent({ kind: 'phase', phase: 'network' });
  requireRoot(settings.root);
  const request: GatewayRequest = {
    ...settings,
    gateway: wanted.gateway,
    stack: settings.stack === 'auto' ? wanted.stack : settings.stack,
    interfaceName: settings.interfaceName ?? wanted.interfaceName,
    publicInterface: settings.publicInterface === 'disable' ? 'disable' : (wanted.publicInterface ?? 'keep'),
  };
  const check = await checkOf(request, context);
  if (check === undefined) return undefined;
  const [{ isHeld }, { repairGateway }, { executorFor }] = await Promise.all([
    checkRoom(),
    import('../network/gateway.ts'),
    import('./network-step.ts'),
  ]);
  if (isHeld(check)) {
    return { action: 'unchanged', stack: check.stack, interface: check.interfaceName, files: [] };
  }
  for (const reason of check.reasons) log.info(reason);
  return repairGateway(check, request, {
    ...executorFor(args, log, undefined),
    onPart: context.onPart,
  });
}

async function checkOf(
  request: GatewayRequest,
  { log, view, deadlineMs, signal }: Context,
): Promise<Check | undefined> {
  const { checkNetwork } = await checkRoom();
  const nowMs = systemClock.nowMs();
  // Below another root no interface comes up by itself.
  const untilMs = isRunningSystem(request.root) ? Math.min(deadlineMs, nowMs + patienceMs) : nowMs;
  const checked = await untilItFits(() => checkNetwork(request), {
    clock: systemClock,
    untilMs,
    signal,
    onMissing: view.showHindrance,
  });
  // The gateway fits now: clear the hindrance.
  view.onEvent({ kind: 'phase', phase: 'network' });
  if (!(checked instanceof RcWaitError)) return checked;
  log.warn(`the gateway that is remembered cannot be used any more; asking the API: ${checked.message}`);
  return undefined;
}

/** Interval between looks at an interface without an address, in ms. */
const lookAgainMs = 500;

/** The error codes of a gateway that fits no interface, as before the interface has its address. */
const doesNotFit: readonly string[] = ['GATEWAY_INVALID', 'CONFIGURATION'];

/**
 * Retries until the gateway fits an interface of this server; returns the error if it does not in time.
 * @throws all other errors; the signal's reason when aborted
 */
export async function untilItFits<T>(
  attempt: () => Promise<T>,
  within: { clock: Clock; untilMs: number; signal: AbortSignal; onMissing: (reason: string) => void },
): Promise<T | RcWaitError> {
  const { clock, untilMs, signal, onMissing } = within;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RcWaitError) || !doesNotFit.includes(error.code)) throw error;
      if (clock.nowMs() >= untilMs) return error;
      // On each pass: without a sign of life systemd would take it for a hang.
      onMissing(error.message);
      await clock.sleep(lookAgainMs, signal);
    }
  }
}

/**
 * Remembers a wait that ended with DEPLOYED. Call it after every announcement: a run that is killed before is
 * waited for again. A run that is stopped halfway is remembered with the announcements still due, because a hook
 * that reboots must not do so at each boot.
 */
export async function rememberEnd(
  args: WaitOptions,
  end: End,
  { outcome }: ResultDocument,
  { change, owed, log }: { readonly change: number; readonly owed: Due | undefined; readonly log: Log },
): Promise<void> {
  if (!args['once-per-instance'] || outcome !== 'deployed') return;
  if (end.kind !== 'deployed' && end.kind !== 'remembered') return;
  const id = await instanceId(args.root);
  if (id === undefined) return;
  const { instanceOf, remember, rememberDue } = await memoryRoom();
  if (end.kind === 'remembered') {
    if (end.owed !== undefined) await rememberDue(args.root, id, owed, log.warn);
    return;
  }
  const deployedAt = `${new Date().toISOString().slice(0, 19)}Z`;
  const instance = instanceOf(id, { deployedAt, change, owed }, args.network, end.network, end.gateway);
  if (instance !== undefined) await remember(args.root, instance, log.warn);
}
