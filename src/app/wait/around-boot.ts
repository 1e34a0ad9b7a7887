import { existsSync, readFileSync } from 'node:fs';
import { RcWaitError } from '../../base/error.ts';
import type { Log } from '../../report/log.ts';
import { isRunningSystem } from '../../system/root.ts';
import { runCommand } from '../../system/tool.ts';
import { type AskSystemctl, chainInWords, holdUps, serviceOf, stagesOf } from '../../systemd/hold-ups.ts';

const own = 'rc-wait.service';
const waited = 'rackconnect-deployed.target';

/** Time limit for systemctl, in ms. On a busy server it answers late during boot: 10 s has been too short. */
const limitMs = 60_000;

/** In characters; systemctl reports on some hundred units. */
const longestOutput = 4 * 1024 * 1024;

/** Runs systemctl(1) on this system. */
export const askSystemctl: AskSystemctl = async (args) => {
  const { ok, output } = await runCommand({
    argv: ['systemctl', ...args],
    timeoutMs: limitMs,
    longestOutput,
  });
  return ok ? output : undefined;
};

const starters = () => import('../../systemd/starters.ts');

/**
 * Refuses a wait that would lock RackConnect out: one in bootcmd of cloud-init, or in a unit that starts
 * before sshd. Nobody could log in by SSH until the wait ended. For rc-wait.service itself it only warns,
 * because other units of the owner cause that, and a boot that delays nothing else must not lose its wait.
 * @throws RcWaitError CONFIGURATION
 */
export async function refuseBeforeLogins(root: string, log: Pick<Log, 'warn'>): Promise<void> {
  if (!isRunningSystem(root) || !existsSync('/run/systemd/system')) return;
  const service = serviceOf(readFileSync('/proc/self/cgroup', 'utf8'));
  if (service === undefined) return;
  if (service === own) {
    // Not awaited: the wait begins at once.
    void sayWhoWaits(askSystemctl, log);
    return;
  }
  await refuseWhereLoginsWait(service, askSystemctl);
}

/**
 * Refuses a wait in a service for which logins wait, or for which a `systemctl start` waits that logins wait for.
 * @param proc the folder of the processes
 * @throws RcWaitError CONFIGURATION
 */
export async function refuseWhereLoginsWait(
  service: string,
  ask: AskSystemctl,
  proc?: string,
): Promise<void> {
  const refusal = (why: string, hint: string) =>
    new RcWaitError('CONFIGURATION', `cannot wait in ${service}: RackConnect logs in by SSH, and ${why}`, {
      hint,
    });
  const [chain] = await holdUps(ask, stagesOf(service), 'jobs');
  if (chain !== undefined)
    throw refusal(
      chainInWords(chain),
      'in cloud-init wait in runcmd, never in bootcmd; in a unit by Requires= and After=rackconnect-deployed.target',
    );
  const { heldByStarts, startInWords, startRemedy } = await starters();
  const [held] = await heldByStarts(ask, proc, [service]).catch(() => []);
  if (held !== undefined) throw refusal(startInWords(held), startRemedy);
}

/**
 * Warns of what keeps RackConnect from logging in until the wait of rc-wait.service has ended: units that wait for it,
 * and a `systemctl start rc-wait` in bootcmd. Never rejects.
 * @param proc the folder of the processes
 */
export async function sayWhoWaits(ask: AskSystemctl, log: Pick<Log, 'warn'>, proc?: string): Promise<void> {
  const { heldByStarts, startInWords, startRemedy } = await starters();
  const say = (why: string, remedy: string) =>
    log.warn(`RackConnect logs in by SSH and cannot: ${why}; ${remedy}`);
  for (const chain of await holdUps(ask, [waited, own], 'jobs'))
    say(chainInWords(chain), 'rc-wait doctor says what to do about it');
  const starts = await heldByStarts(ask, proc).catch(() => []);
  for (const held of starts) say(startInWords(held), startRemedy);
}

/**
 * Warns after a wait by hand if rc-wait.service has failed: units that depend on it stay down until the
 * service itself succeeds.
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
