import { formatDuration } from '../../base/duration.ts';
import type { UsageReading } from '../../pace/usage.ts';
import type { Look } from '../../report/doctor.ts';
import { count } from '../../report/words.ts';

/** This many refusals in a row are no coincidence. */
const manyRefusals = 3;

/** Reports how much of the quota is used, by which processes, and the state of the ledger. */
export function looksAtQuota(directory: string, reading: UsageReading): readonly Look[] {
  const ledger = { topic: 'quota', what: 'ledger' } as const;
  if (reading.kind === 'none') {
    return [
      { ...ledger, seen: `${directory}: none`, because: 'no rc-wait has asked anything since the boot' },
    ];
  }
  if (reading.kind === 'unreadable') {
    return [
      {
        ...ledger,
        seen: `${directory}: cannot be read`,
        because: reading.why,
        fault: {
          code: 'STATE',
          why: `the account of this server's requests cannot be read: ${reading.why}`,
          remedy: `run rc-wait doctor as root; a damaged ledger is mended by the next rc-wait that asks. Look: ls -l ${directory}`,
        },
      },
    ];
  }
  const { requests, limit, by, refusals, heldMs } = reading.usage;
  const askers = by.map(
    ({ pid, isAlive, requests: own }) => `${own} by process ${pid}${isAlive ? '' : ', which has ended'}`,
  );
  return [
    { ...ledger, seen: `${directory}: sound` },
    {
      topic: 'quota',
      what: 'used',
      seen: `${requests} of ${count(limit, 'request')} in the last minute`,
      ...(askers.length === 0 ? {} : { because: askers.join('; ') }),
    },
    ...(refusals === 0 ? [] : [refused(refusals, heldMs)]),
  ];
}

function refused(refusals: number, heldMs: number): Look {
  const seen = `${count(refusals, 'time')} in a row${heldMs > 0 ? `; nothing is asked for ${formatDuration(heldMs)}` : ''}`;
  const look: Look = { topic: 'quota', what: 'refused', seen };
  if (refusals < manyRefusals) return look;
  return {
    ...look,
    fault: {
      code: 'API_REFUSED',
      why: `the API refuses this server (403), ${count(refusals, 'time')} in a row`,
      remedy:
        "something else on this server (another user's rc-wait, too) may be using the 30 requests a minute: stop it; or requests do not leave by its ServiceNet address: name the interface with --interface",
    },
  };
}
