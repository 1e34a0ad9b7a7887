import type { StackName } from '../../base/stack-names.ts';
import { dhcpcdHook, dhcpcdHookPath } from '../stacks/ifupdown/dhcpcd-hook.ts';
import type { NextHop } from '../stacks/text/route-command.ts';
import { effectsOf, namesRoutes, type RouteEffects } from '../stacks/text/script/doings.ts';
import {
  isOfSystem,
  isOtherInterpreter,
  isShell,
  type Launch,
  nameIn,
} from '../stacks/text/script/launch.ts';
import type { Order } from './losses.ts';

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
  /** whether they run before or after the gateway's route is set; default: `after` */
  readonly order?: Order;
  /** an administrator writes them, not a package */
  readonly isOwners?: boolean;
}

/** The names that run-parts(8) of Debian accepts. */
const lsbName = /^[A-Za-z0-9_-]+$/;

/** All places with scripts that a stack, a DHCP client or the boot runs. */
export const scriptGroups: readonly ScriptGroup[] = [
  {
    runBy: ['ifupdown'],
    globs: ['/etc/network/if-up.d/*'],
    names: lsbName,
    isExecuted: true,
  },
  {
    runBy: ['ifupdown'],
    globs: ['/etc/network/if-pre-up.d/*'],
    names: lsbName,
    isExecuted: true,
    // Before the gateway's interface comes up, and before each that comes after it.
    order: 'unknown',
  },
  { runBy: ['networkd', 'netplan'], globs: ['/etc/networkd-dispatcher/*.d/*'], isExecuted: true },
  {
    runBy: ['networkmanager', 'netplan', 'ifcfg'],
    globs: ['/etc/NetworkManager/dispatcher.d/*'],
    isExecuted: true,
  },
  {
    runBy: ['networkmanager', 'netplan', 'ifcfg'],
    globs: ['/etc/NetworkManager/dispatcher.d/pre-up.d/*'],
    isExecuted: true,
    order: 'unknown',
  },
  {
    runBy: ['ifcfg'],
    globs: ['/sbin/ifup-local', '/usr/sbin/ifup-local'],
    isExecuted: true,
    isOwners: true,
  },
  {
    runBy: ['ifcfg'],
    globs: ['/sbin/ifup-pre-local', '/usr/sbin/ifup-pre-local'],
    isExecuted: true,
    order: 'unknown',
    isOwners: true,
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
    order: 'unknown',
  },
  // pppd(8) runs them when a link of PPP is up.
  { globs: ['/etc/ppp/ip-up.d/*'], names: lsbName, isExecuted: true, order: 'unknown' },
  { globs: ['/etc/ppp/ip-up', '/etc/ppp/ip-up.local'], isExecuted: true, order: 'unknown' },
  {
    globs: ['/etc/rc.local', '/etc/rc.d/rc.local', '/var/lib/cloud/scripts/per-boot/*'],
    isExecuted: true,
    isOwners: true,
  },
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

/**
 * Hooks of packages of distributions. They handle interfaces that a variable names, under conditions, and set no
 * default route; so only what they certainly add counts.
 */
const shipped =
  /\/(if-(pre-)?up\.d|dhclient-(enter|exit)-hooks\.d|dispatcher\.d|routable\.d|ip-up\.d)\/(000resolvconf|0000usepeerdns|0dns-up|01-?ifupdown|11-dhclient|20-chrony(-\w+)?|avahi-(autoipd|daemon)|bind9|bridge|chrony|clamav-freshclam-ifupdown|cloud-init-hook-hotplug|debug|dropbear|ethtool|hook-network-manager|hostapd|ifenslave|mountnfs|mtuipv6|no-wait\.d|nis|ntp|ntpdate|ntpsec-ntpdate|open(ssh-server|vpn|vswitch(-switch)?)|postfix|resolv(conf|ed)|samba|sendmail|timesyncd|tinc|upstart|vlan|wireless-tools|wpasupplicant|zzz_avahi-autoipd|99-cloud-init|hook-dhclient)$/;

/** Whether a script is one that a distribution ships, by its place and name. */
export function isShipped(path: string): boolean {
  return shipped.test(path) || isOfSystem(path);
}

/**
 * What a script does with default routes, as far as its text shows.
 * @param how an interpreter on the command line goes before the first line of the file
 */
export function readScript(text: string, path: string, how: Launch['how'] = 'executed'): RouteEffects {
  const [, program = '', option = ''] = /^#!\s*(\S+)(?:[ \t]+(\S+))?/.exec(text) ?? [];
  const interpreter = nameIn(nameIn(program) === 'env' ? option : program);
  const isOther =
    how === 'other-language' ||
    (how !== 'shell' && interpreter !== '' && !isShell(interpreter) && interpreter !== 'busybox');
  // The lines that rc-wait added to the one hook are left out.
  const others = path === dhcpcdHookPath ? (dhcpcdHook(text, []) ?? '') : text;
  if (!isOther) return effectsOf(withOwnFolder(others, path));
  // In other languages only a hint is possible: whether the script mentions default routes, or a DHCP client.
  const isHint =
    (/route/i.test(text) && /default|0\.0\.0\.0/.test(text)) ||
    (isOtherInterpreter(interpreter) && namesRoutes(text));
  const at = {
    line:
      1 +
      text
        .split('\n')
        .findIndex((one) => /route|default|0\.0\.0\.0|dhc|ifup/i.test(one.replace(/^\s*#.*/, ''))),
    isConditional: true,
    words: '',
  };
  return { adds: [], unclear: isHint ? [at] : [], takes: [], bringers: [], runs: [] };
}

/** The text with its own folder where a script asks for it: `$(dirname "$0")`, `${0%/*}`. */
function withOwnFolder(text: string, path: string): string {
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 1));
  return text.replace(
    /"?(?:\$\(dirname (?:--? )?"?(?:\$0|\$\{?BASH_SOURCE(?:\[0\])?\}?)"?\)|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%\/\*\})"?(?=[/\s;&|)"])/g,
    folder,
  );
}

/** The routers that dhcpcd.conf(5) sets for interfaces with `static routers=`. */
export function dhcpcdRouters(text: string): NextHop[] {
  let device: string | undefined;
  return text.split('\n').flatMap((line) => {
    const [word, name] = line.trim().split(/\s+/);
    if (word === 'interface') device = name;
    if (word === 'profile' || word === 'ssid') device = undefined;
    const [, via] = /^\s*static\s+routers\s*=\s*([\d.]+)/.exec(line) ?? [];
    return via === undefined ? [] : [{ via, device }];
  });
}
