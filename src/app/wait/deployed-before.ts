import * as v from 'valibot';
import { type Ipv4Address, parseIpv4 } from '../../base/ipv4.ts';
import { type StackName, stackNames } from '../../base/stack-names.ts';
import type { NetworkResult } from '../../network/types.ts';
import type { Owed } from '../../report/result.ts';

const ipv4 = v.pipe(
  v.string(),
  v.check((text) => parseIpv4(text) === text),
  v.transform((text) => text as Ipv4Address),
);

const stack = v.picklist(stackNames);

const entrySchema = v.object({
  /** the instance, as its cloud names it */
  id: v.pipe(v.string(), v.minLength(1)),
  /** when the wait ended with DEPLOYED, as `rememberEnd` writes it: RFC 3339, UTC; for people */
  deployed_at: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)),
  /**
   * the number of the last change of the network then (`network/change/journal/sequence.ts`), 0: there was none; a change with a higher
   * one came later, whatever the clock said. Early releases wrote none
   */
  change: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  /** what was asked for: `--network` */
  network: v.picklist(['off', 'auto', ...stack.options]),
  /** what was done then; of a gateway that was set or found, where it is */
  result: v.variant('action', [
    v.object({
      action: v.picklist(['changed', 'unchanged']),
      gateway_ip: ipv4,
      interface: v.pipe(v.string(), v.minLength(1)),
      stack,
    }),
    v.object({ action: v.literal('skipped'), reason: v.string() }),
  ]),
  /** who was not told of it, because a signal ended the run; left out: all were */
  owed: v.optional(
    v.object({
      /** the stack of --signal */
      signal: v.boolean(),
      /** the names of the hooks that were not begun */
      hooks: v.array(v.string()),
    }),
  ),
});

const memorySchema = v.object({
  schema: v.literal('rc-wait/instances/v1'),
  /** the newest last */
  instances: v.array(entrySchema),
});

/** What is remembered of an instance on which DEPLOYED was seen. */
export type Instance = Readonly<v.InferOutput<typeof entrySchema>>;

/** What is remembered of all of them: those from whose images this server was made, too. */
export type Memory = Readonly<v.InferOutput<typeof memorySchema>>;

/** What `--network` can say. */
type Wish = Instance['network'];

/** More than anybody makes images of images; the oldest are forgotten. */
const mostInstances = 16;

/** Nothing is remembered. */
export const blank: Memory = { schema: 'rc-wait/instances/v1', instances: [] };

/** The text of a memory: JSON that a person can read. */
export function renderMemory(memory: Memory): string {
  return `${JSON.stringify(memory, undefined, 2)}\n`;
}

/** Reads a memory; undefined when the text is none: then nothing was ever seen. */
export function parseMemory(text: string): Memory | undefined {
  try {
    const { success, output } = v.safeParse(memorySchema, JSON.parse(text));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

/** When DEPLOYED was seen: for people, and in the order of the changes of the network. */
export interface Moment {
  /** RFC 3339, UTC, in whole seconds */
  readonly deployedAt: string;
  /** the number of the last change of the network at that moment; 0: there was none */
  readonly change: number;
  /** who was not told of it */
  readonly owed?: Owed | undefined;
}

/** The entry for a wait that has ended with DEPLOYED; undefined for a gateway that does not stand. */
export function instanceOf(
  id: string,
  { deployedAt, change, owed }: Moment,
  network: Wish,
  result: NetworkResult,
  gateway: Ipv4Address | undefined,
): Instance | undefined {
  const known = { id, deployed_at: deployedAt, change, network, ...(owed === undefined ? {} : { owed }) };
  if (result.action === 'skipped') return { ...known, result: { action: 'skipped', reason: result.reason } };
  if (result.action === 'rolled-back' || gateway === undefined) return undefined;
  const { action, interface: name, stack: by } = result;
  return { ...known, result: { action, gateway_ip: gateway, interface: name, stack: by } };
}

/** The memory with one more entry, in the place of what was known of that instance. */
export function withInstance({ schema, instances }: Memory, instance: Instance): Memory {
  const others = instances.filter(({ id }) => id !== instance.id);
  return { schema, instances: [...others, instance].slice(-mostInstances) };
}

/** The memory where nobody, or somebody else than before, has to be told of an instance; undefined: it says so already. */
export function withOwed(memory: Memory, id: string, owed: Owed | undefined): Memory | undefined {
  const found = memory.instances.find((instance) => instance.id === id);
  if (found === undefined || JSON.stringify(found.owed) === JSON.stringify(owed)) return undefined;
  const { owed: _before, ...known } = found;
  return withInstance(memory, owed === undefined ? known : { ...known, owed });
}

/** What follows for a wait on an instance. */
export type Recalled =
  /** nothing that helps: wait as always */
  | { readonly kind: 'unknown'; readonly why: string }
  /** DEPLOYED was seen, and the network is none of our business */
  | { readonly kind: 'left-alone'; readonly since: string; readonly reason: string; readonly owed?: Owed }
  /** DEPLOYED was seen, and this gateway was set */
  | {
      readonly kind: 'gateway';
      readonly since: string;
      /** the number of the last change of the network then; undefined where an early release remembered it */
      readonly change: number | undefined;
      readonly gateway: Ipv4Address;
      readonly interfaceName: string;
      readonly stack: StackName;
      readonly owed?: Owed;
    };

/** A change of the network, as far as the order of events goes. */
interface Change {
  readonly sequence?: number | undefined;
  /** RFC 3339 */
  readonly startedAt: string;
}

/**
 * Whether a change of the network came after DEPLOYED was seen. Told by the
 * numbers: the clock of a first boot may be hours fast, and the owner's change of
 * the next day would count as older. What has no number is of an early release,
 * and older than all that has one; of two without, the times must do.
 */
export function cameAfter(
  { sequence, startedAt }: Change,
  { change, since }: { readonly change: number | undefined; readonly since: string },
): boolean {
  if (sequence !== undefined) return sequence > (change ?? 0);
  // `since` is in whole seconds.
  return change === undefined && Date.parse(startedAt) >= Date.parse(since) + 1000;
}

/**
 * What is known of an instance, for a wait with this `--network`. Another server's
 * entry never counts, and one that was made without asking for the gateway does
 * not for a wait that shall set it.
 */
export function recall({ instances }: Memory, id: string, wish: Wish): Recalled {
  const found = instances.find((instance) => instance.id === id);
  if (found === undefined)
    return { kind: 'unknown', why: `DEPLOYED was not seen on this instance (${id}) yet` };
  const { change, network, result } = found;
  const seen = { since: found.deployed_at, ...(found.owed === undefined ? {} : { owed: found.owed }) };
  if (wish === 'off')
    return { kind: 'left-alone', ...seen, reason: 'the network was not to be touched (--network off)' };
  if (result.action !== 'skipped') {
    const { gateway_ip: gateway, interface: interfaceName, stack: by } = result;
    return { kind: 'gateway', ...seen, change, gateway, interfaceName, stack: by };
  }
  if (network === 'auto' && wish === 'auto') return { kind: 'left-alone', ...seen, reason: result.reason };
  return { kind: 'unknown', why: 'the gateway of this instance was not asked for when DEPLOYED was seen' };
}
