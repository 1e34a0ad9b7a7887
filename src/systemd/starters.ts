import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AskSystemctl, chainInWords, holdUps, serviceOf, stagesOf } from './hold-ups.ts';

const target = 'rackconnect-deployed.target';
const waiter = 'rc-wait.service';

/** The verbs of systemctl(1) that wait until a unit has started. */
const startingVerbs = /^(start|restart|try-restart|reload-or-restart|try-reload-or-restart)$/;

/** The verbs that do so with `--now`. */
const enablingVerbs = /^(enable|reenable)$/;

/** A service in which `systemctl start rc-wait` waits, and for which logins wait. */
export interface HeldByStart {
  readonly service: string;
  /** from a login unit to the service, as of `holdUps` */
  readonly chain: readonly string[];
}

/**
 * The services that wait for rc-wait by systemctl and for which logins wait, such as cloud-init with a `systemctl start`
 * in bootcmd. rc-wait.service can see them as well: ProtectProc=invisible hides nothing from root's group (hidepid=
 * and gid= in proc(5)).
 * @param proc the folder of the processes
 */
export async function heldByStarts(ask: AskSystemctl, proc = '/proc'): Promise<readonly HeldByStart[]> {
  const held: HeldByStart[] = [];
  for (const service of startersIn(proc)) {
    const [chain] = await holdUps(ask, stagesOf(service), 'jobs');
    if (chain !== undefined) held.push({ service, chain });
  }
  return held;
}

/** Why nobody can log in, for a person. */
export function startInWords({ chain }: HeldByStart): string {
  return `${chainInWords(chain)}, and there "systemctl start" waits for ${waiter}`;
}

/** What to do about it, for a person. */
export const startRemedy =
  'end that systemctl; to start it write systemctl start --no-block, in cloud-init in runcmd and never in bootcmd';

/** Whether a command line is a systemctl that waits until rc-wait has started. */
export function isWaitingStart([program = '', ...args]: readonly string[]): boolean {
  if (!/(^|\/)systemctl$/.test(program) || args.includes('--no-block')) return false;
  const isStart = args.some((arg) => startingVerbs.test(arg));
  const isNow = args.includes('--now') && args.some((arg) => enablingVerbs.test(arg));
  return (isStart || isNow) && args.some((arg) => arg === waiter || arg === 'rc-wait' || arg === target);
}

function startersIn(proc: string): readonly string[] {
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(join(proc, pid, name), 'utf8');
    } catch {
      return ''; // it has ended meanwhile
    }
  };
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  const starters = pids.filter((pid) => isWaitingStart(read(pid, 'cmdline').split('\0')));
  return [...new Set(starters.flatMap((pid) => serviceOf(read(pid, 'cgroup')) ?? []))];
}
