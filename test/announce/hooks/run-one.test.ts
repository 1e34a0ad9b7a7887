import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HookRun, runHook } from '../../../src/announce/hooks/run-one.ts';
import { folderWith } from '../../hooks/folder.ts';

const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };

/** Runs a script; what it came to, with its lines. */
async function ran(body: string, options: Partial<HookRun> = {}) {
  const lines: string[] = [];
  const end = await runHook({
    path: join(folderWith({ hook: body }), 'hook'),
    env,
    input: '{"outcome":"deployed"}\n',
    timeoutMs: 10_000,
    onLine: (line) => lines.push(line),
    signal: new AbortController().signal,
    ...options,
  });
  return { ...end, lines };
}

function isRunning(pid: number): boolean {
  try {
    // A zombie whose parent has not asked yet has ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a hook', () => {
  it('reads the document, and both of its streams are told', async () => {
    expect(await ran('cat; echo oops >&2; pwd')).toMatchObject({
      ok: true,
      how: 'exit status 0',
      lines: expect.arrayContaining(['{"outcome":"deployed"}', 'oops', '/']),
    });
  });

  it('need not read it, however long it is', async () => {
    expect(await ran('exit 0', { input: 'x'.repeat(1_000_000) })).toMatchObject({ ok: true });
  });

  it('has the environment that it is given, and no other', async () => {
    const { lines } = await ran('env', { env: { ...env, RC_WAIT_OUTCOME: 'failed' } });
    expect(lines.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line)).sort()).toEqual([
      `PATH=${env.PATH}`,
      'RC_WAIT_OUTCOME=failed',
    ]);
  });

  it.each([
    ['exit 3', 'exit status 3'],
    ['kill -TERM $$', 'ended by SIGTERM'],
  ])('that fails says how (%s)', async (body, how) => {
    expect(await ran(body)).toMatchObject({ ok: false, how });
  });

  it('that cannot be started is told of', async () => {
    expect(await ran('', { path: '/nowhere/hook' })).toMatchObject({
      ok: false,
      how: 'it cannot be started: no such file or directory',
    });
  });

  it.each([
    ['its interpreter cannot be one', '#!/etc/passwd/x\n', {}, 'a part of the path is not a directory'],
    [
      'its environment is too long',
      '#!/bin/sh\n',
      { env: { A: 'x'.repeat(200_000) } },
      'its arguments or its environment are too long (E2BIG)',
    ],
  ])('that cannot be started because %s is told of, too', async (_, text, options, reason) => {
    const path = join(folderWith({ hook: '' }), 'hook');
    writeFileSync(path, text);
    expect(await ran('', { path, ...options })).toMatchObject({
      ok: false,
      how: `it cannot be started: ${reason}`,
    });
  });

  it('that hangs is killed with its children when its time is over', async () => {
    const { ok, how, lines } = await ran('trap "" TERM; sleep 60 & echo $!; wait', { timeoutMs: 300 });
    expect({ ok, how }).toEqual({ ok: false, how: 'killed after 0.3 s' });
    await expect.poll(() => isRunning(Number(lines[0]))).toBe(false);
  });

  it('that hangs is killed at once when all is interrupted', async () => {
    const interrupted = new AbortController();
    const { how } = await ran('echo here; sleep 60', {
      signal: interrupted.signal,
      onLine: () => interrupted.abort(),
    });
    expect(how).toBe('interrupted');
    expect(await ran('sleep 60', { signal: interrupted.signal })).toMatchObject({ how: 'interrupted' });
  });

  it('may leave a daemon behind, which lives on and holds nobody up though it keeps the pipes', async () => {
    const { ok, lines } = await ran('sleep 3600 & echo $!');
    expect(ok).toBe(true);
    const pid = Number(lines[0]);
    expect(isRunning(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('may say its last word without a newline', async () => {
    expect(await ran('printf last')).toMatchObject({ lines: ['last'] });
  });
});
