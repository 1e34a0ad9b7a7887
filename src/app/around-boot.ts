import { existsSync, readFileSync } from 'node:fs';
import { RcWaitError } from '../base/error.ts';
import type { Log } from '../report/log.ts';
import { isRunningSystem } from '../system/root.ts';
import type { AskSystemctl } from '../systemd/hold-ups.ts';

const own = 'rc-wait.service';
const waited = 'rackconnect-deployed.target';

/** How long systemctl may take, in ms. In a boot of a busy server it answers late: 10 s were seen not to suffice. */
const limitMs = 60_000;

/** In characters: what is asked of some hundred units. */
const longestOutput = 4 * 1024 * 1024;

/** systemctl(1) of this system. */
export const askSystemctl: AskSystemctl = async (args) => {
  const { runCommand } = await import('../system/tool.ts');
  const { ok, output } = await runCommand({
    argv: ['systemctl', ...args],
    timeoutMs: limitMs,
    longestOutput,
  });
  return ok ? output : undefined;
};

/**
 * Refuses a wait that keeps RackConnect out: where nobody can log in by SSH before what runs this wait has ended, as
 * in bootcmd of cloud-init, or in a unit that comes before sshd. Of rc-wait.service itself the owner's other units
 * decide that, and it is a warning: a boot that holds nothing else up must not lose its wait.
 * @throws RcWaitError CONFIGURATION
 */
export async function refuseBeforeLogins(root: string, log: Pick<Log, 'warn'>): Promise<void> {
  if (!isRunningSystem(root) || !existsSync('/run/systemd/system')) return;
  const { holdUps, inWords, serviceOf, stagesOf } = await import('../systemd/hold-ups.ts');
  const service = serviceOf(readFileSync('/proc/self/cgroup', 'utf8'));
  if (service === undefined) return;
  if (service === own) {
    // Not waited for: the wait begins at once.
    void holdUps(askSystemctl, [waited, own], 'jobs').then((chains) => {
      for (const chain of chains)
        log.warn(
          `RackConnect logs in by SSH and cannot: ${inWords(chain)}; rc-wait doctor says what to do about it`,
        );
    });
    return;
  }
  const [chain] = await holdUps(askSystemctl, stagesOf(service), 'jobs');
  if (chain === undefined) return;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot wait in ${service}: RackConnect logs in by SSH, and ${inWords(chain)}`,
    {
      hint: 'in cloud-init wait in runcmd, never in bootcmd; in a unit by Requires= and After=rackconnect-deployed.target',
    },
  );
}

/**
 * Says what a wait by hand has not done: where rc-wait.service has failed, what depends on it stays down until the
 * service itself has succeeded.
 */
export async function sayWhatStaysDown(root: string, log: Pick<Log, 'warn'>): Promise<void> {
  if (!isRunningSystem(root) || !existsSync('/run/systemd/system')) return;
  const state = await askSystemctl(['show', '--value', '--property=ActiveState', own]);
  if (state?.trim() !== 'failed') return;
  log.warn(
    `${own} has failed before, and what depends on ${waited} was not started; ` +
      `this does it: systemctl reset-failed ${own}; systemctl restart ${own}`,
  );
}
