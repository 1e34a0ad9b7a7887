import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runTransient, transientArguments } from '../../src/systemd/transient.ts';

/** Puts a program called systemd-run before all others. */
function systemdRun(script: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-run-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });
  writeFileSync(join(folder, 'systemd-run'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'systemd-run'), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
}

describe('a transient service', () => {
  it('waits for nothing that the boot waits for, and hands its output back', () => {
    const words = transientArguments('a change', ['/usr/bin/true', '--flag']);
    expect(words).toContain('--property=DefaultDependencies=no');
    expect(words.slice(0, 3)).toEqual(['--quiet', '--wait', '--pipe']);
    expect(words.slice(-3)).toEqual(['--', '/usr/bin/true', '--flag']);
  });

  it('says what its command said, and how it ended', async () => {
    systemdRun('while [ "$1" != -- ]; do shift; done; shift; exec "$@"');
    expect(await runTransient('a change', ['sh', '-c', 'echo done; exit 73'])).toEqual({
      exit: 73,
      stdout: 'done\n',
      how: 'exit status 73',
    });
  });

  it('that is ended by a signal, or cannot be started, is said to be', async () => {
    systemdRun('kill -KILL $$');
    expect(await runTransient('', ['x'])).toMatchObject({ exit: undefined, how: 'ended by SIGKILL' });
    expect(await runTransient('', ['x'], { PATH: '/nowhere' })).toMatchObject({
      exit: undefined,
      how: 'cannot be started: no such file or directory',
    });
  });
});
