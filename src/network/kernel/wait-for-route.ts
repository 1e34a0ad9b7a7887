import type { Clock } from '../../base/clock.ts';
import type { Run } from '../../system/tool.ts';
import type { GatewayTarget } from '../types.ts';
import {
  addition,
  type DefaultRoute,
  isGatewayRoute,
  isSameHop,
  isSameWay,
  readDefaultRoutes,
  removal,
} from './routes.ts';

/** How to poll the kernel's routes, and for how long. */
export interface Settling {
  readonly run: Run;
  readonly clock: Clock;
  readonly settleMs: number;
}

const lookEveryMs = 200;

/**
 * How many polls in a row must see the routes: after a reload networkd drops its
 * leases and their routes only a moment later, and then requests them again.
 */
const looksToBelieve = 6;

/**
 * Waits until the kernel's default route goes through the gateway, then removes the
 * other default routes: some stacks leave a route in the kernel that no file holds
 * any more.
 * @param holdMs how long the route must stay, see `Stack`
 * @returns undefined on success; else the kernel's default route, for a person
 */
export async function waitForGateway(
  { run, clock, settleMs }: Settling,
  target: GatewayTarget,
  signal?: AbortSignal,
  holdMs = 0,
): Promise<string | undefined> {
  const deadlineMs = clock.nowMs() + settleMs;
  let cleared = false;
  let heldSinceMs: number | undefined;
  for (;;) {
    const routes = await readDefaultRoutes(run);
    const [first, ...others] = routes ?? [];
    const isThere = isGatewayRoute(first, target);
    heldSinceMs = isThere ? (heldSinceMs ?? clock.nowMs()) : undefined;
    if (isThere && others.length > 0 && !cleared) {
      // Only once: if a stack keeps restoring another route, the gateway's still has the lowest metric and is used.
      for (const route of others) await run(removal(route), signal);
      cleared = true;
    } else if (heldSinceMs !== undefined && clock.nowMs() - heldSinceMs >= holdMs) return undefined;
    if (!isThere && clock.nowMs() >= deadlineMs) return inWords(routes);
    await clock.sleep(lookEveryMs, signal);
  }
}

/** The default routes as they were before a change. */
export interface Before {
  readonly routes: readonly DefaultRoute[];
  /** the interface on which the change has set the gateway */
  readonly interfaceName: string;
}

/**
 * Waits for the stack to restore the old default routes, and restores them itself if the
 * stack does not. An additional route of the stack stays: a lease may have been missing
 * for a moment when the old routes were read.
 * @returns whether the kernel has the old routes and no route of the change
 */
export async function restoreRoutes(settling: Settling, before: Before): Promise<boolean> {
  const { run, clock, settleMs } = settling;
  const deadlineMs = clock.nowMs() + settleMs;
  for (let looks = 0; ; ) {
    const now = await readDefaultRoutes(run);
    looks = now !== undefined && isBack(now, before) ? looks + 1 : 0;
    // At the deadline one poll is enough: with nothing reloaded, nothing changes by itself.
    if (looks >= looksToBelieve || (looks > 0 && clock.nowMs() >= deadlineMs)) return true;
    if (clock.nowMs() >= deadlineMs) return putBack(run, now ?? [], before);
    await clock.sleep(lookEveryMs);
  }
}

function isBack(now: readonly DefaultRoute[], before: Before): boolean {
  return (
    isBestRestored(now, before) && missing(now, before).length === 0 && conflicting(now, before).length === 0
  );
}

/** Whether the best old route is the best again, with any metric: NetworkManager numbers them as devices come up. */
function isBestRestored([first]: readonly DefaultRoute[], { routes: [expected] }: Before): boolean {
  return expected === undefined || (first !== undefined && isSameHop(first, expected));
}

/** The old routes whose next hop no remaining route has. If there is one, `putBack` sets every absent old route. */
function missing(now: readonly DefaultRoute[], before: Before): readonly DefaultRoute[] {
  const going = conflicting(now, before);
  return before.routes.filter((route) => !now.some((one) => isSameHop(one, route) && !going.includes(one)));
}

/** New routes that are on the change's interface, or that the kernel would prefer to the old ones. */
function conflicting(
  now: readonly DefaultRoute[],
  { routes, interfaceName }: Before,
): readonly DefaultRoute[] {
  const [expected] = routes;
  const foremost = expected?.metric ?? Number.NEGATIVE_INFINITY;
  return now.filter(
    (one) =>
      !(expected !== undefined && isSameHop(one, expected)) &&
      !routes.some((route) => isSameWay(one, route)) &&
      (one.device === interfaceName || one.metric <= foremost),
  );
}

/** Duplicates of an old route that is present: same next hop, other metric. */
function twice(now: readonly DefaultRoute[], { routes }: Before): readonly DefaultRoute[] {
  const isOld = (one: DefaultRoute): boolean => routes.some((route) => isSameWay(one, route));
  const old = now.filter(isOld);
  return now.filter((one) => !isOld(one) && old.some((other) => isSameHop(one, other)));
}

/**
 * Sets the old routes first, and removes conflicting routes only after the best old route is
 * back. If that cannot be set (its interface has no address, for example because it was disabled
 * at boot), the gateway's route stays, so the server remains reachable. Setting an old route
 * replaces a route with the same metric in one step.
 */
async function putBack(run: Run, now: readonly DefaultRoute[], before: Before): Promise<boolean> {
  const [expected] = before.routes;
  const isToSet = missing(now, before).length > 0 || !isBestRestored(now, before);
  // All of them with their old metrics: setting only one could replace another that came back with the same metric.
  const lacking = before.routes.filter((route) => isToSet && !now.some((one) => isSameWay(one, route)));
  for (const route of lacking) {
    const { ok } = await run(addition(route));
    if (!ok && route === expected) return false;
  }
  const set = await readDefaultRoutes(run);
  const isSet = expected === undefined || set?.some((one) => isSameHop(one, expected)) === true;
  if (set === undefined || !isSet) return false;
  for (const route of [...conflicting(set, before), ...twice(set, before)]) await run(removal(route));
  const after = await readDefaultRoutes(run);
  if (after === undefined || conflicting(after, before).length > 0) return false;
  return isBestRestored(after, before);
}

/** Describes the kernel's default route for a person. */
export async function describeRoutes(run: Run): Promise<string> {
  return inWords(await readDefaultRoutes(run));
}

function inWords(routes: readonly DefaultRoute[] | undefined): string {
  if (routes === undefined) return 'ip(8) cannot show the routes';
  const [first] = routes;
  return first === undefined
    ? 'the kernel has no default route'
    : `the kernel's default route is "${first.words.join(' ')}"`;
}
