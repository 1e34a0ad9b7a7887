import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Look } from '../../report/doctor.ts';
import { type AskSystemctl, chainInWords, holdUps, serviceOf, stagesOf } from '../../systemd/hold-ups.ts';

const target = 'rackconnect-deployed.target';
const waiter = 'rc-wait.service';

/**
 * Looks for units that wait for RackConnect and at the same time keep it out, since RackConnect logs in by
 * SSH. Covers the units of this boot, those that the next boot will start, and every `systemctl start
 * rc-wait` that waits, such as one in bootcmd of cloud-init.
 * @param proc the folder of the processes
 */
export async function looksAtLogins(ask: AskSystemctl, proc = '/proc'): Promise<readonly Look[]> {
  const chains = await holdUps(ask, [target, waiter], 'boot');
  const culprits = new Map(chains.map((chain) => [chain.at(-2), chain]));
  const looks = [...culprits.values()].map(heldUp);
  for (const service of startersIn(proc)) {
    const [chain] = await holdUps(ask, stagesOf(service), 'jobs');
    if (chain !== undefined) looks.push(heldUpByStart(service, chain));
  }
  return looks;
}

function heldUp(chain: readonly string[]): Look {
  const culprit = chain.at(-2) ?? '';
  const remedy = culprit.endsWith('.mount')
    ? `nofail for ${culprit}: among its options in /etc/fstab, or in Options= of its unit`
    : `for ${culprit} DefaultDependencies=no, and WantedBy=${target} in place of what wants it now`;
  return {
    topic: 'service',
    what: 'logins',
    seen: `wait for RackConnect, by ${culprit}`,
    because: chainInWords(chain),
    fault: {
      code: 'CONFIGURATION',
      why: `RackConnect logs in by SSH and is kept out: ${chainInWords(chain)}`,
      remedy: `${remedy}; examples: docs/how-to/boot.md`,
    },
  };
}

function heldUpByStart(service: string, chain: readonly string[]): Look {
  return {
    topic: 'service',
    what: 'logins',
    seen: `wait for ${service}, which waits for RackConnect`,
    because: chainInWords(chain),
    fault: {
      code: 'CONFIGURATION',
      why: `RackConnect logs in by SSH and is kept out: ${chainInWords(chain)}, and there "systemctl start" waits for ${waiter}`,
      remedy:
        'end that systemctl; to start it write systemctl start --no-block, in cloud-init in runcmd and never in bootcmd',
    },
  };
}

/** The services in which `systemctl start` waits for rc-wait. */
function startersIn(proc: string): readonly string[] {
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(join(proc, pid, name), 'utf8');
    } catch {
      return ''; // it has ended meanwhile
    }
  };
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  const starters = pids.filter((pid) => isStart(read(pid, 'cmdline').split('\0')));
  return [...new Set(starters.flatMap((pid) => serviceOf(read(pid, 'cgroup')) ?? []))];
}

function isStart([program = '', ...args]: readonly string[]): boolean {
  return (
    /(^|\/)systemctl$/.test(program) &&
    args.some((arg) => arg === 'start' || arg === 'restart') &&
    args.some((arg) => arg === waiter || arg === 'rc-wait' || arg === target)
  );
}
