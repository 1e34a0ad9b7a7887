import { existsSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import type { Ipv4Address } from '../base/ipv4.ts';
import type { Region } from '../base/region.ts';
import { isInterfaceName, sourceAddress } from '../host/interfaces.ts';
import type { LocalAddress, SourceNow } from '../http/types.ts';
import type { Pace } from '../pace/types.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import { type ApiUrl, apiUrlOf, parseApiUrl, parseRegion } from '../rackconnect/regions.ts';
import { links } from '../system/links.ts';
import { isRunningSystem } from '../system/root.ts';
import { readText } from './named-file.ts';
import type { ApiOptions } from './options.ts';

/** An API, ready to be asked. */
export interface OpenApi {
  readonly client: RackconnectClient;
  readonly pace: Pace;
  readonly baseUrl: ApiUrl;
}

/** Which API to ask, as far as that is known before any request. */
export interface ApiTarget {
  /** undefined: nothing on this server names its region, so the APIs of all six must be asked */
  readonly baseUrl: ApiUrl | undefined;
  readonly region?: Region;
  /** the source that named the region, unless a flag did */
  readonly regionBy?: string;
  /** whether it is Rackspace's own API, which only ServiceNet reaches */
  readonly byServiceNet: boolean;
  /** the ServiceNet interface according to this server's own sources; unset if a flag names it */
  readonly serviceNet?: string;
  /** what each source said about region and interface, if any had to be read */
  readonly said: readonly string[];
}

/**
 * Chooses the API that the flags name, or the API of the region that this server's own sources name. Sources
 * are read only for what no flag says.
 */
export async function targetOf(args: ApiOptions): Promise<ApiTarget> {
  const url = args['api-url'];
  if (url !== undefined) return { baseUrl: parseApiUrl(url), byServiceNet: false, said: [] };
  const named = args.region === undefined ? undefined : parseRegion(args.region);
  const wanted = {
    region: named === undefined,
    serviceNet: interfaceOf(args) === undefined && args['source-address'] === undefined,
    stateDirectory: args['state-dir'],
  };
  const mustAsk = wanted.region || wanted.serviceNet;
  const identity = mustAsk ? await (await identityRoom()).identify(wanted) : { said: [] };
  const region = named ?? identity.region;
  return {
    ...identity,
    ...(region === undefined ? {} : { region }),
    baseUrl: region === undefined ? undefined : apiUrlOf(region),
    byServiceNet: true,
  };
}

/** What this server's own sources say of it: loaded only where no flag says it. */
export const identityRoom = () => import('../host/identity.ts');

/** The source address for requests, by the flags and the current state of the interfaces. */
export function sourceOf(args: ApiOptions, target: ApiTarget): Ipv4Address | undefined | 'missing' {
  const { byServiceNet, serviceNet } = target;
  const source = {
    address: args['source-address'],
    interfaceName: interfaceOf(args),
    byServiceNet,
    serviceNet,
  };
  return sourceAddress(source, links(), isThere);
}

/** Whether there is an interface of this name, up or down. */
function isThere(name: string): boolean {
  return existsSync(`/sys/class/net/${name}`);
}

/** `--interface`. Below another root it names an interface of that system, which this one need not have. */
function interfaceOf({ root, interface: name }: ApiOptions): string | undefined {
  return isRunningSystem(root ?? '/') ? name : undefined;
}

/** The name of the interface that lacks an address, for messages. */
export function sourceInterface(args: ApiOptions, { serviceNet }: ApiTarget): string {
  return interfaceOf(args) ?? serviceNet ?? 'the interface';
}

/**
 * Looks up the source address anew for each connection. Chosen once, it would stay wrong for good on a server
 * whose address is rewritten during boot.
 */
export function sourceNow(args: ApiOptions, target: ApiTarget): () => SourceNow {
  return () => {
    try {
      const source = sourceOf(args, target);
      if (source !== 'missing') return source;
      return { missing: `${sourceInterface(args, target)} has no IPv4 address` };
    } catch (error) {
      // The interface existed at the start: it is being renamed or recreated, so the flag is not wrong.
      return { missing: reasonOf(error) };
    }
  };
}

/** Interval between looks at an interface without an address, in ms. */
const lookAgainMs = 500;

/**
 * Waits for the source address. At boot an interface may exist before it has an address, and udev or a VLAN
 * may create it later still: during a wait a missing interface is late, not wrong.
 * @throws RcWaitError CONFIGURATION for flags that can never be right; the signal's reason when aborted
 */
export async function sourceWithin(
  args: ApiOptions,
  target: ApiTarget,
  within: { clock: Clock; deadlineMs: number; signal: AbortSignal; onMissing: (message: string) => void },
): Promise<SourceNow> {
  const { clock, deadlineMs, signal, onMissing } = within;
  for (;;) {
    const source = sourceYet(args, target);
    if (typeof source !== 'object' || clock.nowMs() >= deadlineMs) return source;
    // On each pass: without a sign of life systemd would take the wait for a hang.
    onMissing(`${source.missing} yet`);
    await clock.sleep(lookAgainMs, signal);
  }
}

/** The source address by the flags; `missing` for an interface that may still appear. */
function sourceYet(args: ApiOptions, target: ApiTarget): SourceNow {
  const name = interfaceOf(args);
  const mayCome = args['source-address'] === undefined && name !== undefined && isInterfaceName(name);
  if (mayCome && !isThere(name)) return { missing: `this server has no interface ${name}` };
  const source = sourceOf(args, target);
  if (source !== 'missing') return source;
  return { missing: `${sourceInterface(args, target)} has no IPv4 address` };
}

/** Access to every API: the account of this server's requests, and a transport that binds their source address. */
export interface ApiAccess {
  readonly pace: Pace;
  /** a client of the API at `baseUrl` */
  readonly clientOf: (baseUrl: ApiUrl) => RackconnectClient;
}

/**
 * Opens the way to the API for `work` and closes it afterwards. `onNotice` receives what a person should know
 * about the ledger.
 */
export async function withWay<T>(
  args: ApiOptions,
  localAddress: LocalAddress,
  onNotice: (notice: string) => void,
  work: (way: ApiAccess) => Promise<T>,
): Promise<T> {
  const caPem = args['ca-file'] === undefined ? undefined : readCa(args['ca-file']);
  const { openWay } = await import('./way.ts');
  const way = openWay({ localAddress, caPem, directory: args['state-dir'], onNotice });
  try {
    return await work(way);
  } finally {
    await way.close();
  }
}

/**
 * Reads the certificates of `--ca-file`.
 * @throws RcWaitError CONFIGURATION
 */
export function readCa(path: string): string {
  const pem = readText(path, '--ca-file');
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new RcWaitError('CONFIGURATION', `cannot use --ca-file ${path}: it holds no certificate in PEM form`);
}
