import { readdirSync, statSync } from 'node:fs';
import { readRegularText } from '../../base/files.ts';
import type { PreflightFinding } from '../../preflight/finding.ts';
import { skipped } from '../../preflight/finding.ts';
import { checkPackages, lockFiles, type Process, pidFiles } from '../../preflight/packages.ts';

/** In bytes: a command line, and the locks of a busy server. */
const longestBytes = 4 * 2 ** 20;

/** Looks for package managers on the running system: their processes, and who holds their locks. */
export function lookAtPackages(): PreflightFinding[] {
  const locks = textOf('/proc/locks');
  // Without the kernel's list it is unknown who holds a lock.
  if (locks === undefined) return [skipped('package-manager', 'cannot read /proc/locks')];
  return [
    ...checkPackages({
      locks,
      lockFiles: lockFiles.flatMap((path) => {
        const key = keyOf(path);
        return key === undefined ? [] : [{ path, key }];
      }),
      pidFiles: pidFiles.flatMap((path) => {
        const text = textOf(path);
        return text === undefined ? [] : [{ path, text }];
      }),
      processes: processes(),
    }),
  ];
}

function processes(): readonly Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    const text = textOf(`/proc/${pid}/cmdline`);
    return text === undefined ? [] : [{ pid: Number(pid), argv: text.split('\0').filter(Boolean) }];
  });
}

/** `08:01:1234`: major and minor number in hexadecimal, as the kernel prints them (lock_get_status of fs/locks.c). */
function keyOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const { dev, ino } = stats;
  const major = ((dev >>> 8) & 0xfff) | (Math.floor(dev / 2 ** 32) & 0xfffff000);
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  const hex = (number: number): string => number.toString(16).padStart(2, '0');
  return `${hex(major)}:${hex(minor)}:${ino}`;
}

/** undefined: it is not there, or has ended meanwhile. */
function textOf(path: string): string | undefined {
  try {
    return readRegularText(path, longestBytes);
  } catch {
    return undefined;
  }
}
