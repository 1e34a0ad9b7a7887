import { describe, expect, it } from 'vitest';
import { looksAtVerdict } from '../../../src/app/doctor/verdict.ts';

const told = 'told by the API at 2026-11-28T20:01:02Z';
const facts = { instance: '2c1f', region: 'ord' };
const task = (name: string, status: string) => ({ name, status });

describe('the verdict', () => {
  it('FAILED has the tasks that failed, and what a ticket needs', () => {
    const tasks = [task('Update access', 'COMPLETED'), task('Provision IP', 'FAILED')];
    expect(looksAtVerdict({ status: 'FAILED', tasks, told }, facts)).toEqual([
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
    const [look] = looksAtVerdict(last, { ...facts, instance: undefined, reason: 'no RackConnect' });
    expect(look?.fault).toMatchObject({
      code: 'UNPROCESSABLE',
      why: `UNPROCESSABLE: RackConnect will not automate this server: no RackConnect, ${told}`,
      remedy: expect.stringContaining('server (its ID), region ORD, RackConnect automation UNPROCESSABLE'),
    });
  });

  it('names five tasks at most, and counts the others', () => {
    const tasks = Array.from({ length: 8 }, (_, index) => task(`t${index}`, 'ERROR'));
    const looks = looksAtVerdict({ status: 'FAILED', tasks, told }, facts);
    expect(looks).toHaveLength(6);
    expect(looks[0]?.fault?.why).toContain('task "t4": ERROR; 3 tasks more)');
  });

  it.each(['DEPLOYED', 'DEPLOYING', 'ANYTHING'])('%s is none', (status) => {
    expect(looksAtVerdict({ status, tasks: [], told }, facts)).toEqual([]);
    expect(looksAtVerdict(undefined, facts)).toEqual([]);
  });
});
