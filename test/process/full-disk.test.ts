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

/**
 * A program where neither /run nor /var/lib has a free inode: files, folders and sockets cannot be made. cloud-init has
 * named the instance before. Undefined where mounting is not permitted.
 */
const withoutInodes = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `set -e
mount -t tmpfs -o nr_inodes=1,mode=0755 tmpfs /run
mount -t tmpfs -o nr_inodes=4,mode=0755 tmpfs /var/lib
mkdir -p /var/lib/cloud/data
echo 5e3c3e0a-6c1e-4c39-8b14-9b7b2a1f0b11 >/var/lib/cloud/data/instance-id
exec "$@"`,
  'sh',
] as const;
const hasNamespaces = spawnSync('/usr/bin/unshare', [...withoutInodes.slice(1), 'true']).status === 0;

describe.runIf(hasNamespaces)('without a free inode in /run and /var/lib', () => {
  const noSpace = 'no space left on the device';
  const wait = (...flags: string[]) =>
    rcWait(['wait', ...flags, '--network', 'off', '--once-per-instance'], {
      under: [...withoutInodes],
      env: { XDG_RUNTIME_DIR: scratch() },
    });
  const flagsOf = () => {
    const { flags } = play(done);
    const at = flags.indexOf('--state-dir');
    return at < 0 ? flags : flags.toSpliced(at, 2);
  };

  it('the wait runs, and says what cannot be kept, each once and with the reason', async () => {
    const { exit, err } = await wait(...flagsOf());
    expect(exit).toBe(0);
    expect(err.split('\n').filter((line) => line.includes('/run/rc-wait/requests.db'))).toEqual([
      `rc-wait: warning: cannot use /run/rc-wait/requests.db: ${noSpace}; processes with another --state-dir cannot be counted`,
    ]);
    expect(err).toContain(
      `cannot use the ledger in /run/rc-wait: ${noSpace}; other rc-wait processes are not`,
    );
    expect(err).toMatch(/Name another directory with --state-dir\n/);
    expect(err).toContain(`warning: cannot remember that this instance is deployed: ${noSpace}`);
  });

  it('the commands that systemd runs before and after the wait end by themselves, and the unit passes over each failure', async () => {
    const unit = readFileSync(new URL('../../systemd/rc-wait.service', import.meta.url), 'utf8');
    const lines = [...unit.matchAll(/^(Exec(?:StartPre|StartPost|StopPost))=(\S*?)(\/.*)$/gm)];
    expect(lines.length).toBeGreaterThanOrEqual(7);
    for (const [, name, prefix, command = ''] of lines) {
      expect(prefix, `${name}=${command}`).toMatch(/^[+]?-|^-/);
      if (command.includes('dependents')) continue;
      const { exit } = await startProgram([...withoutInodes, 'sh', '-c', command]).ended;
      expect(exit, command).toBeDefined();
    }
  });

  it('units that an earlier failure prevented are looked for without a note, and the search ends', async () => {
    const script = new URL('../../systemd/dependents', import.meta.url).pathname;
    for (const verb of ['note', 'start']) {
      const { exit } = await startProgram([...withoutInodes, 'sh', script, verb], {
        SERVICE_RESULT: 'signal',
      }).ended;
      expect(exit, verb).toBeDefined();
    }
  });
});

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
