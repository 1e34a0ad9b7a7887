import { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readXenstore } from '../../src/host/xenstore.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rc-wait-xenstore-'));
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A xenstore-read of our own: the real one needs Xen. */
function xenstoreRead(script: string): void {
  writeFileSync(join(folder, 'xenstore-read'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const key = 'vm-data/provider_data/region';

it('is asked for a key, and its value kept as it is', async () => {
  xenstoreRead(`[ "$*" = ${key} ] && echo ' "ord"'`);
  expect(await readXenstore(key)).toEqual({ kind: 'known', value: ' "ord"', where: key });
});

it('has a key that is empty: that is a value, and for whoever reads it to judge', async () => {
  xenstoreRead('echo');
  expect(await readXenstore(key)).toEqual({ kind: 'known', value: '', where: key });
});

// The words are those of xenstore-read(1) of Xen 4.17.
describe('when it cannot be read, is not taken for empty:', () => {
  it('no such key', async () => {
    xenstoreRead(`echo "couldn't read path ${key}" >&2; exit 1`);
    expect(await readXenstore(key)).toEqual({ kind: 'absent', why: `there is no key ${key}` });
  });

  it.each([
    [
      'not root',
      'echo "xenstore-read: xs_open: Permission denied" >&2; exit 1',
      { why: 'only root may read xenstore' },
    ],
    [
      'not a Xen guest',
      'echo "xenstore-read: xs_open: No such file or directory" >&2; exit 1',
      { why: 'this server has no xenstore', lasting: true },
    ],
    [
      'another trouble',
      'echo "xenstore-read: xs_open: Too many open files" >&2; exit 1',
      { why: 'xenstore-read says "Too many open files"' },
    ],
    ['words that nobody knows', 'echo "oh no" >&2; exit 3', { why: 'xenstore-read says "oh no"' }],
    ['no words at all', 'exit 13', { why: expect.stringContaining('xenstore-read failed: ') }],
    ['a value without an end', 'yes', { why: expect.stringContaining('xenstore-read failed: ') }],
  ])('%s', async (_, script, expected) => {
    xenstoreRead(script);
    expect(await readXenstore(key)).toEqual({ kind: 'unknown', ...expected });
  });

  it('not installed', async () => {
    vi.stubEnv('PATH', folder);
    expect(await readXenstore(key)).toEqual({
      kind: 'unknown',
      why: 'xenstore-read is not installed',
      lasting: true,
    });
  });

  it('a hypervisor that does not answer, within its time', async () => {
    xenstoreRead('trap "" TERM; exec sleep 3600');
    expect(await readXenstore(key)).toEqual({
      kind: 'unknown',
      why: 'xenstore-read did not answer within 3 s',
    });
  });

  it('a program that leaves a child behind, within its time', async () => {
    xenstoreRead('sleep 300 & exec sleep 300');
    expect(await readXenstore(key)).toMatchObject({ kind: 'unknown' });
  });

  it('interrupted: at once', async () => {
    xenstoreRead('exec sleep 3600');
    const stop = new AbortController();
    const reading = readXenstore(key, stop.signal);
    stop.abort();
    expect((await reading).kind).toBe('unknown');
  });
});

it('ends nobody where the program is not installed: Node would send a signal to a number that was never set', async () => {
  const kill = vi.spyOn(ChildProcess.prototype, 'kill').mockReturnValue(true);
  vi.stubEnv('PATH', folder);
  const controller = new AbortController();
  const reading = readXenstore('name', controller.signal);
  controller.abort();
  expect(await reading).toMatchObject({ kind: 'unknown', why: 'xenstore-read is not installed' });
  expect(kill).not.toHaveBeenCalled();
  kill.mockRestore();
});
