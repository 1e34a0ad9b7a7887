import { describe, expect, it } from 'vitest';
import { looksAtVerdict } from '../../../src/app/doctor/verdict.ts';

const told = 'told by the API at 2026-11-28T20:01:02Z';
const facts = { instance: '2c1f', region: 'ord' };
const nobody = { records: [], nowMs: 0 };
const task = (name: string, status: string) => ({ name, status });

describe('the verdict', () => {
  it('FAILED has the tasks that failed, and what a ticket needs', () => {
    const tasks = [task('Update access', 'COMPLETED'), task('Provision IP', 'FAILED')];
    expect(looksAtVerdict({ status: 'FAILED', tasks, told }, facts, nobody)).toEqual([
      {
        topic: 'automation',
        what: 'verdict',
        seen: 'FAILED',
        because: told,
        fault: {
          code: 'FAILED',
          why: `FAILED: RackConnect's automation did not succeed; this is RackConnect's verdict (task "Provision IP": FAILED), ${told}`,
          remedy: `mend what rc-wait preflight finds (below); then a ticket to Rackspace, to have the automation run again: "server 2c1f, region ORD, RackConnect automation FAILED, task "Provision IP": FAILED, ${told}". A restart before that ends the same way`,
        },
      },
      { topic: 'automation', what: 'task', seen: 'task "Provision IP": FAILED' },
    ]);
  });

  it('UNPROCESSABLE has the reason where a source says it', () => {
    const last = { status: 'UNPROCESSABLE', tasks: [], told };
    const [look] = looksAtVerdict(last, { ...facts, instance: undefined, reason: 'no RackConnect' }, nobody);
    expect(look?.fault).toMatchObject({
      code: 'UNPROCESSABLE',
      why: `UNPROCESSABLE: RackConnect will not automate this server: no RackConnect, ${told}`,
      remedy: expect.stringContaining('server (its ID), region ORD, RackConnect automation UNPROCESSABLE'),
    });
  });

  it('names five tasks at most, and counts the others', () => {
    const tasks = Array.from({ length: 8 }, (_, index) => task(`t${index}`, 'ERROR'));
    const looks = looksAtVerdict({ status: 'FAILED', tasks, told }, facts, nobody);
    expect(looks).toHaveLength(6);
    expect(looks[0]?.fault?.why).toContain('task "t4": ERROR; 3 tasks more)');
  });

  it.each(['DEPLOYED', 'ANYTHING'])('%s is none', (status) => {
    expect(looksAtVerdict({ status, tasks: [], told }, facts, nobody)).toEqual([]);
    expect(looksAtVerdict(undefined, facts, nobody)).toEqual([]);
  });

  it('DEPLOYING is no fault: the tasks at work first, and that the automation goes on', () => {
    const tasks = [task('a', 'PENDING'), task('b', 'IN_PROGRESS'), task('c', 'COMPLETED')];
    const last = { status: 'DEPLOYING', tasks, told, isNow: true } as const;
    expect(looksAtVerdict(last, facts, nobody)).toEqual([
      {
        topic: 'automation',
        what: 'verdict',
        seen: 'DEPLOYING',
        because: `${told}; task "b": IN_PROGRESS; 1 task more`,
        next: 'RackConnect is at work, DEPLOYING: task "b": IN_PROGRESS; 1 task more.',
      },
    ]);
    const [before] = looksAtVerdict({ status: 'DEPLOYING', tasks: [], told }, facts, nobody);
    expect(before).toEqual({ topic: 'automation', what: 'verdict', seen: 'DEPLOYING', because: told });
  });

  it('has the time since when, as a wait saw it, in the ticket, too', () => {
    const record = {
      schema: 'rc-wait/wait-record/v1',
      ...{ number: 1, boot_id: '', process: { pid: 1, started: '' } },
      ...{ started_at: '2026-11-28T19:00:00Z', started_boot_ms: 0, timeout_ms: null, last_ms: 90_000 },
      ...{ phases: [], tasks: [], tasks_left_out: 0, answers: [], network: [], end: null },
      requests: { sent: 2, refused: 0, shared: 0 },
      statuses: [
        { status: 'DEPLOYING', at_ms: 0 },
        { status: 'FAILED', at_ms: 60_000 },
      ],
    } as const;
    const [look] = looksAtVerdict({ status: 'FAILED', tasks: [], told }, facts, {
      records: [record],
      nowMs: 0,
    });
    expect(look?.because).toBe(`since 2026-11-28T19:01:00Z, ${told}`);
    expect(look?.fault?.remedy).toContain(
      `RackConnect automation FAILED, since 2026-11-28T19:01:00Z, ${told}`,
    );
  });
});
