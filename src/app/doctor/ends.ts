import { exitOfFault, type Fault, type FaultCode } from '../../report/doctor.ts';

/** How rc-wait.service failed, as systemd knows it. */
export interface ServiceEnd {
  /** the exit status of the wait; undefined: it did not end by itself, or was never begun */
  readonly exit: number | undefined;
  /** Result= of the unit: `exit-code`, `timeout`, `start-limit-hit` */
  readonly result: string;
  /** what it said last; empty: nothing */
  readonly words: string;
}

/** What is known now, after that end. */
export interface AfterEnd {
  /** the status of the automation; undefined: not known */
  readonly status: string | undefined;
  /** whether the API gives a usable answer; undefined: it was not asked */
  readonly answers: boolean | undefined;
  /** what is wrong besides */
  readonly faults: readonly FaultCode[];
}

const waiter = 'rc-wait.service';

/** A unit that has reached its limit of starts is not started again without the first. */
const again = `systemctl reset-failed ${waiter}; systemctl restart ${waiter}`;
const journal = `journalctl -b -u ${waiter}`;

/**
 * What is wrong with a service that has failed, and what to do. A restart is proposed where it can end differently.
 * @returns undefined if another finding says the same already: a wait would end with its exit status now
 */
export function faultOfEnd(end: ServiceEnd, after: AfterEnd): Fault | undefined {
  if (after.faults.some((code) => exitOfFault(code) === end.exit)) return undefined;
  const { code, remedy } = wayOut(end, after);
  const words = end.words === '' ? '' : `: ${end.words}`;
  const how = end.exit === undefined ? end.result : `exit status ${end.exit}`;
  return {
    code,
    why: `${waiter} has failed (${how})${words}; what depends on rackconnect-deployed.target was not started`,
    remedy,
  };
}

type WayOut = Pick<Fault, 'code' | 'remedy'>;

function wayOut({ exit, words }: ServiceEnd, { status, answers }: AfterEnd): WayOut {
  const isOver = status === 'DEPLOYED';
  switch (exit) {
    case 1:
      if (/Managed Operations/.test(words))
        return {
          code: 'FAILED',
          remedy: `a restart alone changes nothing: write to Rackspace's Managed Operations; when they have finished: ${again}`,
        };
      return { code: 'FAILED', remedy: onceOver(status) };
    case 3:
      return { code: 'UNPROCESSABLE', remedy: onceOver(status) };
    case 64:
      return {
        code: 'CONFIGURATION',
        remedy: `correct the flag in /etc/default/rc-wait, or in the unit (systemctl cat ${waiter}); then: ${again}`,
      };
    case 69:
      return { code: 'API_UNAVAILABLE', remedy: onceAnswering(answers) };
    case 70:
      return { code: 'BUG', remedy: `report it, with: ${journal}; meanwhile it may help: ${again}` };
    case 73:
      return {
        code: 'NETWORK_RELOAD',
        remedy: `see what it would change, and what keeps it from that: rc-wait network plan; then: ${again}`,
      };
    case 74:
      return {
        code: 'NETWORK_LOST',
        remedy: `put the gateway back: rc-wait network check --repair; or the old files: rc-wait network rollback; then: ${again}`,
      };
    case 77:
      if (/refused|403/.test(words)) return { code: 'API_REFUSED', remedy: onceAnswering(answers) };
      return {
        code: 'PERMISSION',
        remedy: `it has to run as root: see User= in systemctl cat ${waiter}; then: ${again}`,
      };
    case 124:
      return {
        code: 'DEADLINE',
        remedy: isOver ? again : `${again} (to wait longer: RC_WAIT_TIMEOUT=2h in /etc/default/rc-wait)`,
      };
    default:
      return { code: 'INTERRUPTED', remedy: `why: ${journal}; again: ${again}` };
  }
}

/** After a verdict: a restart can help only when the automation has been run again. */
function onceOver(status: string | undefined): string {
  if (status === 'DEPLOYED') return `it is DEPLOYED now: ${again}`;
  if (status === 'DEPLOYING') return `the automation is at work again: ${again}`;
  return `a restart alone changes nothing; when rc-wait status says DEPLOYING or DEPLOYED: ${again}`;
}

function onceAnswering(answers: boolean | undefined): string {
  return answers ? `the API answers now: ${again}` : `when rc-wait status answers: ${again}`;
}
