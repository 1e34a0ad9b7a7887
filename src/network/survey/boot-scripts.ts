import type { StackName } from '../../base/stack-names.ts';
import { type Doings, doingsOf, type Way } from '../stacks/text/route-command.ts';

/** Scripts that are run when the network comes up, or at boot. */
export interface ScriptGroup {
  /** the stacks that run them; left out: something does at every boot */
  readonly runBy?: readonly StackName[];
  /** globs below the root */
  readonly globs: readonly string[];
  /** the names that are run; left out: all but hidden files and backups */
  readonly names?: RegExp;
  /** only executable ones are run; the others are sourced */
  readonly isExecuted: boolean;
}

/** Every place of scripts that a stack, a DHCP client or a boot runs. */
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
 * Scripts of distributions that set routes from variables of theirs: those of a lease, which the files of
 * the stack decide on, and those of rule files, of which none is a default of the main table.
 */
const distributions = /\/(rfc3442-classless-routes|10-ifcfg-rh-routes\.sh|90-nm-cloud-setup\.sh|rc-wait)$/;

/** Whether a file of a group is one that is run. */
export function isRunIn({ names }: ScriptGroup, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isBackup = /(~|\.(bak|old|orig|rej|rpmnew|rpmsave|dpkg-\w+))$/.test(name);
  return !distributions.test(path) && !isBackup && (names === undefined || names.test(name));
}

/** The default routes that a script sets, as far as its text tells. */
export function readScript(text: string): Doings {
  if (text.includes('\0')) return { adds: [], isUnclear: true, runs: [] };
  const [, interpreter] = /^#!\s*(\S+(?:[ \t]+\S+)?)/.exec(text) ?? [];
  if (interpreter === undefined || /\b(ba|da|k|z)?sh\b/.test(interpreter)) return doingsOf(text);
  // Of another language only this can be told: whether it may have to do with default routes at all.
  const mayBe = /route/i.test(text) && /default|0\.0\.0\.0/.test(text);
  return { adds: [], isUnclear: mayBe, runs: [] };
}

/** The programs that a unit of systemd starts, as one command line each (systemd.service(5)). */
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

/** The routers that dhcpcd.conf(5) gives to interfaces with `static routers=`. */
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
