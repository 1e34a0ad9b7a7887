import { describe, expect, it } from 'vitest';
import {
  endOfService,
  isAtWork,
  isInUse,
  looksAtUnits as looksAtSeen,
  seeUnits,
} from '../../../src/app/doctor/service.ts';
import type { Run } from '../../../src/system/tool.ts';

const unit = (values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');

const waiting = {
  LoadState: 'loaded',
  ActiveState: 'activating',
  SubState: 'start',
  UnitFileState: 'enabled',
};
const target = { LoadState: 'loaded', ActiveState: 'inactive', SubState: 'dead', UnitFileState: 'static' };
const timer = { ...target, UnitFileState: 'disabled' };

/** systemctl as it answers on a server with these units. */
function systemd(waiter: Readonly<Record<string, string>>, dependents = ''): Run {
  return async ({ argv }) => ({
    ok: true,
    how: 'exit status 0',
    output: argv.includes('show') ? `${[waiter, target, timer].map(unit).join('\n\n')}\n` : dependents,
  });
}

const nothingKnown = { status: undefined, answers: undefined, faults: [] };
const looksAtUnits = async (run: Run) => looksAtSeen(await seeUnits(run), nothingKnown);

describe('the units', () => {
  it.each([
    [waiting, true],
    [{ ...waiting, ActiveState: 'failed' }, true],
    [{ ...waiting, ActiveState: 'inactive' }, false],
    [{ ...waiting, LoadState: 'not-found', ActiveState: 'inactive' }, false],
  ])('are in use once the service waits here: %j', async (waiter, is) => {
    expect(isInUse(await seeUnits(systemd(waiter)))).toBe(is);
    expect(isInUse(undefined)).toBe(false);
  });

  it('are shown with what the service says, and with what waits for it', async () => {
    const listed = 'rackconnect-deployed.target\n  web.service\n    deep.target\n  jobs.timer\n';
    const run = systemd({ ...waiting, StatusText: 'DEPLOYING for 3 min=x' }, listed);
    expect(await looksAtUnits(run)).toEqual([
      {
        topic: 'service',
        what: 'rc-wait.service',
        seen: 'activating (start), enabled',
        because: 'DEPLOYING for 3 min=x',
      },
      {
        topic: 'service',
        what: 'rackconnect-deployed.target',
        seen: 'inactive (dead)',
        because: 'waited for by web.service, jobs.timer',
      },
      expect.objectContaining({ what: 'rc-wait-network-check.timer', seen: 'not enabled' }),
    ]);
  });

  it('that nothing waits for are said to be so', async () => {
    expect((await looksAtUnits(systemd(waiting, 'rackconnect-deployed.target\n')))[1]?.because).toBe(
      'nothing waits for it',
    );
  });

  it('of which the first has failed are a fault, with what to type', async () => {
    const [look] = await looksAtUnits(systemd({ ...waiting, ActiveState: 'failed', Result: 'exit-code' }));
    expect(look?.fault).toMatchObject({
      why: expect.stringContaining('failed (exit-code)'),
      remedy: expect.stringContaining('journalctl -b -u rc-wait.service'),
    });
  });

  it('that are not installed, or no systemd at all, are no fault', async () => {
    expect(await looksAtUnits(systemd({ LoadState: 'not-found' }))).toEqual([
      expect.objectContaining({ seen: 'is not installed' }),
    ]);
    const silent: Run = async () => ({ ok: false, how: 'cannot be started', output: '' });
    expect(await looksAtUnits(silent)).toEqual([expect.objectContaining({ seen: 'does not answer' })]);
  });

  it.each([
    ['a verdict', { Result: 'exit-code', ExecMainCode: '1', ExecMainStatus: '124' }, 124],
    [
      'a sandbox that cannot be set up',
      { Result: 'exit-code', ExecMainCode: '1', ExecMainStatus: '226' },
      undefined,
    ],
    ['a signal', { Result: 'signal', ExecMainCode: '2', ExecMainStatus: '9' }, undefined],
    ['too many starts', { Result: 'start-limit-hit', ExecMainCode: '1', ExecMainStatus: '1' }, undefined],
    ['a command before it', { Result: 'exit-code', ExecMainCode: '0', ExecMainStatus: '0' }, undefined],
  ])('of which the first has failed by %s', async (_how, values, exit) => {
    const seen = await seeUnits(
      systemd({ ...waiting, ...values, ActiveState: 'failed', StatusText: 'words' }),
    );
    expect(endOfService(seen)).toEqual({ exit, result: values.Result, words: 'words', at: '' });
  });

  it('of which the first waits are at work, and have not failed', async () => {
    const seen = await seeUnits(systemd(waiting));
    expect([isAtWork(seen), endOfService(seen)]).toEqual([true, undefined]);
  });
});
