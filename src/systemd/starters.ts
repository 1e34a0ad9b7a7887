import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AskSystemctl,
  chainInWords,
  chainsBetween,
  holdUps,
  idsOf,
  serviceOf,
  stagesOf,
} from './hold-ups.ts';

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
  /** from the unit that is started to one that waits for RackConnect; that one alone if it is started itself */
  readonly waitsFor: readonly string[];
}

/**
 * The services that wait for rc-wait by systemctl and for which logins wait, such as cloud-init with a `systemctl start`
 * in bootcmd: of rc-wait itself, of another service in which a wait runs, or of a unit whose job comes after one of
 * these. rc-wait.service can see them as well: ProtectProc=invisible hides nothing from root's group (hidepid= and gid=
 * in proc(5)).
 * @param proc the folder of the processes
 * @param running the services in which a wait runs: one that is started only when the wait has ended holds its starter up
 */
export async function heldByStarts(
  ask: AskSystemctl,
  proc = '/proc',
  running: readonly string[] = [],
): Promise<readonly HeldByStart[]> {
  const held: HeldByStart[] = [];
  const starters = startersIn(proc);
  if (starters.size === 0) return held;
  // With Type=simple the job is done when the wait begins, and nobody waits for it.
  const goals = [...waited, ...(running.length === 0 ? [] : await idsOf(ask, running, 'jobs'))];
  for (const [service, units] of starters) {
    const [chain] = await holdUps(ask, stagesOf(service), 'jobs');
    if (chain === undefined) continue;
    const [waitsFor] = [
      ...(await direct(ask, units, goals)),
      ...(await chainsBetween(ask, units, goals, 'jobs')),
    ];
    if (waitsFor !== undefined) held.push({ service, chain, waitsFor });
  }
  return held;
}

/** The units that are goals themselves, by any of their names. */
async function direct(
  ask: AskSystemctl,
  units: readonly string[],
  goals: readonly string[],
): Promise<readonly (readonly string[])[]> {
  if (units.some((unit) => waited.includes(unit))) return [[waiter]];
  const ids = await idsOf(ask, units, 'jobs');
  return ids.filter((id) => goals.includes(id)).map((id) => [id]);
}

/** Why nobody can log in, for a person. */
export function startInWords({ chain, waitsFor }: HeldByStart): string {
  const [first = '', ...others] = waitsFor;
  const what = [`"systemctl start" waits for ${first}`, ...others.map((unit) => `that for ${unit}`)];
  const end = waited.includes(waitsFor.at(-1) ?? '') ? '' : ', where "rc-wait wait" runs';
  return `${chainInWords(chain)}, and there ${what.join(', ')}${end}`;
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
  const found = new Map<string, readonly string[]>();
  for (const { argv, service } of processesIn(proc, (argv) => unitsAwaited(argv).length > 0))
    found.set(service, [...(found.get(service) ?? []), ...unitsAwaited(argv)]);
  return found;
}

/** The services in which a wait runs now, other than rc-wait.service. */
export function waitsRunning(proc = '/proc'): readonly string[] {
  const services = processesIn(proc, isWait).map(({ service }) => service);
  return [...new Set(services)].filter((service) => service !== waiter);
}

/** Whether a command line is a wait, as scripts/bundle.ts has the program start it: `…/lib/node … …/lib/start.cjs wait`. */
function isWait(argv: readonly string[]): boolean {
  const script = argv.findIndex((word) => word.endsWith('/lib/start.cjs'));
  const words = argv.slice(script + 1);
  return script > 0 && (words.length === 0 || words.includes('wait'));
}

/** The processes of services with such a command line. */
function processesIn(
  proc: string,
  has: (argv: readonly string[]) => boolean,
): readonly { readonly argv: readonly string[]; readonly service: string }[] {
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(join(proc, pid, name), 'utf8');
    } catch {
      return ''; // it has ended meanwhile
    }
  };
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    // Each word ends with a NUL.
    const argv = read(pid, 'cmdline').split('\0').slice(0, -1);
    const service = has(argv) ? serviceOf(read(pid, 'cgroup')) : undefined;
    return service === undefined ? [] : [{ argv, service }];
  });
}
