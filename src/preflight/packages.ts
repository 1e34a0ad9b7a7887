import type { PreflightFinding } from './finding.ts';

const id = 'package-manager';
const why = 'the automation installs packages, and fails where another package manager is at work';

/** A lock file of a package manager. */
interface LockFile {
  readonly path: string;
  /** `08:01:1234`, as in /proc/locks (proc_locks(5)): device in hexadecimal, and inode */
  readonly key: string;
}

/** A process. */
export interface Process {
  readonly pid: number;
  /** the words of its command line; empty for threads of the kernel */
  readonly argv: readonly string[];
}

/** A file that holds the id of the process that has a lock, as yum and zypper have it. */
interface PidFile {
  readonly path: string;
  readonly text: string;
}

/** What is known of package managers on the running system. */
export interface PackagesSeen {
  readonly lockFiles: readonly LockFile[];
  /** the text of /proc/locks */
  readonly locks: string;
  readonly pidFiles: readonly PidFile[];
  readonly processes: readonly Process[];
}

/** The files that package managers lock with fcntl(2). */
export const lockFiles: readonly string[] = [
  '/var/lib/dpkg/lock-frontend',
  '/var/lib/dpkg/lock',
  '/var/lib/apt/lists/lock',
  '/var/cache/apt/archives/lock',
  '/var/lib/rpm/.rpm.lock',
  '/usr/lib/sysimage/rpm/.rpm.lock',
];

/** The files in which package managers leave their process id. */
export const pidFiles: readonly string[] = [
  '/run/yum.pid',
  '/run/zypp.pid',
  '/var/cache/dnf/metadata_lock.pid',
  '/var/cache/dnf/download_lock.pid',
  '/var/lib/dnf/rpmdb_lock.pid',
];

const managers = /^(?:apt|apt-get|aptitude|dpkg|unattended-upgrades?|yum|dnf|dnf5|microdnf|rpm|zypper)$/;

/** Whether a package manager is at work, or its lock is held. */
export function checkPackages(seen: PackagesSeen): readonly PreflightFinding[] {
  const remedy = 'wait until it has ended; at boot, start it after rackconnect-deployed.target';
  const held = [...fcntlLocks(seen), ...pidLocks(seen)].map<PreflightFinding>(({ path, pid }) => ({
    id,
    level: 'FAIL',
    line: `${path}: held by process ${pid}${nameOf(seen.processes, pid)}`,
    reason: `${why}: its lock is held`,
    remedy,
  }));
  if (held.length > 0) return held.slice(0, 1);
  const busy = seen.processes.find(({ argv }) => isAtWork(argv));
  if (busy === undefined)
    return [
      { id, level: 'PASS', line: '/proc: no package manager, and no lock of one', reason: `${why}: none is` },
    ];
  const line = `/proc/${busy.pid}/cmdline: ${busy.argv.join(' ')}`.slice(0, 160);
  return [{ id, level: 'WARN', line, reason: `${why}: one runs`, remedy }];
}

/** `1: POSIX  ADVISORY  WRITE 3568 fd:00:2531452 0 EOF`; "->" is one that waits, and OFDLCK has no process. */
function fcntlLocks({
  lockFiles: files,
  locks,
  processes,
}: PackagesSeen): readonly { path: string; pid: string }[] {
  const inodeOf = (key: string): string => key.slice(key.lastIndexOf(':') + 1);
  return locks.split('\n').flatMap((line) => {
    const [, kind, , , pid = '', key = ''] = line.trim().split(/\s+/);
    if (kind === '->') return [];
    // On Btrfs and overlays the kernel's device is not the one of stat(2): then the process has to tell.
    const isManager = processes.some((one) => String(one.pid) === pid && isAtWork(one.argv));
    const file =
      files.find((one) => one.key === key) ??
      (isManager ? files.find((one) => inodeOf(one.key) === inodeOf(key)) : undefined);
    return file === undefined ? [] : [{ path: file.path, pid }];
  });
}

function pidLocks({ pidFiles: files, processes }: PackagesSeen): readonly { path: string; pid: string }[] {
  return files.flatMap(({ path, text }) => {
    const owner = processes.find(({ pid }) => String(pid) === text.trim());
    // A number that another program has by now is a file that was left behind.
    return owner !== undefined && isAtWork(owner.argv) ? [{ path, pid: String(owner.pid) }] : [];
  });
}

/** A script shows its interpreter first: `/usr/bin/python3 /usr/bin/dnf upgrade`. */
function isAtWork(argv: readonly string[]): boolean {
  const [first = '', ...rest] = argv;
  const isInterpreted = /\/?(?:python[\d.]*|platform-python[\d.]*|perl|sh|bash)$/.test(first);
  const script = isInterpreted ? (rest.find((word) => !word.startsWith('-')) ?? '') : first;
  // unattended-upgrade-shutdown waits for the shutdown, and does nothing until then.
  return managers.test(script.slice(script.lastIndexOf('/') + 1)) && !argv.includes('--wait-for-signal');
}

function nameOf(processes: readonly Process[], pid: string): string {
  const [program] = processes.find((one) => String(one.pid) === pid)?.argv ?? [];
  return program === undefined ? '' : ` (${program})`;
}
