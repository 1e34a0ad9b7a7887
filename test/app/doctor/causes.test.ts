import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastStatus, looksAtCauses } from '../../../src/app/doctor/causes.ts';
import { RcWaitError } from '../../../src/base/error.ts';
import type { WaitRecord } from '../../../src/history/record.ts';
import { publish } from '../../../src/pace/last-answers.ts';
import type { PreflightFinding } from '../../../src/preflight/finding.ts';
import { recordOf } from '../../../src/rackconnect/record.ts';
import { scratch } from '../../cli/harness.ts';

const fail: PreflightFinding = {
  id: 'selinux',
  level: 'FAIL',
  line: '/etc/selinux/config:2: SELINUX=enforcing',
  reason: 'the automation fails where SELinux is enforcing: it is at boot',
  remedy: 'SELINUX=permissive',
};

describe('the probable cause', () => {
  it('is each FAIL of a preflight, with its line and the way out', () => {
    const warning: PreflightFinding = { ...fail, level: 'WARN' };
    const looks = looksAtCauses([{ ...fail, level: 'PASS' }, warning, fail]);
    expect(looks).toEqual([
      {
        topic: 'automation',
        what: 'probable cause',
        seen: '/etc/selinux/config:2: SELINUX=enforcing',
        because: fail.reason,
        fault: {
          code: 'FAILED',
          why: 'probable cause: the automation fails where SELinux is enforcing: it is at boot (/etc/selinux/config:2: SELINUX=enforcing)',
          remedy: "SELINUX=permissive; then have the automation run again by Rackspace's support",
        },
      },
    ]);
  });

  it('is said to be none where there is none, with what could not be looked at', () => {
    expect(looksAtCauses([{ id: 'root-password', level: 'SKIP', reason: 'not root' }])).toEqual([
      {
        topic: 'automation',
        what: 'probable cause',
        seen: 'none of the documented ones is found',
        because: 'see rc-wait preflight; not looked at: root-password',
      },
    ]);
    expect(looksAtCauses([])[0]?.because).toBe('see rc-wait preflight');
  });
});

describe('the last status', () => {
  const none = scratch();
  const silent = { answer: { ok: false, error: new RcWaitError('API_UNAVAILABLE', 'cannot ask') } } as const;
  const ended = (words: string) => ({ words, at: 'Sat 2026-11-28 20:01:02 UTC' });

  it('is what the API says now, whatever was before', () => {
    const tasks = [{ name: 'Update access', status: 'FAILED' }];
    const answer = { ok: true, status: 'DEPLOYED', tasks, ageMs: 1, tookMs: 1 } as const;
    const told = expect.stringMatching(/^told by the API at \d{4}-\d\d-\d\dT[\d:]{8}Z$/);
    expect(lastStatus({ answer }, none, ended('FAILED after 3 min'), [])).toEqual({
      status: 'DEPLOYED',
      tasks,
      told,
      isNow: true,
    });
  });

  it('bears the time at which the service saw it first', () => {
    const answer = { ok: true, status: 'FAILED', tasks: [], ageMs: 1, tookMs: 1 } as const;
    expect(lastStatus({ answer }, none, ended('FAILED after 3 min'), [])?.told).toBe(
      'told by the API, and at Sat 2026-11-28 20:01:02 UTC to rc-wait.service',
    );
  });

  it('is its last answer since the boot where it is not asked, or gives none', () => {
    const directory = join(scratch(), 'state');
    mkdirSync(directory, { mode: 0o700 });
    const answered = (status: string) => recordOf({ kind: 'ok', contentType: 'text/plain', body: status });
    publish(
      directory,
      new Map([
        ['http://api|automation_status|text', { askedMs: 1, record: answered('DEPLOYING') }],
        ['http://api|automation_status/details|json', { askedMs: 3, record: recordOf({ kind: 'absent' }) }],
        ['http://api|automation_status|json', { askedMs: 2, record: answered('FAILED') }],
        ['http://api|gateway_ip|text', { askedMs: 4, record: answered('10.208.0.1') }],
      ]),
    );
    for (const seen of [{ answer: undefined }, silent])
      expect(lastStatus(seen, directory, undefined, [])).toEqual({
        status: 'FAILED',
        tasks: [],
        told: 'told by the API since the boot',
      });
  });

  it('is that with which the service ended where the API never said any', () => {
    expect(lastStatus(silent, none, ended('FAILED (told by xenstore) after 3 min'), [])).toEqual({
      status: 'FAILED',
      tasks: [],
      told: 'told by rc-wait.service at Sat 2026-11-28 20:01:02 UTC',
    });
    expect(lastStatus(silent, none, ended('the deadline passed after 1 h'), [])).toBeUndefined();
    expect(lastStatus(silent, none, undefined, [])).toBeUndefined();
  });

  it('is the verdict that the last wait by hand saw where nobody else tells one', () => {
    const record = (status: string): WaitRecord => ({
      schema: 'rc-wait/wait-record/v1',
      ...{ number: 1, boot_id: '', process: { pid: 1, started: '' }, started_at: '2026-11-28T19:00:00Z' },
      ...{ started_boot_ms: 0, timeout_ms: null, last_ms: 9, phases: [], tasks_left_out: 0, answers: [] },
      ...{ requests: { sent: 2, refused: 0, shared: 0 }, network: [], end: null },
      statuses: [{ status, at_ms: 5 }],
      tasks: [
        {
          ...{ name: 'Update access', first_seen_ms: 5, last_seen_ms: 5, ended_ms: 5, changes_left_out: 0 },
          changes: [{ status: 'FAILED', at_ms: 5 }],
        },
      ],
    });
    expect(lastStatus(silent, none, undefined, [record('DEPLOYED'), record('FAILED')])).toEqual({
      status: 'FAILED',
      tasks: [{ name: 'Update access', status: 'FAILED' }],
      told: 'told by the wait of 2026-11-28T19:00:00Z',
    });
    // It may have ended since.
    expect(lastStatus(silent, none, undefined, [record('DEPLOYING')])).toBeUndefined();
  });
});
