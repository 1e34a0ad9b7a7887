import type { StackName } from '../../base/stack-names.ts';
import { type Doings, doingsOf, type Way } from '../stacks/text/route-command.ts';

/** Scripts that run at boot or when the network comes up. */
export interface ScriptGroup {
  /** the stacks that run them; default: they run at every boot */
  readonly runBy?: readonly StackName[];
  /** globs below the root */
  readonly globs: readonly string[];
  /** the names that run; default: all except hidden files and backups */
  readonly names?: RegExp;
  /** true: only executable scripts run; false: the scripts are sourced */
  readonly isExecuted: boolean;
}

/** All places with scripts that a stack, a DHCP client or the boot runs. */
export const scriptGroups: readonly ScriptGroup[] = [
  {
    runBy: ['ifupdown'],
    globs: ['/etc/network/if-pre-up.d/*', '/etc/network/if-up.d/*'],
    // run-parts(8)
    names: /^[A-Za-z0-9_-]+$/,
    isExecuted: true,
  },
  { runBy: ['networkd', 'netplan'], globs: ['/etc/networkd-dispatcher/*.d/*'], isExecuted: true },
  {
    runBy: ['networkmanager', 'netplan', 'ifcfg'],
    globs: ['/etc/NetworkManager/dispatcher.d/*', '/etc/NetworkManager/dispatcher.d/pre-up.d/*'],
    isExecuted: true,
  },
  {
    runBy: ['ifcfg'],
    globs: ['/sbin/ifup-local', '/sbin/ifup-pre-local', '/usr/sbin/ifup-local', '/usr/sbin/ifup-pre-local'],
    isExecuted: true,
  },
  {
    runBy: ['wicked'],
    globs: ['/etc/sysconfig/network/if-up.d/*', '/etc/sysconfig/network/scripts/*'],
    isExecuted: true,
  },
  {
    globs: [
      '/etc/dhcp/dhclient-enter-hooks',
      '/etc/dhcp/dhclient-exit-hooks',
      '/etc/dhcp/dhclient-enter-hooks.d/*',
      '/etc/dhcp/dhclient-exit-hooks.d/*',
      '/etc/dhcpcd.enter-hook',
      '/etc/dhcpcd.exit-hook',
    ],
    isExecuted: false,
  },
  { globs: ['/etc/rc.local', '/etc/rc.d/rc.local', '/var/lib/cloud/scripts/per-boot/*'], isExecuted: true },
];

/**
 * Scripts of distributions that set routes from variables: routes of a lease, which the stack's files
 * control, and routes of rule files, which never are default routes of the main table.
 */
const distributions = /\/(rfc3442-classless-routes|10-ifcfg-rh-routes\.sh|90-nm-cloud-setup\.sh|rc-wait)$/;

/** Whether a file of a group runs. */
export function isRunIn({ names }: ScriptGroup, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isBackup = /(~|\.(bak|old|orig|rej|rpmnew|rpmsave|dpkg-\w+))$/.test(name);
  return !distributions.test(path) && !isBackup && (names === undefined || names.test(name));
}

/** The default routes that a script sets, as far as its text shows. */
export function readScript(text: string): Doings {
  if (text.includes('\0')) return { adds: [], isUnclear: true, runs: [] };
  const [, interpreter] = /^#!\s*(\S+(?:[ \t]+\S+)?)/.exec(text) ?? [];
  if (interpreter === undefined || /\b(ba|da|k|z)?sh\b/.test(interpreter)) return doingsOf(text);
  // In other languages only a hint is possible: whether the script mentions default routes at all.
  const mayBe = /route/i.test(text) && /default|0\.0\.0\.0/.test(text);
  return { adds: [], isUnclear: mayBe, runs: [] };
}

/** The command lines that a systemd unit starts, one per line (systemd.service(5)). */
export function execLines(unit: string): string {
  return unit
    .replace(/\\\r?\n/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const equals = line.indexOf('=');
      const key = line.slice(0, Math.max(equals, 0)).trim();
      if (!/^Exec(?:Start|StartPre|StartPost|Condition|Reload)$/.test(key)) return [];
      const value = line.slice(equals + 1).trimStart();
      return [value.slice(value.search(/[^-@:+!|]|$/))];
    })
    .join('\n');
}

/** The routers that dhcpcd.conf(5) sets for interfaces with `static routers=`. */
export function dhcpcdRouters(text: string): Way[] {
  let device: string | undefined;
  return text.split('\n').flatMap((line) => {
    const [word, name] = line.trim().split(/\s+/);
    if (word === 'interface') device = name;
    if (word === 'profile' || word === 'ssid') device = undefined;
    const [, via] = /^\s*static\s+routers\s*=\s*([\d.]+)/.exec(line) ?? [];
    return via === undefined ? [] : [{ via, device }];
  });
}
