import type { Clock } from '../../base/clock.ts';
import type { Run } from '../../system/tool.ts';
import type { GatewayWish } from '../types.ts';
import {
  addition,
  type DefaultRoute,
  isSameHop,
  isSameWay,
  isWished,
  readDefaultRoutes,
  removal,
} from './routes.ts';

/** How the kernel is looked at, again and again, and for how long. */
export interface Settling {
  readonly run: Run;
  readonly clock: Clock;
  readonly settleMs: number;
}

const lookEveryMs = 200;

/**
 * The routes must stay so for so many looks: after a reload networkd lets its
 * leases go, routes and all, only a moment later, and asks for them anew.
 */
const looksToBelieve = 6;

/**
 * Waits until the kernel's default route goes through the gateway, and takes
 * other default routes out of the kernel then: of a route that no file holds any
 * more, some stacks leave the kernel's copy behind.
 * @param holdMs how long the route must stay, see `Stack`
 * @returns undefined when it does; else what the kernel's default route is, in words
 */
export async function waitForGateway(
  { run, clock, settleMs }: Settling,
  wish: GatewayWish,
  signal?: AbortSignal,
  holdMs = 0,
): Promise<string | undefined> {
  const deadlineMs = clock.nowMs() + settleMs;
  let cleared = false;
  let heldSinceMs: number | undefined;
  for (;;) {
    const routes = await readDefaultRoutes(run);
    const [first, ...others] = routes ?? [];
    const isThere = isWished(first, wish);
    heldSinceMs = isThere ? (heldSinceMs ?? clock.nowMs()) : undefined;
    if (isThere && others.length > 0 && !cleared) {
      // Once: a stack that brings another one back each time still has ours in front, and traffic goes as wished.
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
 * Waits for the stack to bring back the default routes that there were, and puts
 * them back itself when it does not. A route that the stack has brought besides
 * stays: a lease may have been away for a moment just when the routes were looked at.
 * @returns whether the kernel holds them, and what the change has set has gone
 */
export async function bringBack(settling: Settling, before: Before): Promise<boolean> {
  const { run, clock, settleMs } = settling;
  const deadlineMs = clock.nowMs() + settleMs;
  for (let looks = 0; ; ) {
    const now = await readDefaultRoutes(run);
    looks = now !== undefined && isBack(now, before) ? looks + 1 : 0;
    // Where nothing was reloaded, nothing will change by itself.
    if (looks >= looksToBelieve || (looks > 0 && clock.nowMs() >= deadlineMs)) return true;
    if (clock.nowMs() >= deadlineMs) return putBack(run, now ?? [], before);
    await clock.sleep(lookEveryMs);
  }
}

function isBack(now: readonly DefaultRoute[], before: Before): boolean {
  return isForemost(now, before) && missing(now, before).length === 0 && inTheWay(now, before).length === 0;
}

/** Whether the old way out is the way out again. With whatever metric: NetworkManager counts them in the order in which devices come up. */
function isForemost([first]: readonly DefaultRoute[], { routes: [expected] }: Before): boolean {
  return expected === undefined || (first !== undefined && isSameHop(first, expected));
}

/** The old routes of which none that may stay leads the same way; where there is none, all are set once more. */
function missing(now: readonly DefaultRoute[], before: Before): readonly DefaultRoute[] {
  const going = inTheWay(now, before);
  return before.routes.filter((route) => !now.some((one) => isSameHop(one, route) && !going.includes(one)));
}

/** Routes that were not there before, and are of the change or would be taken before the old ones. */
function inTheWay(now: readonly DefaultRoute[], { routes, interfaceName }: Before): readonly DefaultRoute[] {
  const [expected] = routes;
  const foremost = expected?.metric ?? Number.NEGATIVE_INFINITY;
  return now.filter(
    (one) =>
      !(expected !== undefined && isSameHop(one, expected)) &&
      !routes.some((route) => isSameWay(one, route)) &&
      (one.device === interfaceName || one.metric <= foremost),
  );
}

/** Routes that lead the same way as an old one that is there, with another metric. */
function twice(now: readonly DefaultRoute[], { routes }: Before): readonly DefaultRoute[] {
  const isOld = (one: DefaultRoute): boolean => routes.some((route) => isSameWay(one, route));
  const old = now.filter(isOld);
  return now.filter((one) => !isOld(one) && old.some((other) => isSameHop(one, other)));
}

/**
 * Sets the old routes first, and takes away what is in their way only once the
 * foremost is there: where its interface has no address, as after a boot that found
 * it disabled, it cannot be set, and the way out by the gateway must not go for it.
 * A route with the same metric goes in the very moment in which the old one comes.
 */
async function putBack(run: Run, now: readonly DefaultRoute[], before: Before): Promise<boolean> {
  const [expected] = before.routes;
  const isToSet = missing(now, before).length > 0 || !isForemost(now, before);
  // All of them with their old metrics: one alone could take the place of another that came back with its metric.
  const lacking = before.routes.filter((route) => isToSet && !now.some((one) => isSameWay(one, route)));
  for (const route of lacking) {
    const { ok } = await run(addition(route));
    if (!ok && route === expected) return false;
  }
  const set = await readDefaultRoutes(run);
  const isSet = expected === undefined || set?.some((one) => isSameHop(one, expected)) === true;
  if (set === undefined || !isSet) return false;
  for (const route of [...inTheWay(set, before), ...twice(set, before)]) await run(removal(route));
  const after = await readDefaultRoutes(run);
  if (after === undefined || inTheWay(after, before).length > 0) return false;
  return isForemost(after, before);
}

/** What the kernel's default route is, in words. */
export async function describeRoutes(run: Run): Promise<string> {
  return inWords(await readDefaultRoutes(run));
}

function inWords(routes: readonly DefaultRoute[] | undefined): string {
  if (routes === undefined) return 'ip(8) does not tell the routes';
  const [first] = routes;
  return first === undefined
    ? 'the kernel has no default route'
    : `the kernel's default route is "${first.words.join(' ')}"`;
}
