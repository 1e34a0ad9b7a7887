import type { StackName } from '../../base/stack-names.ts';
import { lsbName, type ScriptGroup } from '../stacks/at-boot.ts';
import { stacks } from '../stacks/index.ts';
import type { NextHop } from '../stacks/text/route-command.ts';
import { effectsOf, namesRoutes, type RouteEffects } from '../stacks/text/script/doings.ts';
import {
  isOfSystem,
  isOtherInterpreter,
  isShell,
  type Launch,
  nameIn,
} from '../stacks/text/script/launch.ts';

/** Scripts, and who runs them. */
interface RunGroup extends ScriptGroup {
  /** one of these stacks is enough; undefined: they run at every boot */
  readonly runBy?: readonly StackName[];
}

/** Scripts that DHCP clients, pppd and the boot itself run. */
const ofNoStack: readonly RunGroup[] = [
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
  // The jobs of at(1) on Debian, RHEL and SUSE; those that a boot finds overdue run at once.
  {
    globs: ['/var/spool/cron/atjobs/*', '/var/spool/at/*', '/var/spool/atjobs/*'],
    names: /^[a-zA-Z=][0-9a-f]{13}$/,
    isExecuted: false,
    order: 'unknown',
    isOwners: true,
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

/** All places with scripts that a stack, a DHCP client or the boot runs. */
export const scriptGroups: readonly RunGroup[] = [
  ...stacks.flatMap(({ name, atBoot: { scripts = [] } }) => {
    const served = stacks.filter(({ servedBy }) => servedBy?.includes(name));
    const runBy = [name, ...served.map((other) => other.name)];
    return scripts.map((group): RunGroup => ({ ...group, runBy }));
  }),
  ...ofNoStack,
];

/**
 * Scripts of distributions that set routes from variables: routes of a lease, which the stack's files
 * control, and routes of rule files, which never are default routes of the main table.
 */
const distributions = /^(rfc3442-classless-routes|90-nm-cloud-setup\.sh|rc-wait)$/;

/** Whether a file of a group runs. */
export function isRunIn({ names }: ScriptGroup, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isBackup = /(~|\.(bak|old|orig|rej|rpmnew|rpmsave|dpkg-\w+))$/.test(name);
  const isApplying = stacks.some(({ atBoot }) => atBoot.appliedBy?.test(name));
  return !distributions.test(name) && !isApplying && !isBackup && (names === undefined || names.test(name));
}

/**
 * Hooks of packages of distributions. They handle interfaces that a variable names, under conditions, and set no
 * default route; so only what they certainly add counts.
 */
const shipped =
  /^(000resolvconf|0000usepeerdns|0dns-up|11-dhclient|20-chrony(-\w+)?|avahi-(autoipd|daemon)|bind9|bridge|chrony|cloud-init-hook-hotplug|debug|dropbear|ethtool|hostapd|ifenslave|mountnfs|mtuipv6|no-wait\.d|nis|ntp|ntpdate|ntpsec-ntpdate|open(ssh-server|vpn|vswitch(-switch)?)|postfix|resolv(conf|ed)|samba|sendmail|timesyncd|tinc|upstart|vlan|wireless-tools|wpasupplicant|zzz_avahi-autoipd|99-cloud-init|hook-dhclient)$/;

/** The folders in which they are. */
const hookFolder = /\/(if-(pre-)?up|dhclient-(enter|exit)-hooks|dispatcher|routable|ip-up)\.d\/[^/]+$/;

/** Whether a script is one that a distribution ships, by its place and name. */
export function isShipped(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isHook = shipped.test(name) || stacks.some(({ atBoot }) => atBoot.shipped?.test(name));
  return (hookFolder.test(path) && isHook) || isOfSystem(path);
}

const nothing: RouteEffects = { adds: [], unclear: [], takes: [], bringers: [], runs: [] };

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
  // A job of at(1) says whose it is; only root may change routes.
  if (/^# atrun uid=[1-9]/m.test(text) && !/\bsudo\b/.test(text)) return nothing;
  // The lines that rc-wait added to a hook are left out.
  const hook = stacks.map(({ atBoot }) => atBoot.ownHook).find((one) => one?.path === path);
  const others = hook?.without(text) ?? text;
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
  return { ...nothing, unclear: isHint ? [at] : [] };
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
