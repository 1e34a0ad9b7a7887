import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, rcWait, scratch, simulator } from '../../cli/harness.ts';

const { play } = await simulator();

const wait = (patch: unknown, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  rcWait(['wait', '--network', 'off', '--quiet', ...play(patch).flags, ...args], { env });

describe('--metrics-file', () => {
  it('has the end of the wait, for everybody to read, and nothing else is left in the folder', async () => {
    const folder = scratch();
    const path = join(folder, 'rc-wait.prom');
    writeFileSync(path, 'of the last boot\n', { mode: 0o600 });
    writeFileSync(join(folder, '.rc-wait.prom.0123456789abcdef.rc-wait'), 'of a wait that was killed');
    expect(await wait(done, ['--metrics-file', path])).toMatchObject({ exit: 0, err: '' });
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^rc_wait_automation_status\{status="DEPLOYED"\} 1$/m);
    expect(text).toMatch(/^rc_wait_end\{outcome="deployed"\} 1$/m);
    expect(text).toMatch(/^rc_wait_network_step\{action="skipped"\} 1$/m);
    expect(text).toMatch(/^rc_wait_requests_total [1-9]/m);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder)).toEqual(['rc-wait.prom']);
  });

  it.each([
    ['FAILED', { ...done, outcome: 'FAILED' }, [], 'failed', 1],
    ['UNPROCESSABLE', { ...done, outcome: 'UNPROCESSABLE' }, [], 'unprocessable', 3],
    ['wrong flags', done, ['--source-address', 'nonsense'], 'misuse', 64],
  ])('tells of %s', async (_name, patch, args, outcome, exit) => {
    const path = join(scratch(), 'rc-wait.prom');
    expect((await wait(patch, args, { RC_WAIT_METRICS_FILE: path })).exit).toBe(exit);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(`\nrc_wait_end{outcome="${outcome}"} 1\n`);
    expect(text).toContain(`\nrc_wait_exit_status ${exit}\n`);
  });

  it('that cannot be written is said once, and decides nothing', async () => {
    const path = join(scratch(), 'missing/rc-wait.prom');
    expect(await wait(done, ['--metrics-file', path])).toMatchObject({
      exit: 0,
      err: `rc-wait: warning: cannot write ${path} (--metrics-file): no such file or directory\n`,
    });
  });

  it('is not put in the place of a link or a device', async () => {
    const folder = scratch();
    const path = join(folder, 'link');
    symlinkSync('/dev/null', path);
    const { exit, err } = await wait(done, ['--metrics-file', path]);
    expect(exit).toBe(0);
    expect(err).toContain('it is not a regular file');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('is refused without a name', async () => {
    expect(await wait(done, ['--metrics-file', ''])).toMatchObject({ exit: 64 });
  });
});
