import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { afterwards, endedRecord, killedRecord } from '../../history/records.ts';
import { faultsIn } from '../../report/schema.ts';
import { done, netplan, netplanPath, rcWait, rootWith, scratch, simulator } from '../harness.ts';

const { play } = await simulator();

/** A state directory with the records of a wait that was killed and of one that went on. */
function recorded(): readonly string[] {
  const stateDir = scratch();
  mkdirSync(join(stateDir, 'waits'));
  for (const record of [killedRecord, endedRecord])
    writeFileSync(
      join(stateDir, 'waits', `${record.number}.json`),
      JSON.stringify({ ...record, boot_id: afterwards.bootId }),
    );
  return ['--state-dir', stateDir];
}

describe('rc-wait wait', () => {
  it('leaves a record, and its result for other programs', async () => {
    const server = play({ ...done });
    const { out, err } = await rcWait(['wait', '--output', 'json', '--network', 'off', ...server.flags]);
    expect(err).not.toContain('warning');
    const path = join(server.stateDir, 'result.json');
    expect(readFileSync(path, 'utf8')).toBe(out);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    const result = JSON.parse(out);
    expect(faultsIn('result')(result)).toEqual([]);
    for (const task of result.tasks) expect(task.first_seen_ms).toBeLessThanOrEqual(result.waited_ms);
    expect(Date.parse(result.started_at)).toBeLessThanOrEqual(Date.parse(result.ended_at));

    const flags = ['--state-dir', server.stateDir];
    const shown = JSON.parse((await rcWait(['history', 'show', '--output', 'json', ...flags])).out);
    expect(faultsIn('wait-record')(shown)).toEqual([]);
    expect(shown).toMatchObject({
      number: 1,
      state: 'ended',
      process: { pid: process.pid },
      statuses: [{ status: 'DEPLOYED' }],
      answers: [{ usable: 1, refused: 0, failed: 0 }],
      requests: result.requests,
      end: { outcome: 'deployed', exit: 0, message: result.message, error: null },
    });
  });

  it('records the network step with its parts', async () => {
    const server = play(done);
    const root = rootWith();
    expect(readFileSync(join(root, netplanPath), 'utf8')).toBe(netplan);
    await rcWait(['wait', ...server.flags, '--root', root]);
    const flags = ['--state-dir', server.stateDir];
    const { network, phases } = JSON.parse(
      (await rcWait(['history', 'show', '1', '--output', 'json', ...flags])).out,
    );
    expect(network.map(({ part }: { part: string }) => part)).toEqual([
      'recover',
      'plan',
      'prepare',
      'write',
      'reload',
      'probe',
      'keep',
    ]);
    expect(phases.at(-1)).toMatchObject({ phase: 'network' });
  });

  it('records a wait that came to nothing', async () => {
    const server = play(done);
    const { exit } = await rcWait([
      'wait',
      ...server.flags.slice(0, 2),
      '--state-dir',
      server.stateDir,
      '--interface',
      'none0',
      '--timeout',
      '1s',
    ]);
    const { out } = await rcWait(['history', '--output', 'json', '--state-dir', server.stateDir]);
    expect(faultsIn('history')(JSON.parse(out))).toEqual([]);
    expect(JSON.parse(out).waits).toMatchObject([{ state: 'ended', exit, outcome: 'unavailable' }]);
  });

  it('goes on where the record cannot be kept, and says so once', async () => {
    const server = play(done);
    mkdirSync(server.stateDir);
    writeFileSync(join(server.stateDir, 'waits'), 'in the way');
    const { exit, err } = await rcWait(['wait', '--network', 'off', ...server.flags]);
    expect(exit).toBe(0);
    expect(err.match(/cannot keep the record of this wait: .*; the wait goes on/g)).toHaveLength(1);
  });
});

describe('rc-wait history', () => {
  it('lists the waits, the newest last', async () => {
    const { exit, out, err } = await rcWait(['history', ...recorded()]);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toBe(
      [
        'N  BEGAN                 TOOK  END',
        '1  2026-11-28T23:02:24Z  10 s  cut off by the end of its boot',
        '2  2026-11-28T23:02:24Z  24 s  deployed (0)',
        '',
      ].join('\n'),
    );
  });

  it('shows the last wait, or that with a number, in text of the locale', async () => {
    const flags = recorded();
    expect((await rcWait(['history', 'show', ...flags])).out).toMatch(/^wait 2, .*: deployed after 24 s/);
    const first = await rcWait(['history', 'show', '1', ...flags], { env: { LANG: 'C.UTF-8' } });
    expect(first.out).toMatch(/^wait 1, /);
    expect(first.out).toContain('█');
  });

  it('draws an SVG', async () => {
    const { exit, out } = await rcWait(['history', 'plot', '2', ...recorded()]);
    expect(exit).toBe(0);
    expect(out).toMatch(/^<\?xml .*\n<svg [\s\S]*<\/svg>\n$/);
  });

  it.each([
    [['show', '7'], 'cannot show wait 7: it is not recorded'],
    [['show', 'x'], 'cannot use the argument "x": the number of a wait is expected'],
    [['plot', '1', '2'], 'cannot use the argument "2": one number is expected'],
  ])('%j ends with 64, and says why', async (words, message) => {
    const { exit, out, err } = await rcWait(['history', ...words, ...recorded()]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
  });

  it('has nothing to show where no wait was recorded', async () => {
    const flags = ['--state-dir', scratch()];
    expect(await rcWait(['history', ...flags])).toEqual({ exit: 0, out: 'no wait is recorded\n', err: '' });
    expect((await rcWait(['history', 'show', ...flags])).exit).toBe(64);
  });

  it('knows a command of its group that is mistyped', async () => {
    const { exit, err } = await rcWait(['history', 'polt']);
    expect(exit).toBe(64);
    expect(err).toContain('did you mean history plot?');
  });
});
