import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { regionFromXenstore } from '../../src/host/xenstore.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rc-wait-xenstore-'));
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A xenstore-read of our own. */
function xenstoreRead(script: string): void {
  writeFileSync(join(folder, 'xenstore-read'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

it('asks the hypervisor for the key of the region', async () => {
  xenstoreRead('[ "$*" = vm-data/provider_data/region ] && echo ord');
  expect(await regionFromXenstore()).toBe('ord');
});

it('leaves quotes to whoever reads the region', async () => {
  xenstoreRead(`echo '"ord"'`);
  expect(await regionFromXenstore()).toBe('"ord"');
});

it.each([
  ['there is no such key', 'echo "xenstore-read: couldn\'t read path" >&2; exit 1'],
  ['the key is empty', 'echo'],
  ['the user may not read it', 'exit 13'],
])('does not know the region where %s', async (_, script) => {
  xenstoreRead(script);
  expect(await regionFromXenstore()).toBeUndefined();
});

it('does not know the region where there is no xenstore', async () => {
  vi.stubEnv('PATH', folder);
  expect(await regionFromXenstore()).toBeUndefined();
});

it('gives up on a hypervisor that does not answer', async () => {
  xenstoreRead('trap "" TERM; exec sleep 60');
  const startedMs = performance.now();
  expect(await regionFromXenstore()).toBeUndefined();
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
