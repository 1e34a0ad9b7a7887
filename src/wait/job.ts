import type { Clock } from '../base/clock.ts';
import { RcWaitError } from '../base/error.ts';
import type { Ipv4Address } from '../base/ipv4.ts';
import { stackNames } from '../base/stack-names.ts';
import type { Alarm } from '../pace/types.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import { type LocalSource, ofSource, withFallback } from './local-source.ts';
import type { Managed } from './local-verdicts.ts';
import { ofApi, type Poller, type WaitEvent, type Waited, waitFor } from './loop.ts';
import { Overruled, StillDeployed } from './still-deployed.ts';
import { type Deployment, type Features, judgeDetails, judgeFeatures, judgeGateway } from './verdict.ts';

/** The current step of the job. `region`: finding out which API to ask. */
export type Phase = 'region' | 'automation' | 'managed' | 'features' | 'gateway' | 'network';

export type JobEvent = WaitEvent | { readonly kind: 'phase'; readonly phase: Phase };

/** What is known when the job ends, as far as it got. */
export interface JobKnown {
  readonly deployment?: Deployment;
  /** set if the second automation was waited for */
  readonly managed?: Managed;
  readonly features?: Features;
  readonly gateway?: Ipv4Address;
}

/** How the job ended. `N` is the result of the network step. */
export type JobEnd<N> = JobKnown &
  (
    | { readonly kind: 'deployed'; readonly network: N | Skipped }
    | { readonly kind: 'failed' | 'unprocessable' }
    | {
        readonly kind: 'deadline';
        readonly phase: Phase;
        readonly answered: boolean;
        readonly refused: boolean;
        readonly why: string;
      }
    | { readonly kind: 'network-failed'; readonly error: RcWaitError }
  );

/** The network was left alone, and why. */
interface Skipped {
  readonly action: 'skipped';
  readonly reason: string;
}

/** undefined: there is no second automation */
type ManagedSource = LocalSource<Managed> | undefined;

export interface JobOptions<N> {
  readonly client: RackconnectClient;
  /** another source of the status, beside the API or instead of it; absent: the API alone */
  readonly metadata?:
    | {
        readonly source: LocalSource<Deployment>;
        readonly alone: boolean;
        /** when to ask the API because of what the source says */
        readonly alarm?: Alarm | undefined;
      }
    | undefined;
  /**
   * the second automation, if the account has one: the later steps wait for it, too. A function is called
   * when the first has ended, because its sources may come late
   */
  readonly managed?: ManagedSource | (() => Promise<ManagedSource>);
  readonly clock: Clock;
  /** on the clock; Infinity: none */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: JobEvent) => void;
  /** `off`: leave the network alone; `auto`: unless RackConnect sets it; `always`: the owner named a stack */
  readonly network: 'off' | 'auto' | 'always';
  /** sets the gateway in the network configuration; throws RcWaitError on failure */
  readonly configure: (gateway: Ipv4Address) => Promise<N>;
}

/**
 * Runs the whole job under one deadline: waits for the automation, and for a second one by Managed Operations
 * if the account has it; finds out who sets the gateway; waits for its address; sets it.
 * @throws the signal's reason when aborted; an RcWaitError of `configure` becomes the end `network-failed`
 */
export async function runJob<N>(options: JobOptions<N>): Promise<JobEnd<N>> {
  const status = statusPoller(options);
  const automation = await ask('automation', status, options);
  if (automation.kind === 'deadline') return { ...automation, phase: 'automation' };
  const deployment = automation.value;
  if (deployment.status !== 'DEPLOYED') return { kind: endOf(deployment), deployment };
  return afterDeployed(deployment, new StillDeployed(status, options.clock), options);
}

function ask<T, N>(phase: Phase, inquiry: Poller<T>, options: JobOptions<N>): Promise<Waited<T>> {
  options.onEvent({ kind: 'phase', phase });
  return waitFor(inquiry, options);
}

async function afterDeployed<N>(
  deployment: Deployment,
  still: StillDeployed,
  options: JobOptions<N>,
): Promise<JobEnd<N>> {
  const { client, clock } = options;
  let known: JobKnown = { deployment };
  /** Asks for what follows DEPLOYED; returns an end if that does not arrive. */
  const askAfter = async <T>(
    phase: Exclude<Phase, 'region' | 'automation' | 'network'>,
    inquiry: Poller<T>,
  ): Promise<{ readonly value: T } | { readonly end: JobEnd<N> }> => {
    const waited = await ask(phase, still.while(inquiry), options);
    if (waited.kind === 'deadline') return { end: { ...known, ...waited, phase } };
    const { value } = waited;
    if (!(value instanceof Overruled)) return { value };
    const { deployment: latest } = value;
    return { end: { ...known, kind: endOf(latest), deployment: latest } };
  };

  const second = typeof options.managed === 'function' ? await options.managed() : options.managed;
  if (second !== undefined) {
    const managed = await askAfter('managed', ofSource(second, clock));
    if ('end' in managed) return managed.end;
    known = { ...known, managed: managed.value };
    if (!managed.value.ok) return { ...known, kind: 'failed' };
  }
  const left = (reason: string): JobEnd<N> => ({ ...known, kind: 'deployed', network: skipped(reason) });
  if (options.network === 'off') return left('by --network off');
  if (options.network === 'auto') {
    const features = await askAfter(
      'features',
      ofApi(client, { operation: 'automation_features', judge: judgeFeatures }),
    );
    if ('end' in features) return features.end;
    known = { ...known, features: features.value };
    const { networkStack } = features.value;
    if (networkStack === 'rackconnect')
      return left('RackConnect configures the network stack of this server itself');
    if (networkStack === 'unknown') return { ...known, kind: 'network-failed', error: cannotTell() };
  }
  const gateway = await askAfter('gateway', ofApi(client, { operation: 'gateway_ip', judge: judgeGateway }));
  if ('end' in gateway) return gateway.end;
  known = { ...known, gateway: gateway.value };
  return configure(gateway.value, known, options);
}

async function configure<N>(
  gateway: Ipv4Address,
  known: JobKnown,
  options: JobOptions<N>,
): Promise<JobEnd<N>> {
  options.onEvent({ kind: 'phase', phase: 'network' });
  try {
    return { ...known, kind: 'deployed', network: await options.configure(gateway) };
  } catch (error) {
    if (error instanceof RcWaitError) return { ...known, kind: 'network-failed', error };
    throw error;
  }
}

/** The end of a job whose automation ended without DEPLOYED. */
function endOf({ status }: Deployment): 'failed' | 'unprocessable' {
  return status === 'UNPROCESSABLE' ? 'unprocessable' : 'failed';
}

function statusPoller<N>({ client, clock, metadata }: JobOptions<N>): Poller<Deployment> {
  const question = { operation: 'automation_status/details', judge: judgeDetails } as const;
  const api = ofApi(client, question, metadata?.alarm);
  if (metadata === undefined) return api;
  return metadata.alone ? ofSource(metadata.source, clock) : withFallback(api, metadata.source, clock);
}

const skipped = (reason: string): Skipped => ({ action: 'skipped', reason });

/** Neither guess is safe: to write where RackConnect writes too, or to leave a server without its gateway. */
function cannotTell(): RcWaitError {
  return new RcWaitError(
    'NETWORK_UNDECIDED',
    'cannot tell who configures the network: the API lists no feature "Configure network stack" that can be read',
    {
      hint: `see \`rc-wait features\`; then use --network off to leave the network alone, or name the stack, say --network ${stackNames[0]}`,
    },
  );
}
