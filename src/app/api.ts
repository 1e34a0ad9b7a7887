import { existsSync } from 'node:fs';
import { type Clock, systemClock } from '../base/clock.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import type { Ipv4Address } from '../base/ipv4.ts';
import type { Region } from '../base/region.ts';
import { isInterfaceName, sourceAddress } from '../host/interfaces.ts';
import type { LocalAddress, SourceNow } from '../http/types.ts';
import type { Pace } from '../pace/types.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import type { ApiUrl } from '../rackconnect/regions.ts';
import { links } from '../system/links.ts';
import { isRunningSystem } from '../system/root.ts';
import { readText } from './named-file.ts';
import type { ApiOptions } from './options.ts';

/** An API that can be asked. */
export interface OpenApi {
  readonly client: RackconnectClient;
  readonly pace: Pace;
  readonly baseUrl: ApiUrl;
}

/** Which API, as far as it is known before anything is asked. */
export interface Target {
  /** undefined: nothing on this server names its region, and the APIs of all six are to be asked */
  readonly baseUrl: ApiUrl | undefined;
  readonly region?: Region;
  /** who said the region, and where, if it was no flag */
  readonly regionBy?: string;
  /** whether it is Rackspace's own, reached by ServiceNet alone */
  readonly byServiceNet: boolean;
  /** the ServiceNet interface, where this server's own sources name it and no flag does */
  readonly serviceNet?: string;
  /** who said what of region and interface, where somebody had to be asked */
  readonly said: readonly string[];
}

/**
 * The API that the flags mean, or the one of the region that this server's own
 * sources name. What flags say is not looked for.
 */
export async function targetOf(args: ApiOptions): Promise<Target> {
  const { apiUrlOf, parseApiUrl, parseRegion } = await import('../rackconnect/regions.ts');
  const url = args['api-url'];
  if (url !== undefined) return { baseUrl: parseApiUrl(url), byServiceNet: false, said: [] };
  const named = args.region === undefined ? undefined : parseRegion(args.region);
  const wanted = {
    region: named === undefined,
    serviceNet: interfaceOf(args) === undefined && args['source-address'] === undefined,
    stateDirectory: args['state-dir'],
  };
  const { identify } =
    wanted.region || wanted.serviceNet ? await import('../host/identity.ts') : { identify: undefined };
  const identity = (await identify?.(wanted)) ?? { said: [] };
  const region = named ?? identity.region;
  return {
    ...identity,
    ...(region === undefined ? {} : { region }),
    baseUrl: region === undefined ? undefined : apiUrlOf(region),
    byServiceNet: true,
  };
}

/** The source address for requests by the flags and the interfaces as they are now. */
export function sourceOf(args: ApiOptions, target: Target): Ipv4Address | undefined | 'missing' {
  const { byServiceNet, serviceNet } = target;
  const wish = {
    address: args['source-address'],
    interfaceName: interfaceOf(args),
    byServiceNet,
    serviceNet,
  };
  return sourceAddress(wish, links(), isThere);
}

/** Whether there is an interface of this name, up or down. */
function isThere(name: string): boolean {
  return existsSync(`/sys/class/net/${name}`);
}

/** `--interface`; below another root it names one of that system's, which this one need not have. */
function interfaceOf({ root, interface: name }: ApiOptions): string | undefined {
  return isRunningSystem(root ?? '/') ? name : undefined;
}

/** The interface whose address is waited for, in words. */
export function sourceInterface(args: ApiOptions, { serviceNet }: Target): string {
  return interfaceOf(args) ?? serviceNet ?? 'the interface';
}

/**
 * The source address as it is whenever it is asked for. Chosen once, it would
 * be wrong to no end on a server whose address is rewritten while it boots.
 */
export function sourceNow(args: ApiOptions, target: Target): () => SourceNow {
  return () => {
    try {
      const source = sourceOf(args, target);
      if (source !== 'missing') return source;
      return { missing: `${sourceInterface(args, target)} has no IPv4 address` };
    } catch (error) {
      // The interface was there at the start: it is being renamed or made anew, which is no wrong flag.
      return { missing: reasonOf(error) };
    }
  };
}

/** How often an interface without an address is looked at again, in ms. */
const lookAgainMs = 500;

/**
 * The source address, as soon as there is one: at boot an interface may exist
 * before it has its address, and udev or a VLAN may make it later still. So in a
 * wait an interface that is not there is late, not wrong.
 *
 * @throws RcWaitError CONFIGURATION for flags that can never be right; the signal's reason when aborted
 */
export async function sourceWithin(
  args: ApiOptions,
  target: Target,
  within: { clock: Clock; deadlineMs: number; signal: AbortSignal; onMissing: (message: string) => void },
): Promise<SourceNow> {
  const { clock, deadlineMs, signal, onMissing } = within;
  for (;;) {
    const source = sourceYet(args, target);
    if (typeof source !== 'object' || clock.nowMs() >= deadlineMs) return source;
    // Each time: without a sign of life systemd would take the wait for a hang.
    onMissing(`${source.missing} yet`);
    await clock.sleep(lookAgainMs, signal);
  }
}

/** The source address by the flags as they are now; an interface that may still come is missing. */
function sourceYet(args: ApiOptions, target: Target): SourceNow {
  const name = interfaceOf(args);
  const mayCome = args['source-address'] === undefined && name !== undefined && isInterfaceName(name);
  if (mayCome && !isThere(name)) return { missing: `this server has no interface ${name}` };
  const source = sourceOf(args, target);
  if (source !== 'missing') return source;
  return { missing: `${sourceInterface(args, target)} has no IPv4 address` };
}

/** The way to any API: the account of this server's requests, and a transport that binds their source. */
export interface Way {
  readonly pace: Pace;
  /** a client of the API at an address */
  readonly clientOf: (baseUrl: ApiUrl) => RackconnectClient;
}

/**
 * Does `work` with the way to the API, and closes it afterwards. `onNotice`
 * hears what a person should know about the ledger.
 */
export async function withWay<T>(
  args: ApiOptions,
  localAddress: LocalAddress,
  onNotice: (notice: string) => void,
  work: (way: Way) => Promise<T>,
): Promise<T> {
  const caPem = args['ca-file'] === undefined ? undefined : readCa(args['ca-file']);
  const [{ createClient }, { createTransport }, { openLedger }, { createPace, defaultRequestTimeoutMs }] =
    await Promise.all([
      import('../rackconnect/client.ts'),
      import('../rackconnect/transport.ts'),
      import('../pace/open-ledger.ts'),
      import('../pace/pace.ts'),
    ]);
  const ledger = openLedger({
    directory: args['state-dir'],
    clock: systemClock,
    random: Math.random,
    requestTimeoutMs: defaultRequestTimeoutMs,
    onNotice,
    source: () => {
      const now = typeof localAddress === 'function' ? localAddress() : localAddress;
      return typeof now === 'string' ? now : '';
    },
  });
  const pace = createPace({ ledger, clock: systemClock });
  const transport = createTransport({ localAddress, caPem });
  try {
    const clientOf = (baseUrl: ApiUrl): RackconnectClient => createClient({ baseUrl, pace, transport });
    return await work({ pace, clientOf });
  } finally {
    await transport.close();
    ledger.close();
  }
}

/**
 * The certificates of `--ca-file`.
 * @throws RcWaitError CONFIGURATION
 */
export function readCa(path: string): string {
  const pem = readText(path, '--ca-file');
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new RcWaitError('CONFIGURATION', `cannot use --ca-file ${path}: it holds no certificate in PEM form`);
}
