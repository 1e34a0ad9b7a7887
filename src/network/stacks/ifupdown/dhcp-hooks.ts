import type { FileChange, NetworkFile } from '../../types.ts';
import { dhclientHook, dhclientHookPath } from './dhclient-hook.ts';
import { dhcpcdHook, dhcpcdHookPath } from './dhcpcd-hook.ts';

const dhclientConf = '/etc/dhcp/dhclient.conf';
const dhcpcdConf = '/etc/dhcpcd.conf';

/** The files by which it is told which DHCP client a server has, and those that keep it from bringing a default route. */
export const dhcpSources: readonly string[] = [dhclientConf, dhclientHookPath, dhcpcdConf, dhcpcdHookPath];

/**
 * The hooks of DHCP clients, which ask again while the server runs: without them
 * a default route that was taken away comes back then.
 * @param names the interfaces that get no default route by DHCP
 */
export function hookChanges(files: readonly NetworkFile[], names: readonly string[]): FileChange[] {
  const textOf = (path: string) => files.find((file) => file.path === path)?.text;
  const changes: FileChange[] = [];
  const settle = (path: string, after: string | undefined) => {
    const before = textOf(path);
    if (before !== after) changes.push({ path, before, after, mode: 0o644 });
  };
  settle(dhclientHookPath, textOf(dhclientConf) === undefined ? undefined : dhclientHook(names));
  settle(dhcpcdHookPath, dhcpcdHook(textOf(dhcpcdHookPath), textOf(dhcpcdConf) === undefined ? [] : names));
  return changes;
}
