import { systemClock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import type { Ipv4Address } from '../../base/ipv4.ts';
import type { Region } from '../../base/region.ts';
import { rememberRegion } from '../../host/remembered-region.ts';
import type { NetworkResult } from '../../network/types.ts';
import type { Pace, Tally } from '../../pace/types.ts';
import { type ApiUrl, apiUrlOf } from '../../rackconnect/regions.ts';
import type { Log } from '../../report/log.ts';
import type { End } from '../../report/result.ts';
import type { WaitView } from '../../report/view.ts';
import { type JobOptions, runJob } from '../../wait/job.ts';
import { type Waited, waitFor } from '../../wait/loop.ts';
import { regionPoller } from '../../wait/region-search.ts';
import { type ApiAccess, type ApiTarget, identityRoom, sourceNow, sourceWithin, withWay } from '../api.ts';
import type { Io } from '../io.ts';
import type { StepPart } from '../network/parts.ts';
import type { GatewaySettings } from '../network/request.ts';
import type { WaitOptions } from '../options.ts';
import type { WatchedXenstore } from '../xenstore/watch.ts';

/** What a wait on this server works with. */
interface JobContext {
  readonly target: ApiTarget;
  readonly settings: GatewaySettings;
  /** whether to wait for a second automation; asked when the first has ended, because roles may appear late */
  readonly isManaged: () => Promise<boolean>;
  readonly log: Log;
  readonly view: WaitView;
  /** called with each part of the network step when it has ended */
  readonly onPart: (part: StepPart) => void;
  readonly deadlineMs: number;
  /** filled in when the job ends, however it ends */
  readonly requests: Tally;
}

/** Runs `rc-wait wait` on this server, from its source address to its network. */
export async function waitJob(args: WaitOptions, io: Io, context: JobContext): Promise<End> {
  const { target, settings, log, view, onPart, deadlineMs, requests } = context;
  if (args.source === 'xenstore' && args.network === 'off')
    return runWatchedJob(args, io, context, { ...nobody, pace: undefined });
  const source = await sourceWithin(args, target, {
    clock: systemClock,
    deadlineMs,
    signal: io.signal,
    onMissing: view.showHindrance,
  });
  if (typeof source === 'object')
    return { kind: 'deadline', phase: 'automation', answered: false, refused: false, why: source.missing };
  const lookUp = sourceNow(args, target);
  return withWay(args, lookUp, log.warn, async (way) => {
    view.count(way.pace.tally);
    try {
      const api = await apiOf(args, io, context, way);
      if (api.kind === 'deadline') return { ...api, phase: 'region' };
      const baseUrl = api.value;
      log.debug(`asking ${baseUrl}${source === undefined ? '' : ` from ${source}`}`);
      const client = way.clientOf(baseUrl);
      const openApi = { client, pace: way.pace, baseUrl };
      const configure = async (gateway: Ipv4Address): Promise<NetworkResult> => {
        const [{ executorFor, untilGatewayFits }, { setGateway }] = await Promise.all([
          import('./network-step.ts'),
          import('../network/gateway.ts'),
        ]);
        const patience = { clock: systemClock, deadlineMs, signal: io.signal, onLate: view.showHindrance };
        await untilGatewayFits(gateway, settings, patience);
        // The gateway fits now: clear the hindrance.
        view.onEvent({ kind: 'phase', phase: 'network' });
        // Use the current address. With a stale one the API probe would fail and a good change would be
        // rolled back.
        const now = lookUp();
        const asked = { api: openApi, source: typeof now === 'object' ? source : now };
        return setGateway({ ...settings, gateway }, { ...executorFor(args, log, asked), onPart });
      };
      const end = await runWatchedJob(args, io, context, { client, configure, pace: way.pace });
      return args.source === 'api' ? end : await withReason(end, io);
    } finally {
      Object.assign(requests, way.pace.tally);
    }
  });
}

/** The client and the network step that the job uses if it needs them. */
type Hands = Pick<JobOptions<NetworkResult>, 'client' | 'configure'> & {
  /** undefined: the API is not asked */
  readonly pace: Pace | undefined;
};

const notAsked = (): Promise<never> =>
  Promise.reject(new RcWaitError('BUG', 'the API is asked, and was not to be'));

/** For a wait that needs the API neither for the status nor for the gateway. */
const nobody: Omit<Hands, 'pace'> = { client: { ask: notAsked }, configure: notAsked };

const xenstoreRoom = () => import('../xenstore/watch.ts');

/** Adds the reason why RackConnect will not automate this server. The API does not give it, but xenstore may. */
async function withReason(end: End, io: Io): Promise<End> {
  if (end.kind !== 'unprocessable' || end.deployment === undefined) return end;
  if (end.deployment.reason !== undefined) return end;
  const { unprocessableReason } = await xenstoreRoom();
  const reason = await unprocessableReason(io.signal);
  return reason === undefined ? end : { ...end, deployment: { ...end.deployment, reason } };
}

/** Finds the API of this server's region; asks the APIs of all regions if no source names it. */
async function apiOf(
  args: WaitOptions,
  io: Io,
  { target, view, deadlineMs, log }: JobContext,
  { clientOf }: ApiAccess,
): Promise<Waited<ApiUrl>> {
  // Logged because a source may be wrong, and the wrong API would only ever refuse.
  if (target.regionBy !== undefined) log.info(`the region comes from ${target.regionBy}`);
  if (target.baseUrl !== undefined) return { kind: 'done', value: target.baseUrl };
  const { regionNow } = await identityRoom();
  let saidBy: string | undefined;
  const look = async (): Promise<Region | undefined> => {
    const said = await regionNow();
    saidBy = said?.by;
    return said?.region;
  };
  log.info('nothing on this server names its region: asking the APIs of all six which of them knows it');
  view.onEvent({ kind: 'phase', phase: 'region' });
  const found = await waitFor(regionPoller(clientOf, systemClock, look), {
    clock: systemClock,
    deadlineMs,
    signal: io.signal,
    onEvent: view.onEvent,
  });
  if (found.kind === 'deadline') return found;
  if (saidBy === undefined) await rememberRegion(args['state-dir'], found.value);
  log.info(
    saidBy === undefined
      ? `the region of this server is ${found.value}: its API knows this server`
      : `the region comes from ${saidBy}`,
  );
  return { kind: 'done', value: apiUrlOf(found.value) };
}

/** Runs the job beside a watch on this server's xenstore, unless the API is to be asked alone. */
async function runWatchedJob(
  args: WaitOptions,
  io: Io,
  context: JobContext,
  { pace, ...hands }: Hands,
): Promise<End> {
  if (args.source === 'api') return runJob(jobOptions(args, io, context, hands, undefined));
  const { watchXenstore } = await xenstoreRoom();
  const { log } = context;
  const xenstore = await watchXenstore({ stateDir: args['state-dir'], pace, log, signal: io.signal });
  try {
    return await runJob(jobOptions(args, io, context, hands, xenstore));
  } finally {
    xenstore.end();
  }
}

function jobOptions(
  args: WaitOptions,
  io: Io,
  { isManaged, view, deadlineMs }: JobContext,
  hands: Omit<Hands, 'pace'>,
  xenstore: WatchedXenstore | undefined,
): JobOptions<NetworkResult> {
  return {
    ...hands,
    metadata: xenstore && {
      source: xenstore.status,
      alarm: xenstore.alarm,
      alone: args.source === 'xenstore',
    },
    managed: async () => {
      if (!(await isManaged())) return undefined;
      return xenstore?.managed ?? (await xenstoreRoom()).managedAutomation();
    },
    clock: systemClock,
    deadlineMs,
    signal: io.signal,
    onEvent: view.onEvent,
    network: args.network === 'off' || args.network === 'auto' ? args.network : 'always',
  };
}
