import { parseIpv4 } from '../../base/ipv4.ts';
import { isRunningSystem } from '../../system/root.ts';
import type { Run } from '../../system/tool.ts';
import { isWished, readDefaultRoutes } from '../kernel/routes.ts';
import { describeRoutes, type Settling } from '../kernel/wait-for-route.ts';
import { isPresent, ofPresent } from '../plan/link-down.ts';
import { changedFiles } from '../plan/plan.ts';
import { askDaemon, readStackFiles, runningInterfaces } from '../plan/stack-files.ts';
import { stacks } from '../stacks/index.ts';
import type { Command, FileChange, GatewayWish, HostInterface } from '../types.ts';
import type { JournalEntry } from './journal/entry.ts';

/*
 * A change that was made in the files of a disk (`--root`), undone on the server that has booted with
 * them since: the journal knows neither commands nor routes, for nothing ran then.
 */

/** Whether a change that is to be undone here was made where nothing ran. */
export function wasMadeOffline({ routes, restore }: JournalEntry, root: string): boolean {
  return isRunningSystem(root) && routes === null && restore.length === 0;
}

/**
 * The stack's own commands that bring the old files into the kernel; none where the stack has none, as
 * ifupdown, or is not known any more.
 * @param changes what is about to be done to the files
 * @throws RcWaitError NETWORK_FILE when a file of the stack cannot be understood
 */
export async function reloadingOf(
  last: JournalEntry,
  changes: readonly FileChange[],
  run: Run,
  interfaces: readonly HostInterface[] = runningInterfaces(),
): Promise<readonly Command[]> {
  const stack = stacks.find(({ name }) => name === last.stack);
  const wish = wishOf(last, interfaces);
  if (stack === undefined || wish === undefined) return [];
  const files = await readStackFiles(stack, '/');
  const reign = (await askDaemon(stack, run)) ?? new Map();
  // As the way back of the change, had it been made here: `before` is what comes back.
  const scene = { files, before: changedFiles(files, changes), reign };
  return ofPresent(stack.restore(wish, scene), isPresent);
}

/**
 * Waits until the kernel's default route is another than the gateway's.
 * @param hasCommands whether anything brings the old files into the kernel
 * @returns why the change cannot be undone, and what a person should know though it was
 */
export async function untilGone(
  last: JournalEntry,
  { run, clock, settleMs }: Settling,
  hasCommands: boolean,
  interfaces: readonly HostInterface[] = runningInterfaces(),
): Promise<{ readonly failure?: string; readonly notice?: string }> {
  const wish = wishOf(last, interfaces);
  const deadlineMs = clock.nowMs() + (hasCommands ? settleMs : 0);
  for (;;) {
    const [first] = (await readDefaultRoutes(run)) ?? [];
    const isGone = first !== undefined && (wish === undefined || !isWished(first, wish));
    if (isGone) return {};
    if (clock.nowMs() >= deadlineMs) {
      const words = await describeRoutes(run);
      if (first === undefined) return { failure: `the old files bring no default route: ${words}` };
      return { notice: `${words} still: restart the network or the server for the old files to count` };
    }
    await clock.sleep(200);
  }
}

/** The wish of that change, with the name that the interface has here. */
function wishOf(last: JournalEntry, interfaces: readonly HostInterface[]): GatewayWish | undefined {
  const gateway = parseIpv4(last.gateway);
  if (gateway === undefined) return undefined;
  const found = interfaces.find(
    ({ name, macAddress }) => name === last.interface || macAddress === last.interface,
  );
  const { publicInterface = 'keep' } = last;
  const { macAddress } = found ?? {};
  return {
    gateway,
    interfaceName: found?.name ?? last.interface,
    publicInterface,
    ...(macAddress === undefined ? {} : { macAddress }),
  };
}
