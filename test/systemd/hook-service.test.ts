import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runHook } from '../../src/announce/hooks/run-one.ts';
import { hookService } from '../../src/systemd/hook-service.ts';

/** Puts programs (shell scripts by names) before all others. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-run-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  return folder;
}

const hook = {
  path: '/etc/rc-wait/deployed.d/10-a',
  env: { RC_WAIT_OUTCOME: 'deployed', A: 'b c' },
  timeoutMs: 2_500,
};

/** A systemd-run that runs its command itself, in a session of its own, and writes down its process id. */
const systemdRun = (note: string) =>
  `while [ "$1" != -- ]; do shift; done; shift; exec 3<&0; setsid "$@" <&3 & echo $! >${note}; wait $!`;

describe('a hook in a service of its own', () => {
  it('has all that it is given, waits for nothing that the boot waits for, and is ended by systemd at the latest', () => {
    const { argv } = hookService(hook);
    expect(argv[0]).toBe('systemd-run');
    expect(argv).toEqual(
      expect.arrayContaining([
        '--wait',
        '--pipe',
        '--property=DefaultDependencies=no',
        '--property=RuntimeMaxSec=8',
        '--setenv=RC_WAIT_OUTCOME=deployed',
        '--setenv=A=b c',
      ]),
    );
    expect(argv.slice(-2)).toEqual(['--', hook.path]);
    const units = [argv, hookService(hook).argv].map((words) =>
      words.find((word) => word.startsWith('--unit=')),
    );
    expect(units[0]).toMatch(/^--unit=rc-wait-hook-[0-9a-f]{12}\.service$/);
    expect(units[0]).not.toBe(units[1]);
  });

  it('is told what it should know, heard, and its end is ours', async () => {
    const folder = programs({ 'systemd-run': systemdRun('/dev/null'), hook: 'cat; exit 5' });
    const lines: string[] = [];
    const end = await runHook({
      path: join(folder, 'hook'),
      env: { PATH: process.env.PATH ?? '' },
      input: 'the document\n',
      timeoutMs: 10_000,
      onLine: (line) => lines.push(line),
      signal: new AbortController().signal,
      launch: hookService,
    });
    expect(end).toEqual({ ok: false, how: 'exit status 5' });
    expect(lines).toEqual(['the document']);
  });

  it('is ended by systemd when its time is over', async () => {
    const folder = programs({});
    const note = join(folder, 'pid');
    const asked = join(folder, 'asked');
    for (const [name, script] of [
      ['systemd-run', systemdRun(note)],
      ['systemctl', `echo "$@" >${asked}; kill -KILL $(cat ${note})`],
      ['hook', 'exec sleep 60'],
    ] as const) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    const end = await runHook({
      path: join(folder, 'hook'),
      env: { PATH: process.env.PATH ?? '' },
      input: '',
      timeoutMs: 500,
      onLine: () => undefined,
      signal: new AbortController().signal,
      launch: hookService,
    });
    expect(end).toEqual({ ok: false, how: 'killed after 0.5 s' });
    expect(readFileSync(asked, 'utf8')).toMatch(/^stop --no-block rc-wait-hook-[0-9a-f]{12}\.service\n$/);
  });

  it('that nobody can end holds nobody up: systemd-run itself is ended then', async () => {
    const folder = programs({ 'systemd-run': 'exec sleep 60', systemctl: 'exit 1' });
    const startedMs = performance.now();
    const end = await runHook({
      path: join(folder, 'hook'),
      env: { PATH: process.env.PATH ?? '' },
      input: '',
      timeoutMs: 100,
      onLine: () => undefined,
      signal: new AbortController().signal,
      launch: hookService,
    });
    expect(end.how).toBe('killed after 0.1 s');
    expect(performance.now() - startedMs).toBeGreaterThan(5_000);
  });
});
