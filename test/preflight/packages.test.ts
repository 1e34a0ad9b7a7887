import { describe, expect, it } from 'vitest';
import { checkPackages, type PackagesSeen } from '../../src/preflight/packages.ts';

const quiet: PackagesSeen = { lockFiles: [], locks: '', pidFiles: [], processes: [] };
const lock = { path: '/var/lib/dpkg/lock-frontend', key: 'fd:00:2531452' };

function found(seen: Partial<PackagesSeen>) {
  const [{ level, line } = { level: 'none', line: '' }] = checkPackages({ ...quiet, ...seen });
  return `${level} ${line}`;
}

const runs = (...argv: string[]) => found({ processes: [{ pid: 42, argv }] });

describe('a package manager at work', () => {
  it.each([
    [['/usr/bin/apt-get', 'install', 'nginx']],
    [['/usr/bin/python3', '/usr/bin/dnf', '-y', 'upgrade']],
    [['/usr/libexec/platform-python', '-Es', '/usr/bin/yum', 'install']],
    [['/usr/bin/python3', '/usr/bin/unattended-upgrade']],
    [['zypper', 'up']],
  ])('%j is a WARN', (argv) => expect(runs(...argv)).toMatch(/^WARN \/proc\/42\/cmdline: /));

  it.each([
    [['/usr/bin/python3', '/usr/share/unattended-upgrades/unattended-upgrade-shutdown', '--wait-for-signal']],
    [['/usr/libexec/packagekitd']],
    [['vi', '/etc/apt']],
    [[]],
  ])('%j is none', (argv) => expect(runs(...argv)).toMatch(/^PASS /));

  it('that holds its lock is a FAIL, with the file and the process', () => {
    const locks =
      '1: FLOCK  ADVISORY  WRITE 1 00:19:7 0 EOF\n2: POSIX  ADVISORY  WRITE 42 fd:00:2531452 0 EOF\n';
    const processes = [{ pid: 42, argv: ['/usr/bin/apt-get', 'update'] }];
    expect(found({ lockFiles: [lock], locks, processes })).toBe(
      'FAIL /var/lib/dpkg/lock-frontend: held by process 42 (/usr/bin/apt-get)',
    );
    expect(found({ lockFiles: [lock], locks })).toBe('FAIL /var/lib/dpkg/lock-frontend: held by process 42');
    // On Btrfs the kernel has another device than stat(2).
    expect(found({ lockFiles: [{ ...lock, key: '00:2a:2531452' }], locks, processes })).toMatch(/^FAIL /);
    expect(found({ lockFiles: [{ ...lock, key: '00:2a:2531452' }], locks })).toMatch(/^PASS /);
  });

  it('that waits for a lock does not hold it', () => {
    const locks = '1: -> POSIX  ADVISORY  WRITE 42 fd:00:2531452 0 EOF\n';
    expect(found({ lockFiles: [lock], locks })).toMatch(/^PASS /);
  });

  it('that has left its process id behind is none', () => {
    const pidFiles = [{ path: '/run/yum.pid', text: '42\n' }];
    expect(found({ pidFiles })).toMatch(/^PASS /);
    expect(found({ pidFiles, processes: [{ pid: 42, argv: ['sleep', '9'] }] })).toMatch(/^PASS /);
    expect(
      found({ pidFiles, processes: [{ pid: 42, argv: ['/usr/bin/python', '/usr/bin/yum', 'update'] }] }),
    ).toBe('FAIL /run/yum.pid: held by process 42 (/usr/bin/python)');
  });
});
