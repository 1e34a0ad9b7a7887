import type { Look } from '../../report/doctor.ts';
import type { Run } from '../../system/tool.ts';
import { type AfterEnd, faultOfEnd, type ServiceEnd } from './ends.ts';

const waiter = 'rc-wait.service';
const target = 'rackconnect-deployed.target';
const timer = 'rc-wait-network-check.timer';

const properties = [
  ...['LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'Result', 'StatusText'],
  ...['ExecMainCode', 'ExecMainStatus', 'ExecMainExitTimestamp'],
];

/** The properties of one unit, as systemd reports them. */
type Unit = Readonly<Record<string, string>>;

/** rc-wait's units, and the units that wait for them. */
export interface UnitsSeen {
  readonly units: readonly Unit[];
  readonly dependents: string;
}

/** Asks systemd; undefined: it does not answer. */
export async function seeUnits(run: Run): Promise<UnitsSeen | undefined> {
  const units = await unitsOf(run);
  return units && { units, dependents: await dependents(run) };
}

/** How rc-wait.service failed, and when; undefined: it has not. */
export function endOfService(
  seen: UnitsSeen | undefined,
): (ServiceEnd & { readonly at: string }) | undefined {
  const [unit] = seen?.units ?? [];
  if (unit?.ActiveState !== 'failed') return undefined;
  // CLD_EXITED of wait(2). From 200 on it is systemd's own: it could not start the program (systemd.exec(5)).
  const status = unit.ExecMainCode === '1' ? Number(unit.ExecMainStatus) : 0;
  const isVerdict = unit.Result === 'exit-code' && status > 0 && status < 200;
  return {
    exit: isVerdict ? status : undefined,
    result: unit.Result ?? 'unknown',
    words: unit.StatusText ?? '',
    at: unit.ExecMainExitTimestamp ?? '',
  };
}

/** Whether rc-wait.service is waiting now. */
export function isAtWork(seen: UnitsSeen | undefined): boolean {
  return seen?.units[0]?.ActiveState === 'activating';
}

/** Whether rc-wait.service waits here, or has waited since the boot. */
export function isInUse(seen: UnitsSeen | undefined): boolean {
  const [service] = seen?.units ?? [];
  return service?.LoadState === 'loaded' && service.ActiveState !== 'inactive';
}

/** Reports the state of rc-wait's units and which units wait for them. */
export function looksAtUnits(seen: UnitsSeen | undefined, after: AfterEnd): readonly Look[] {
  if (seen === undefined) {
    return [
      {
        topic: 'service',
        what: 'systemd',
        seen: 'does not answer',
        because: 'rc-wait works by hand all the same',
      },
    ];
  }
  const [service, goal, check] = seen.units;
  if (service?.LoadState !== 'loaded') {
    return [
      {
        topic: 'service',
        what: waiter,
        seen: 'is not installed',
        because: 'rc-wait works by hand all the same',
      },
    ];
  }
  return [
    lookAtWaiter(service, seen, after),
    { topic: 'service', what: target, seen: activity(goal), because: seen.dependents },
    {
      topic: 'service',
      what: timer,
      seen: check?.UnitFileState === 'enabled' ? 'enabled' : 'not enabled',
      because: 'it puts a gateway back that the guest agent has dropped',
    },
  ];
}

function lookAtWaiter(unit: Unit, seen: UnitsSeen, after: AfterEnd): Look {
  const end = endOfService(seen);
  const fault = end && faultOfEnd(end, after);
  return {
    topic: 'service',
    what: waiter,
    seen: `${activity(unit)}, ${unit.UnitFileState === 'enabled' ? 'enabled' : 'not enabled'}`,
    ...(unit.StatusText ? { because: unit.StatusText } : {}),
    ...(fault ? { fault } : {}),
  };
}

function activity(unit: Unit | undefined): string {
  return `${unit?.ActiveState ?? 'unknown'} (${unit?.SubState ?? 'unknown'})`;
}

async function unitsOf(run: Run): Promise<readonly Unit[] | undefined> {
  const argv = ['systemctl', 'show', `--property=${properties.join(',')}`, waiter, target, timer] as const;
  const { ok, output } = await run({ argv: [...argv], timeoutMs: 5_000 });
  if (!ok) return undefined;
  // systemctl separates units with an empty line.
  return output
    .trim()
    .split(/\n\n+/)
    .map((block) =>
      Object.fromEntries(
        block.split('\n').map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
      ),
    );
}

/** The units that wait for the target, on one line. */
async function dependents(run: Run): Promise<string> {
  const argv = ['systemctl', 'list-dependencies', '--reverse', '--plain', '--no-pager', target] as const;
  const { ok, output } = await run({ argv: [...argv], timeoutMs: 5_000 });
  const names = output
    .split('\n')
    .slice(1)
    // One level of indentation: units that name the target directly.
    .flatMap((line) => /^ {2}(\S+)$/.exec(line)?.[1] ?? []);
  return ok && names.length > 0 ? `waited for by ${names.join(', ')}` : 'nothing waits for it';
}
