import { existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { RcWaitError } from '../../base/error.ts';
import type { Run } from '../../system/tool.ts';
import { linkChangeOf } from '../change/restore-commands.ts';
import { shownOnly } from '../kernel/routes.ts';
import { stacks } from '../stacks/index.ts';
import type { Stack } from '../stacks/stack.ts';
import { cannotDisable } from '../stacks/stacked-on.ts';
import type { Command, GatewayTarget, NetworkFile } from '../types.ts';
import { systemdRelease } from './systemd-release.ts';

/**
 * Refuses to take down an interface that the gateway's interface (a VLAN, bond or
 * bridge) depends on: in sysfs the kernel lists the lower links as `lower_NAME`.
 * @throws RcWaitError NETWORK_FILE
 */
export async function refuseLower(
  { interfaceName }: GatewayTarget,
  names: readonly string[],
  sysfs = '/sys/class/net',
): Promise<void> {
  for (const name of names) {
    const stands = await access(`${sysfs}/${interfaceName}/lower_${name}`).then(
      () => true,
      () => false,
    );
    if (!stands) continue;
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot disable ${name}: ${interfaceName}, which carries the gateway, depends on it`,
      { hint: 'leave it up with --public-interface keep' },
    );
  }
}

/**
 * Refuses to take down interfaces by a setting that the program of that disk ignores: they would be up after a boot.
 * @param names interfaces that the stack has in its files
 * @throws RcWaitError NETWORK_FILE
 */
export async function refuseIgnored(
  { name: own, generates }: Stack,
  files: readonly NetworkFile[],
  names: readonly string[],
  root: string,
): Promise<void> {
  const generated = names.length === 0 ? [] : (generates?.(files) ?? []);
  for (const name of names) {
    const reader = generated.find((one) => one.interfaceName === name)?.reader ?? own;
    const setting = stacks.find((stack) => stack.name === reader)?.atBoot.downSetting;
    const release = setting === undefined ? undefined : await systemdRelease(root);
    if (setting === undefined || release === undefined || release >= setting.since) continue;
    throw cannotDisable(
      name,
      `${setting.program} ${release} does not know ${setting.name} (systemd ${setting.since}), and would bring it up at the next boot`,
    );
  }
}

/** Whether this server has an interface of that name. */
export function isPresent(name: string): boolean {
  return existsSync(`/sys/class/net/${name}`);
}

/** The commands without commands for a single link that this server lacks: ip(8) and nmcli(1) would fail. */
export function forPresentLinks(
  commands: readonly Command[],
  has: (interfaceName: string) => boolean,
): readonly Command[] {
  return commands.filter((command) => {
    const name = command.unlessAddressed ?? linkChangeOf(command)?.name;
    return name === undefined || has(name);
  });
}

/** Whether a command takes this link up without a daemon. */
function setsUp(name: string, { argv }: Command): boolean {
  return argv.join(' ') === `ip link set dev ${name} up`;
}

/**
 * The commands that must follow if only `ip link set up` restores a link: a link that goes
 * down loses its routes and its IPv6 addresses (net.ipv6.conf.*.keep_addr_on_down in the
 * kernel's ip-sysctl), and no daemon knows them. IPv4 addresses and the routes to their
 * networks come back by themselves (but not after a boot: see `bringUp` of links.ts).
 * IPv4 default routes are restored when the change is undone.
 */
export async function lostByDown(
  names: readonly string[],
  restore: readonly Command[],
  run: Run,
): Promise<Command[]> {
  const back: Command[] = [];
  for (const name of names.filter((one) => restore.some((command) => setsUp(one, command)))) {
    const addresses = await linesOf(
      run,
      ip('-6', '-oneline', 'address', 'show', 'dev', name, 'scope', 'global', 'permanent'),
    );
    for (const line of addresses) {
      const [, address] = / inet6 (\S+)/.exec(line) ?? [];
      if (address !== undefined) back.push(ip('-6', 'address', 'replace', address, 'dev', name));
    }
    for (const family of ['-4', '-6']) {
      const routes = await linesOf(run, ip(family, '-oneline', 'route', 'show', 'table', 'main'));
      for (const line of routes) {
        const words = line.replaceAll('\\', ' ').trim().split(/\s+/);
        if (isOwn(words, name) && !(family === '-4' && words[0] === 'default')) {
          back.push(ip(family, 'route', 'replace', ...words.filter((word) => !shownOnly.has(word))));
        }
      }
    }
  }
  return back;
}

/** A route of this interface that neither the kernel, a router advertisement nor a lease restores. */
function isOwn(words: readonly string[], name: string): boolean {
  const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  return after('dev') === name && !['kernel', 'ra', 'dhcp'].includes(after('proto') ?? '');
}

async function linesOf(run: Run, command: Command): Promise<string[]> {
  const { ok, output } = await run(command);
  return ok ? output.split('\n').filter((line) => line.trim() !== '') : [];
}

function ip(...args: string[]): Command {
  return { argv: ['ip', ...args], timeoutMs: 10_000 };
}
