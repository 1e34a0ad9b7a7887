import * as v from 'valibot';
import { type Ipv4Address, parseIpv4 } from '../../base/ipv4.ts';
import { type StackName, stackNames } from '../../base/stack-names.ts';
import type { NetworkResult } from '../../network/types.ts';
import type { Due } from '../../report/result.ts';

const ipv4 = v.pipe(
  v.string(),
  v.check((text) => parseIpv4(text) === text),
  v.transform((text) => text as Ipv4Address),
);

const stack = v.picklist(stackNames);

const entrySchema = v.object({
  /** the id of the instance, as its cloud names it */
  id: v.pipe(v.string(), v.minLength(1)),
  /** when the wait ended with DEPLOYED, as `rememberEnd` writes it: RFC 3339, UTC; for people */
  deployed_at: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)),
  /**
   * the number of the last change of the network then (`network/change/journal/sequence.ts`); 0: none. A
   * change with a higher number came later, whatever the clock said. Early releases wrote no number
   */
  change: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  /** the value of `--network` */
  network: v.picklist(['off', 'auto', ...stack.options]),
  /** the result of the network step; for a gateway that was set or found, also where it is */
  result: v.variant('action', [
    v.object({
      action: v.picklist(['changed', 'unchanged']),
      gateway_ip: ipv4,
      interface: v.pipe(v.string(), v.minLength(1)),
      stack,
    }),
    v.object({ action: v.literal('skipped'), reason: v.string() }),
  ]),
  /** the announcements that a signal cut off; absent: none */
  owed: v.optional(
    v.object({
      /** whether the stack of --signal is still due */
      signal: v.boolean(),
      /** the names of the hooks that were not started */
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

/** Every remembered instance, including those whose images this server was cloned from. */
export type Memory = Readonly<v.InferOutput<typeof memorySchema>>;

/** The values of `--network`. */
type NetworkFlag = Instance['network'];

/** Longer than any chain of images made from images; the oldest entries are dropped. */
const mostInstances = 16;

/** The empty memory. */
export const blank: Memory = { schema: 'rc-wait/instances/v1', instances: [] };

/** The text of a memory: JSON that a person can read. */
export function renderMemory(memory: Memory): string {
  return `${JSON.stringify(memory, undefined, 2)}\n`;
}

/** Parses a memory; undefined if the text is invalid, which counts as nothing remembered. */
export function parseMemory(text: string): Memory | undefined {
  try {
    const { success, output } = v.safeParse(memorySchema, JSON.parse(text));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

/** When DEPLOYED was seen: for people, and relative to the changes of the network. */
export interface Moment {
  /** RFC 3339, UTC, in whole seconds */
  readonly deployedAt: string;
  /** the number of the last change of the network at that moment; 0: none */
  readonly change: number;
  /** the announcements still due */
  readonly owed?: Due | undefined;
}

/** The entry for a wait that ended with DEPLOYED; undefined if its gateway was not kept. */
export function instanceOf(
  id: string,
  { deployedAt, change, owed }: Moment,
  network: NetworkFlag,
  result: NetworkResult,
  gateway: Ipv4Address | undefined,
): Instance | undefined {
  const known = { id, deployed_at: deployedAt, change, network, ...(owed === undefined ? {} : { owed }) };
  if (result.action === 'skipped') return { ...known, result: { action: 'skipped', reason: result.reason } };
  if (result.action === 'rolled-back' || gateway === undefined) return undefined;
  const { action, interface: name, stack: by } = result;
  return { ...known, result: { action, gateway_ip: gateway, interface: name, stack: by } };
}

/** The memory with one more entry, which replaces the older entry of that instance. */
export function withInstance({ schema, instances }: Memory, instance: Instance): Memory {
  const others = instances.filter(({ id }) => id !== instance.id);
  return { schema, instances: [...others, instance].slice(-mostInstances) };
}

/** The memory with a new `owed` for an instance; undefined if nothing changes. */
export function withDue(memory: Memory, id: string, owed: Due | undefined): Memory | undefined {
  const found = memory.instances.find((instance) => instance.id === id);
  if (found === undefined || JSON.stringify(found.owed) === JSON.stringify(owed)) return undefined;
  const { owed: _before, ...known } = found;
  return withInstance(memory, owed === undefined ? known : { ...known, owed });
}

/** What the memory means for a wait on an instance. */
export type Recalled =
  /** nothing useful: wait as always */
  | { readonly kind: 'unknown'; readonly why: string }
  /** DEPLOYED was seen, and rc-wait leaves the network alone */
  | { readonly kind: 'left-alone'; readonly since: string; readonly reason: string; readonly owed?: Due }
  /** DEPLOYED was seen, and this gateway was set */
  | {
      readonly kind: 'gateway';
      readonly since: string;
      /** the number of the last change of the network then; undefined if an early release wrote the entry */
      readonly change: number | undefined;
      readonly gateway: Ipv4Address;
      readonly interfaceName: string;
      readonly stack: StackName;
      readonly owed?: Due;
    };

/** A change of the network, as far as its order in time matters. */
interface Change {
  readonly sequence?: number | undefined;
  /** RFC 3339 */
  readonly startedAt: string;
}

/**
 * Whether a change of the network came after DEPLOYED was seen. Compares numbers, because the clock of a
 * first boot may be hours fast, and the owner's change of the next day would count as older. A change without
 * a number is from an early release and older than any with one; if neither has a number, the times decide.
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
 * Looks up an instance for a wait with this `--network`. Another server's entry never counts. An entry made
 * without asking for the gateway does not count for a wait that has to set it.
 */
export function recall({ instances }: Memory, id: string, flag: NetworkFlag): Recalled {
  const found = instances.find((instance) => instance.id === id);
  if (found === undefined)
    return { kind: 'unknown', why: `DEPLOYED was not seen on this instance (${id}) yet` };
  const { change, network, result } = found;
  const seen = { since: found.deployed_at, ...(found.owed === undefined ? {} : { owed: found.owed }) };
  if (flag === 'off') return { kind: 'left-alone', ...seen, reason: 'by --network off' };
  if (result.action !== 'skipped') {
    const { gateway_ip: gateway, interface: interfaceName, stack: by } = result;
    return { kind: 'gateway', ...seen, change, gateway, interfaceName, stack: by };
  }
  if (network === 'auto' && flag === 'auto') return { kind: 'left-alone', ...seen, reason: result.reason };
  return { kind: 'unknown', why: 'the gateway of this instance was not asked for when DEPLOYED was seen' };
}
