import type { FileChange, NetworkFile } from '../../types.ts';
import { dhclientHook, dhclientHookPath } from './dhclient-hook.ts';
import { dhcpcdHook, dhcpcdHookPath } from './dhcpcd-hook.ts';

const dhclientConf = '/etc/dhcp/dhclient.conf';
const dhcpcdConf = '/etc/dhcpcd.conf';

/** The files that show which DHCP clients a server has, and the hooks that keep these from bringing a default route. */
export const dhcpSources: readonly string[] = [dhclientConf, dhclientHookPath, dhcpcdConf, dhcpcdHookPath];

/**
 * The changes to the hooks of DHCP clients. Clients renew leases while the server runs, and without the hooks
 * they would bring a removed default route back.
 * @param names the interfaces that get no default route from DHCP
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
