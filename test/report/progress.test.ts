import { describe, expect, it } from 'vitest';
import type { Delay } from '../../src/pace/types.ts';
import {
  advance,
  begin,
  change,
  type Progress,
  statusLine,
  withHindrance,
} from '../../src/report/progress.ts';
import type { JobEvent, Phase } from '../../src/wait/job.ts';
import type { Verdict } from '../../src/wait/verdict.ts';

const answer = (verdict: Verdict<unknown>): JobEvent => ({
  kind: 'answer',
  verdict,
  askedMs: 0,
  shared: false,
});
const phase = (name: Phase): JobEvent => ({ kind: 'phase', phase: name });
const delay = (value: Delay): JobEvent => ({ kind: 'delay', delay: value });
const hint = (status: string, instead: boolean): JobEvent => {
  const seen = { status, tasks: [] };
  const verdict: Verdict<unknown> =
    status === 'DEPLOYED' ? { kind: 'done', value: seen } : { kind: 'not-yet', why: 'so', seen };
  return { kind: 'hint', verdict, instead };
};
const having = (...events: JobEvent[]): Progress => events.reduce(advance, begin(1_000, 61_000));

const tasks = [
  { name: 'Add "rackconnect" user', status: 'COMPLETED' },
  { name: 'Update access', status: 'IN_PROGRESS' },
];
const deploying = answer({
  kind: 'not-yet',
  why: 'task "Update access" is IN_PROGRESS',
  seen: { status: 'DEPLOYING', tasks },
});
const unreachable = answer({ kind: 'error', refused: false, why: 'connection refused' });

describe('what is going on, in one line', () => {
  it.each<[string, Progress, string]>([
    ['nothing yet', having(), 'starting'],
    ['before the first answer', having(phase('automation')), 'waiting for RackConnect'],
    [
      'a sound answer',
      having(phase('automation'), deploying),
      'DEPLOYING: task "Update access" is IN_PROGRESS',
    ],
    [
      'no usable answer',
      having(phase('automation'), unreachable, delay({ because: 'failed', times: 2, untilMs: 9_000 })),
      'waiting for RackConnect: no usable answer 2 times: connection refused',
    ],
    ...(['refused', 'failed'] as const).map((because): [string, Progress, string] => [
      `an answer after requests that were ${because}`,
      having(
        phase('automation'),
        delay({ because, times: 2, untilMs: 9_000 }),
        answer({ kind: 'done', value: { status: 'DEPLOYED', tasks: [] } }),
      ),
      'DEPLOYED',
    ]),
    [
      'an answer after the quota was used up',
      having(phase('automation'), delay({ because: 'window', untilMs: 9_000 }), deploying),
      'DEPLOYING: task "Update access" is IN_PROGRESS',
    ],
    [
      'an old error is not the reason of a new one',
      having(phase('automation'), deploying, delay({ because: 'failed', times: 1, untilMs: 9_000 })),
      'DEPLOYING: no usable answer 1 time',
    ],
    ['the search for the region', having(phase('region')), 'finding out the region of this server'],
    [
      'the second automation',
      having(phase('managed'), answer({ kind: 'not-yet', why: 'the automation is "Pending"' })),
      'DEPLOYED; waiting for Managed Operations: the automation is "Pending"',
    ],
    [
      'another source that says something else',
      having(phase('automation'), deploying, hint('DEPLOYED', false)),
      'DEPLOYING: task "Update access" is IN_PROGRESS; xenstore says DEPLOYED',
    ],
    [
      'another source that says the same',
      having(phase('automation'), deploying, hint('DEPLOYED', false), hint('DEPLOYING', false)),
      'DEPLOYING: task "Update access" is IN_PROGRESS',
    ],
    [
      'another source in the place of the API',
      having(phase('automation'), unreachable, hint('DEPLOYING', true)),
      'DEPLOYING: connection refused',
    ],
    [
      'another source that knows nothing',
      having(
        phase('automation'),
        deploying,
        { kind: 'hint', verdict: { kind: 'not-yet', why: 'no key' }, instead: false },
        { kind: 'hint', verdict: { kind: 'error', refused: false, why: 'no' }, instead: true },
      ),
      'DEPLOYING: task "Update access" is IN_PROGRESS',
    ],
    [
      'another source, in a phase that has passed',
      having(phase('automation'), deploying, hint('DEPLOYED', false), phase('features')),
      'DEPLOYED; asking who configures the network',
    ],
    [
      'the pace is no reason',
      having(phase('automation'), deploying, delay({ because: 'pace', untilMs: 9_000 })),
      'DEPLOYING: task "Update access" is IN_PROGRESS',
    ],
    [
      'the end of the automation',
      having(phase('automation'), deploying, answer({ kind: 'done', value: { status: 'DEPLOYED', tasks } })),
      'DEPLOYED',
    ],
    ['the features', having(phase('features')), 'DEPLOYED; asking who configures the network'],
    [
      'the gateway',
      having(phase('gateway'), answer({ kind: 'not-yet', why: 'the gateway is not assigned yet (404)' })),
      'DEPLOYED; asking for the gateway: the gateway is not assigned yet (404)',
    ],
    ['the network', having(phase('network')), 'DEPLOYED; configuring the network'],
    [
      'an interface without address',
      withHindrance(having(), 'eth1 has no IPv4 address yet'),
      'starting: eth1 has no IPv4 address yet',
    ],
  ])('%s', (_, progress, text) => {
    expect(change(progress)).toBe(text);
  });

  it('keeps the status and the tasks through an error', () => {
    const progress = having(phase('automation'), deploying, unreachable);
    expect(progress).toMatchObject({ status: 'DEPLOYING', tasks, troubled: true });
  });

  it.each<[string, Progress, boolean]>([
    ['after an answer that it goes on', having(phase('automation'), deploying), true],
    [
      'by xenstore in the place of the API',
      having(phase('automation'), unreachable, hint('DEPLOYING', true)),
      true,
    ],
    [
      'not by an end at the first look',
      having(phase('automation'), answer({ kind: 'done', value: { status: 'FAILED', tasks } })),
      false,
    ],
    ['not without an answer', having(phase('automation'), unreachable), false],
    [
      'not by an answer about the gateway',
      having(phase('gateway'), answer({ kind: 'not-yet', why: 'no' })),
      false,
    ],
  ])('knows whether the automation was seen at work: %s', (_, progress, was) => {
    expect(progress.wasAtWork).toBe(was);
  });

  it('keeps the status while the gateway is asked for: its value is none', () => {
    const progress = having(
      phase('automation'),
      deploying,
      phase('gateway'),
      answer({ kind: 'done', value: '10.208.0.1' }),
    );
    expect(progress.status).toBe('DEPLOYING');
  });

  it('ignores a value without a status', () => {
    expect(having(phase('automation'), answer({ kind: 'done', value: 'odd' })).status).toBeUndefined();
  });
});

describe('the line for systemd', () => {
  it('has the time waited and the next request', () => {
    const progress = having(phase('automation'), deploying, delay({ because: 'pace', untilMs: 15_000 }));
    expect(statusLine(progress, 13_000)).toBe(
      'DEPLOYING: task "Update access" is IN_PROGRESS; waited 12 s; asking again in 2 s',
    );
  });

  it('promises no request after the deadline', () => {
    const progress = having(phase('automation'), deploying, delay({ because: 'pace', untilMs: 70_000 }));
    expect(statusLine(progress, 57_000)).toMatch(/; waited 56 s; not asking again: the deadline is in 4 s$/);
  });

  it('has no next request where none is needed', () => {
    expect(statusLine(having(phase('network')), 2_000)).toBe('DEPLOYED; configuring the network; waited 1 s');
  });
});
