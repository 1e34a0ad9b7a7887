import { existsSync, readFileSync } from 'node:fs';
import { type Clock, systemClock } from '../base/clock.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import type { Ipv4Address } from '../base/ipv4.ts';
import { interfaces, sourceAddress } from '../host/interfaces.ts';
import type { Pace } from '../pace/pace.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import type { ApiUrl } from '../rackconnect/regions.ts';
import type { Args } from './command.ts';
import type { apiFlags } from './flags.ts';
import { isThisSystem } from './root.ts';

/** The flags that say which API is asked, and how; `root` where the command works on network files. */
export type ApiArgs = Args<typeof apiFlags> & { readonly root?: string };

/** An API that can be asked. */
export interface OpenApi {
  readonly client: RackconnectClient;
  readonly pace: Pace;
  readonly baseUrl: ApiUrl;
}

/** Which API, found out before anything is asked. */
export interface Target {
  readonly baseUrl: ApiUrl;
  /** whether it is Rackspace's own, reached by ServiceNet alone */
  readonly byServiceNet: boolean;
}

/** The API that the flags mean, or the one of the region that the hypervisor names. */
export async function targetOf(args: ApiArgs): Promise<Target> {
  const { apiUrlOf, parseApiUrl, parseRegion } = await import('../rackconnect/regions.ts');
  const url = args['api-url'];
  if (url !== undefined) return { baseUrl: parseApiUrl(url), byServiceNet: false };
  if (args.region !== undefined) return { baseUrl: apiUrlOf(parseRegion(args.region)), byServiceNet: true };
  const { regionFromXenstore } = await import('../host/xenstore.ts');
  const told = await regionFromXenstore();
  if (told !== undefined) return { baseUrl: apiUrlOf(parseRegion(told)), byServiceNet: true };
  throw new RcWaitError(
    'CONFIGURATION',
    "cannot tell the region of this server: its hypervisor's xenstore does not say",
    {
      hint: 'name it with --region (dfw, hkg, iad, lon, ord or syd), or the API with --api-url; xenstore can only be read by root',
    },
  );
}

/** The source address for requests by the flags and the interfaces as they are now. */
export function sourceOf(args: ApiArgs, target: Target): Ipv4Address | undefined | 'missing' {
  // Below another root --interface names one of that system's, which this one need not have.
  const interfaceName = isThisSystem(args.root ?? '/') ? args.interface : undefined;
  const wish = { address: args['source-address'], interfaceName, byServiceNet: target.byServiceNet };
  return sourceAddress(wish, interfaces(), (name) => existsSync(`/sys/class/net/${name}`));
}

/** How often an interface without an address is looked at again, in ms. */
const lookAgainMs = 500;

/**
 * The source address, as soon as there is one: at boot an interface may exist
 * before it has its address.
 *
 * @throws the signal's reason when aborted
 */
export async function sourceWithin(
  args: ApiArgs,
  target: Target,
  within: { clock: Clock; deadlineMs: number; signal: AbortSignal; onMissing: (message: string) => void },
): Promise<Ipv4Address | undefined | 'missing'> {
  const { clock, deadlineMs, signal, onMissing } = within;
  let source = sourceOf(args, target);
  while (source === 'missing' && clock.nowMs() < deadlineMs) {
    // Each time: without a sign of life systemd would take the wait for a hang.
    onMissing(`${args.interface} has no IPv4 address yet`);
    await clock.sleep(lookAgainMs, signal);
    source = sourceOf(args, target);
  }
  return source;
}

/**
 * Does `work` with the API, and closes the way to it afterwards. `onNotice`
 * hears what a person should know about the ledger.
 */
export async function withApi<T>(
  args: ApiArgs,
  { baseUrl }: Target,
  localAddress: Ipv4Address | undefined,
  onNotice: (notice: string) => void,
  work: (api: OpenApi) => Promise<T>,
): Promise<T> {
  const caPem = args['ca-file'] === undefined ? undefined : readCa(args['ca-file']);
  const [{ createClient }, { createTransport }, { openLedger }, { createPace, defaultRequestTimeoutMs }] =
    await Promise.all([
      import('../rackconnect/client.ts'),
      import('../rackconnect/transport.ts'),
      import('../pace/open.ts'),
      import('../pace/paced.ts'),
    ]);
  const ledger = openLedger({
    directory: args['state-dir'],
    clock: systemClock,
    random: Math.random,
    requestTimeoutMs: defaultRequestTimeoutMs,
    onNotice,
  });
  const pace = createPace({ ledger, clock: systemClock });
  const transport = createTransport({ localAddress, caPem });
  try {
    return await work({ client: createClient({ baseUrl, pace, transport }), pace, baseUrl });
  } finally {
    await transport.close();
    ledger.close();
  }
}

function readCa(path: string): string {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RcWaitError('CONFIGURATION', `cannot read ${path}: ${reasonOf(cause)}`, {
      cause,
      hint: 'named by --ca-file',
    });
  }
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new RcWaitError('CONFIGURATION', `cannot use --ca-file ${path}: it holds no certificate in PEM form`);
}
