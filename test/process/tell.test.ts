import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { done, simulator } from '../cli/harness.ts';
import { folderWith } from '../hooks/folder.ts';
import { listener } from '../openstack/listener.ts';
import { rcWait, start } from './program.ts';

const { play } = await simulator();
const secret = '/v1/a/c/o?temp_url_sig=s3cret';

describe('a signal', () => {
  it('is sent past every proxy', async () => {
    const proxy = await listener([200]);
    const { url, heard } = await listener([200]);
    const { exit, err } = await rcWait(['wait', '--network', 'off', '--quiet', ...play(done).flags], {
      env: {
        RC_WAIT_SIGNAL: url + secret,
        NODE_USE_ENV_PROXY: '1',
        http_proxy: proxy.url,
        HTTP_PROXY: proxy.url,
        https_proxy: proxy.url,
      },
    });
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect([heard.length, proxy.heard.length]).toEqual([1, 0]);
  });

  it('is not shown by ps(1), though it was given as a flag', async () => {
    const { url } = await listener([200]);
    const server = play({ deployedAfter: 'never' });
    const program = start(['wait', '--signal', url + secret, ...server.flags]);
    await program.saw(/DEPLOYING/);
    const shown = readFileSync(`/proc/${program.child.pid}/cmdline`, 'utf8');
    program.child.kill('SIGTERM');
    const { exit, err } = await program.ended;
    expect(exit).toBe(143);
    expect(shown).toContain('rc-wait wait --signal …');
    expect(`${shown}${err}`).not.toContain('s3cret');
  });
});

describe.runIf(process.getuid?.() === 0)('a hook that runs when SIGTERM comes', () => {
  it('is ended with all that it has started; what was told before stands', async () => {
    const hooks = folderWith({
      'deployed.d/10': 'sleep 3600 & echo $!; wait',
      'deployed.d/20': 'echo never',
    });
    const program = start(['wait', '--network', 'off', '--hooks-dir', hooks, ...play(done).flags]);
    await program.saw(/10: \d+\n/);
    program.child.kill('SIGTERM');
    const { exit, out, err } = await program.ended;
    expect(exit).toBe(0);
    expect(out).toMatch(/^DEPLOYED already at the first look/);
    expect(err).toMatch(/the hook 10 did not succeed: interrupted\n.*interrupted: not run: 20\n$/);
    const [, pid] = /10: (\d+)\n/.exec(err) ?? [];
    await expect.poll(() => isRunning(Number(pid))).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
