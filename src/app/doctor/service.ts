import type { Look } from '../../report/doctor.ts';
import type { Run } from '../../system/tool.ts';

const waiter = 'rc-wait.service';
const target = 'rackconnect-deployed.target';
const timer = 'rc-wait-network-check.timer';

const properties = ['LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'Result', 'StatusText'];

/** The properties of one unit, as systemd reports them. */
type Unit = Readonly<Record<string, string>>;

/** Reports the state of rc-wait's units and which units wait for them. */
export async function looksAtUnits(run: Run): Promise<readonly Look[]> {
  const units = await unitsOf(run);
  if (units === undefined) {
    return [
      {
        topic: 'service',
        what: 'systemd',
        seen: 'does not answer',
        because: 'rc-wait works by hand all the same',
      },
    ];
  }
  const [service, goal, check] = units;
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
    lookAtWaiter(service),
    { topic: 'service', what: target, seen: activity(goal), because: await dependents(run) },
    {
      topic: 'service',
      what: timer,
      seen: check?.UnitFileState === 'enabled' ? 'enabled' : 'not enabled',
      because: 'it puts a gateway back that the guest agent has dropped',
    },
  ];
}

function lookAtWaiter(unit: Unit): Look {
  const look: Look = {
    topic: 'service',
    what: waiter,
    seen: `${activity(unit)}, ${unit.UnitFileState === 'enabled' ? 'enabled' : 'not enabled'}`,
    ...(unit.StatusText ? { because: unit.StatusText } : {}),
  };
  if (unit.ActiveState !== 'failed') return look;
  return {
    ...look,
    fault: {
      code: 'DEADLINE',
      why: `${waiter} has failed (${unit.Result}), so what depends on ${target} was not started`,
      remedy:
        `why: journalctl -b -u ${waiter}; again: systemctl reset-failed ${waiter}; systemctl restart ${waiter}; ` +
        'a success starts what depends on it, too',
    },
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
