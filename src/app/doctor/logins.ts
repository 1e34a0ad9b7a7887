import type { Look } from '../../report/doctor.ts';
import { type AskSystemctl, chainInWords, holdUps } from '../../systemd/hold-ups.ts';
import {
  type HeldByStart,
  heldByStarts,
  startInWords,
  startRemedy,
  waitsRunning,
} from '../../systemd/starters.ts';

const target = 'rackconnect-deployed.target';
const waiter = 'rc-wait.service';

/** Without a login the automation goes on, and the wait with it, until the deadline. */
const endOfWait = 'DEADLINE';

/**
 * Looks for units that wait for RackConnect and at the same time keep it out, since RackConnect logs in by
 * SSH. Covers the units of this boot, those that the next boot will start, and every `systemctl start
 * rc-wait` that waits, such as one in bootcmd of cloud-init: also of another unit in which a wait runs.
 * @param proc the folder of the processes
 */
export async function looksAtLogins(ask: AskSystemctl, proc = '/proc'): Promise<readonly Look[]> {
  const chains = await holdUps(ask, [target, waiter], 'boot');
  const culprits = new Map(chains.map((chain) => [chain.at(-2), chain]));
  const looks = [...culprits.values()].map(heldUp);
  return [...looks, ...(await heldByStarts(ask, proc, waitsRunning(proc))).map(heldUpByStart)];
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
      code: endOfWait,
      why: `RackConnect logs in by SSH and is kept out: ${chainInWords(chain)}`,
      remedy: `${remedy}; examples: /usr/share/doc/rc-wait/how-to/boot.md`,
    },
  };
}

function heldUpByStart(held: HeldByStart): Look {
  return {
    topic: 'service',
    what: 'logins',
    seen: `wait for ${held.service}, which waits for RackConnect`,
    because: chainInWords(held.chain),
    fault: {
      code: endOfWait,
      why: `RackConnect logs in by SSH and is kept out: ${startInWords(held)}`,
      remedy: startRemedy,
    },
  };
}
