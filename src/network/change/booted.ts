import { parseIpv4 } from '../../base/ipv4.ts';
import { isRunningSystem } from '../../system/root.ts';
import type { Run } from '../../system/tool.ts';
import { isGatewayRoute, readDefaultRoutes } from '../kernel/routes.ts';
import { describeRoutes, type Settling } from '../kernel/wait-for-route.ts';
import { forPresentLinks, isPresent } from '../plan/link-down.ts';
import { changedFiles } from '../plan/plan.ts';
import { askDaemon, readStackFiles, runningInterfaces } from '../plan/stack-files.ts';
import { stacks } from '../stacks/index.ts';
import type { Command, FileChange, GatewayTarget, HostInterface } from '../types.ts';
import type { JournalEntry } from './journal/entry.ts';

/*
 * Undoes a change that was made on a disk (`--root`), on the server that has since booted from it. The
 * journal has neither commands nor routes, because nothing was running at the time.
 */

/** Whether a change was made on a disk that was not running, and is undone on the running system. */
export function wasMadeOffline({ routes, restore }: JournalEntry, root: string): boolean {
  return isRunningSystem(root) && routes === null && restore.length === 0;
}

/**
 * The stack's own commands that load the old files; empty if the stack has none, like ifupdown, or is unknown.
 * @param changes the changes that the undo will make to the files
 * @throws RcWaitError NETWORK_FILE if the stack cannot parse one of its files
 */
export async function reloadingOf(
  last: JournalEntry,
  changes: readonly FileChange[],
  run: Run,
  interfaces: readonly HostInterface[] = runningInterfaces(),
): Promise<readonly Command[]> {
  const stack = stacks.find(({ name }) => name === last.stack);
  const target = targetOfLast(last, interfaces);
  if (stack === undefined || target === undefined) return [];
  const files = await readStackFiles(stack, '/');
  const configFileOf = (await askDaemon(stack, run)) ?? new Map();
  // The commands that would roll back the change on this server: `before` holds the restored files.
  const context = { files, before: changedFiles(files, changes), configFileOf };
  return forPresentLinks(stack.restore(target, context), isPresent);
}

/**
 * Waits until the kernel's default route no longer goes through the gateway.
 * @param hasCommands whether there are commands that load the old files
 * @returns `failure`: why the change cannot be undone; `notice`: what a person should know although it was undone
 */
export async function untilGone(
  last: JournalEntry,
  { run, clock, settleMs }: Settling,
  hasCommands: boolean,
  interfaces: readonly HostInterface[] = runningInterfaces(),
): Promise<{ readonly failure?: string; readonly notice?: string }> {
  const target = targetOfLast(last, interfaces);
  const deadlineMs = clock.nowMs() + (hasCommands ? settleMs : 0);
  for (;;) {
    const [first] = (await readDefaultRoutes(run)) ?? [];
    const isGone = first !== undefined && (target === undefined || !isGatewayRoute(first, target));
    if (isGone) return {};
    if (clock.nowMs() >= deadlineMs) {
      const words = await describeRoutes(run);
      if (first === undefined) return { failure: `the old files set no default route: ${words}` };
      return { notice: `${words} still; restart the network or the server to use the old files` };
    }
    await clock.sleep(200);
  }
}

/** The wanted gateway of that change, with the interface's name on this server. */
function targetOfLast(last: JournalEntry, interfaces: readonly HostInterface[]): GatewayTarget | undefined {
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
