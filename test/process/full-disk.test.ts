import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { done, netplan, netplanPath, scratch, simulator } from '../cli/harness.ts';
import { main, node, rcWait, startProgram } from './program.ts';

const { play } = await simulator();

/** A file system of so many kB for this test alone; undefined where mounting is not permitted. */
function tinyDisk(kilobytes: number): string | undefined {
  const path = scratch();
  // Not with mode 1777, which is the default: a ledger in a folder that all may write is not used.
  const options = `size=${kilobytes}k,mode=0755`;
  const { status } = spawnSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  if (status !== 0) return undefined;
  // Before the directory goes: hooks run in the reverse of their order.
  afterAll(() => void spawnSync('/usr/bin/umount', ['--lazy', path]));
  return path;
}

function fill(path: string): void {
  const bytes = Buffer.alloc(4096);
  for (let count = 0; ; count += 1) {
    try {
      writeFileSync(join(path, `filler-${count}`), bytes);
    } catch {
      return;
    }
  }
}

const state = tinyDisk(16);
const root = tinyDisk(16);

describe('a full disk', () => {
  it.runIf(state !== undefined)('below the state directory: said, and the answer still comes', async () => {
    fill(state ?? '');
    const server = play(done);
    const { exit, out, err } = await rcWait(['status', ...server.flags, '--state-dir', state ?? ''], {
      env: { XDG_RUNTIME_DIR: scratch() },
    });
    expect({ exit, out }).toEqual({ exit: 0, out: 'DEPLOYED\n' });
    expect(err).toMatch(
      /^rc-wait: cannot use the ledger in \S+: .*(full|no space left).*; other rc-wait processes are not visible/i,
    );
  });

  it.runIf(root !== undefined)('below the root: 73, and the file as it was', async () => {
    const path = join(root ?? '', netplanPath);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, netplan, { mode: 0o600 });
    fill(root ?? '');
    const before = readdirSync(dirname(path));
    const { exit, err } = await rcWait(['network', 'apply', '--gateway', '10.208.0.1', '--root', root ?? '']);
    expect(exit).toBe(73);
    expect(err).toMatch(/no space left on the device/);
    expect(readFileSync(path, 'utf8')).toBe(netplan);
    expect(readdirSync(dirname(path))).toEqual(before);
  });

  it('under the result: said', async () => {
    const script = `exec "${node}" "${main}" status ${play(done).flags.join(' ')} >/dev/full`;
    const { exit, err } = await startProgram(['sh', '-c', script]).ended;
    expect(err).toBe('rc-wait: cannot write to standard output: no space left on the device\n');
    expect(exit).toBe(71);
  });

  it.each(['--version', '--help', 'network --help', 'endpoints --output json'])(
    'under what %s prints: said, once, with 71',
    async (args) => {
      const script = `exec "${node}" "${main}" ${args} >/dev/full`;
      const { exit, err } = await startProgram(['sh', '-c', script]).ended;
      expect(err).toBe('rc-wait: cannot write to standard output: no space left on the device\n');
      expect(exit).toBe(71);
    },
  );

  it('and a pipe that is closed is nothing to be said', async () => {
    const script = `{ "${node}" "${main}" --help; echo $? >&2; } | true`;
    const { err } = await startProgram(['sh', '-c', script]).ended;
    expect(err).toBe('0\n');
  });
});
