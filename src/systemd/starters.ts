import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AskSystemctl, chainInWords, chainsBetween, holdUps, serviceOf, stagesOf } from './hold-ups.ts';

const waiter = 'rc-wait.service';

/** The units that are up only after the wait of rc-wait.service. */
const waited: readonly string[] = [waiter, 'rackconnect-deployed.target'];

/** The verbs of systemctl(1) that wait until a unit has started, and their old names. */
const startingVerbs =
  /^(start|restart|(try|cond)-?restart|reload-or-(try-)?restart|try-reload-or-restart|force-reload|condreload|isolate)$/;

/** The verbs that do so with `--now`. */
const enablingVerbs = /^(enable|reenable)$/;

/** Options by which systemctl speaks to another manager than this system's. */
const elsewhere = /^(--user|--host|--machine|-H|-M)/;

/** systemctl takes a name without one of these for a service (systemd.unit(5)). */
const unitSuffix = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** A service in which a `systemctl start` waits for rc-wait, and for which logins wait. */
export interface HeldByStart {
  readonly service: string;
  /** from a login unit to the service, as of `holdUps` */
  readonly chain: readonly string[];
  /** from the unit that is started to one that waits for RackConnect; rc-wait.service alone if one of these is started itself */
  readonly waitsFor: readonly string[];
}

/**
 * The services that wait for rc-wait by systemctl and for which logins wait, such as cloud-init with a `systemctl start`
 * in bootcmd: of rc-wait itself, or of a unit whose job comes after it. rc-wait.service can see them as well:
 * ProtectProc=invisible hides nothing from root's group (hidepid= and gid= in proc(5)).
 * @param proc the folder of the processes
 */
export async function heldByStarts(ask: AskSystemctl, proc = '/proc'): Promise<readonly HeldByStart[]> {
  const held: HeldByStart[] = [];
  for (const [service, units] of startersIn(proc)) {
    const [chain] = await holdUps(ask, stagesOf(service), 'jobs');
    if (chain === undefined) continue;
    const isDirect = units.some((unit) => waited.includes(unit));
    const [waitsFor] = isDirect ? [[waiter]] : await chainsBetween(ask, units, waited, 'jobs');
    if (waitsFor !== undefined) held.push({ service, chain, waitsFor });
  }
  return held;
}

/** Why nobody can log in, for a person. */
export function startInWords({ chain, waitsFor: [first = '', ...others] }: HeldByStart): string {
  const what = [`"systemctl start" waits for ${first}`, ...others.map((unit) => `that for ${unit}`)];
  return `${chainInWords(chain)}, and there ${what.join(', ')}`;
}

/** What to do about it, for a person. */
export const startRemedy =
  'end that systemctl; to start it write systemctl start --no-block, in cloud-init in runcmd and never in bootcmd';

/** The units for whose start a command line waits; none if it is not a systemctl that waits. */
export function unitsAwaited([program = '', ...args]: readonly string[]): readonly string[] {
  if (!/(^|\/)systemctl$/.test(program) || args.includes('--no-block')) return [];
  if (args.some((arg) => elsewhere.test(arg))) return [];
  const isVerb = (arg: string) =>
    startingVerbs.test(arg) || (args.includes('--now') && enablingVerbs.test(arg));
  const verb = args.findIndex(isVerb);
  const names = verb < 0 ? [] : args.slice(verb + 1).filter((arg) => arg !== '' && !arg.startsWith('-'));
  return names.map((name) => (unitSuffix.test(name) ? name : `${name}.service`));
}

/** The services with such a systemctl in them, each with the units that it waits for. */
function startersIn(proc: string): ReadonlyMap<string, readonly string[]> {
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(join(proc, pid, name), 'utf8');
    } catch {
      return ''; // it has ended meanwhile
    }
  };
  const found = new Map<string, readonly string[]>();
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    const units = unitsAwaited(read(pid, 'cmdline').split('\0'));
    const service = units.length === 0 ? undefined : serviceOf(read(pid, 'cgroup'));
    if (service !== undefined) found.set(service, [...(found.get(service) ?? []), ...units]);
  }
  return found;
}
