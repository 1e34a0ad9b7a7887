import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../../src/base/error.ts';
import { entryOfError, entryOfResult } from '../../../src/report/feeds/journal-entry.ts';
import { type End, resultOf } from '../../../src/report/result.ts';

const circumstances = {
  requests: { sent: 12, refused: 1, shared: 3 },
  waitedMs: 24_310,
  startedAt: '2026-11-28T23:02:24Z',
  endedAt: '2026-11-28T23:02:48Z',
  timesOf: () => [],
  seen: {
    wasAtWork: true,
    status: 'DEPLOYING',
    tasks: [
      { name: 'Create user', status: 'COMPLETED' },
      { name: 'Open firewall', status: 'IN_PROGRESS' },
    ],
  },
};

const entryOf = (end: End, unit?: string): readonly string[] =>
  entryOfResult(resultOf(end, circumstances), unit).split('\n');

const failed: End = {
  kind: 'failed',
  deployment: {
    status: 'FAILED',
    tasks: [
      { name: 'Create user', status: 'COMPLETED' },
      { name: 'Open\nMESSAGE=forged', status: 'FAILED' },
    ],
  },
};

const lost: End = {
  kind: 'network-failed',
  error: new RcWaitError('NETWORK_LOST', 'cannot put back the network: no space left on the device'),
};

describe('the journal entry of an end', () => {
  it('has the verdict, the status, the task that failed and the unit as fields', () => {
    expect(entryOf(failed, 'rc-wait.service')).toEqual([
      'MESSAGE=the wait has ended: failed, exit status 1; journalctl -x says what to do',
      'MESSAGE_ID=c87e0dd1421544c988bcf8bd40f66d86',
      'PRIORITY=3',
      'SYSLOG_IDENTIFIER=rc-wait',
      'OBJECT_SYSTEMD_UNIT=rc-wait.service',
      'RC_WAIT_EXIT_STATUS=1',
      "RC_WAIT_MESSAGE=FAILED after 24 s: RackConnect's automation did not succeed (Open MESSAGE=forged: FAILED)",
      'RC_WAIT_OUTCOME=failed',
      'RC_WAIT_STATUS=FAILED',
      'RC_WAIT_TASK=Open MESSAGE=forged',
      '',
    ]);
  });

  it('names the tasks that were not over at the deadline', () => {
    const end: End = {
      kind: 'deadline',
      phase: 'automation',
      answered: true,
      refused: false,
      why: 'DEPLOYING',
    };
    const lines = entryOf(end);
    expect(lines).toContain('RC_WAIT_OUTCOME=timeout');
    expect(lines.filter((line) => line.startsWith('RC_WAIT_TASK='))).toEqual(['RC_WAIT_TASK=Open firewall']);
    expect(lines.join('\n')).not.toContain('OBJECT_SYSTEMD_UNIT');
  });

  it('tells a network that could not be put back from one that was', () => {
    expect(entryOf(lost)).toContain('MESSAGE_ID=a8f073bb2e0a442db84428dcc4c86e4d');
    expect(entryOf({ ...lost, error: new RcWaitError('NETWORK_FILE', 'cannot write x') })).toContain(
      'MESSAGE_ID=feb63ee8f5024cc69e83a29542a3f574',
    );
  });

  it('is no error where somebody has stopped the wait', () => {
    const lines = entryOf({ kind: 'interrupted', signal: 'SIGTERM' });
    expect(lines).toContain('PRIORITY=6');
    expect(lines).toContain('MESSAGE=the wait has ended: interrupted, exit status 143');
  });

  it('names at most 16 tasks, and cuts what is endless', () => {
    const tasks = Array.from({ length: 100 }, () => ({ name: 'x'.repeat(10_000), status: 'FAILED' }));
    const lines = entryOf({ kind: 'failed', deployment: { status: 'FAILED', tasks } });
    expect(lines.filter((line) => line.startsWith('RC_WAIT_TASK='))).toHaveLength(16);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(2_100);
  });

  it('is there for a wait that has no result, too', () => {
    const error = new RcWaitError('USAGE', 'cannot use --timeout soon: a duration is expected');
    expect(entryOfError(error, undefined).split('\n')).toEqual([
      'MESSAGE=the wait has ended: misuse, exit status 64; journalctl -x says what to do',
      'MESSAGE_ID=ba2017c6fe314f9895a5102db93f5a31',
      'PRIORITY=3',
      'SYSLOG_IDENTIFIER=rc-wait',
      'RC_WAIT_EXIT_STATUS=64',
      'RC_WAIT_MESSAGE=cannot use --timeout soon: a duration is expected',
      '',
    ]);
    expect(entryOfError(new TypeError('x is undefined'), undefined)).toContain('RC_WAIT_EXIT_STATUS=70\n');
  });
});
