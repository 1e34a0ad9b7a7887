import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { namedPaths, requireAnswers } from '../../src/app/answering.ts';
import type { Run } from '../../src/system/tool.ts';
import { scratch } from '../cli/harness.ts';

const never = new AbortController().signal;
const paths = [
  { path: '/srv/ca.pem', by: '--ca-file' },
  { path: '/srv/state', by: '--state-dir' },
];

describe('the paths that are looked at', () => {
  it('are those of flags, and the files of clouds for a command that logs in', () => {
    const args = {
      root: '/',
      'state-dir': '/srv/state',
      'metrics-file': '/srv/m',
      report: '/srv/r',
      catalog: '-',
    };
    expect(namedPaths(args, {}).map(({ by }) => by)).toEqual(['--state-dir', '--metrics-file', '--report']);
    const clouds = namedPaths(
      { 'os-cloud': undefined },
      { HOME: '/home/a', OS_CLIENT_CONFIG_FILE: '/srv/c.yaml' },
    );
    expect(clouds.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/srv/c.yaml', '/home/a/.config/openstack/clouds.yaml']),
    );
  });

  it('answer on a disk: a file, a folder, one that is not there, a FIFO without a writer', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, '-file'), 'text');
    const named = ['state', '-file', 'none/none'].map((name) => ({ path: join(folder, name), by: '--root' }));
    await requireAnswers([...named, { path: '/dev/zero', by: '--ca-file' }], never);
  });
});

describe('a file system that does not answer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A machine on which a shell takes so long, and paths never answer; `dies`: SIGKILL ends what looks at them. */
  const machine =
    (shellMs: number, output: string, dies: boolean): Run =>
    async ({ argv, timeoutMs }, _signal, onStart) => {
      onStart?.(42);
      if (argv.at(-1) === '/proc/self/stat') {
        await vi.advanceTimersByTimeAsync(shellMs);
        return { ok: true, how: 'exit status 0', output: '\n' };
      }
      const timer = new Promise((resolve) => setTimeout(resolve, dies ? timeoutMs : 1e9));
      await timer;
      return { ok: false, how: 'killed', output };
    };

  async function refusal(run: Run): Promise<unknown> {
    const refused = requireAnswers(paths, never, run).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(200_000);
    return refused;
  }

  it('is an error with the path and the flag', async () => {
    expect(await refusal(machine(5, '\n', true))).toMatchObject({
      code: 'CONFIGURATION',
      message: 'cannot read /srv/state: no answer within 10 s',
      hint: expect.stringContaining('named by --state-dir'),
    });
  });

  it('does not hold up the end where even SIGKILL does not end the process that looks', async () => {
    expect(await refusal(machine(5, '', false))).toMatchObject({
      message: 'cannot read /srv/ca.pem or /srv/state: no answer within 10 s',
      hint: expect.stringContaining('named by --ca-file or --state-dir'),
    });
  });

  it('has longer on a machine that is busy', async () => {
    expect(await refusal(machine(3_000, '', true))).toMatchObject({
      message: 'cannot read /srv/ca.pem: no answer within 60 s',
    });
  });

  it('is not blamed where there is no shell to look, or after an interrupt', async () => {
    await requireAnswers(paths, never, async () => ({ ok: false, how: 'cannot be started', output: '' }));
    await requireAnswers(paths, AbortSignal.abort(), async (_command, _signal, onStart) => {
      onStart?.(42);
      return { ok: false, how: 'interrupted', output: '' };
    });
  });
});
