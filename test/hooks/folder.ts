import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from '../support/leftovers.ts';

/** A folder with these shell scripts (bodies by names), each executable, that goes when the test file has ended. */
export function folderWith(scripts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-hooks-'));
  afterFile(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, body] of Object.entries(scripts)) {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }
  return folder;
}
