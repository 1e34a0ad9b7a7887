import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf } from '../base/error.ts';

/**
 * File systems that a server or a daemon answers for. Without an answer a system call on a path below never returns,
 * and the process hears no signal but SIGKILL (nfs(5), "hard"; fuse(4)).
 */
const remoteTypes =
  /^(nfs4?|cifs|smb3|smbfs|9p|afs|autofs|beegfs|ceph|coda|fuse|fuse\..+|fuseblk|gfs2|glusterfs|lustre|ocfs2|orangefs|virtiofs)$/;

/** systemd mounts an autofs in /proc, and lxcfs is in /proc and /sys of containers: nobody keeps files there. */
const ofTheKernel = /^\/(proc|sys|dev)(\/|$)/;

/** A line of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
function mountOf(line: string): { readonly point: string; readonly type: string } {
  const [mount = '', source = ''] = line.split(' - ', 2);
  return { point: mount.split(' ')[4] ?? '', type: source.split(' ')[0] ?? '' };
}

/** Whether the text of /proc/PID/mountinfo has a file system that may not answer. */
export function hasRemoteMount(mountinfo: string): boolean {
  return mountinfo
    .split('\n')
    .map(mountOf)
    .some(({ point, type }) => remoteTypes.test(type) && !ofTheKernel.test(point));
}

/**
 * The type of the file system that a path without symbolic links is on, if it is one that may not answer.
 * @param mountinfo the text of /proc/PID/mountinfo; the last of several mounts on one folder is the one in use
 */
export function remoteTypeIn(mountinfo: string, path: string): string | undefined {
  const above = mountinfo
    .split('\n')
    .map(mountOf)
    .map((mount) => ({ ...mount, point: unescaped(mount.point) }))
    .filter(({ point }) => point === '/' || point === path || (point !== '' && path.startsWith(`${point}/`)));
  const longest = Math.max(...above.map(({ point }) => point.length));
  const type = above.findLast(({ point }) => point.length === longest)?.type ?? '';
  return remoteTypes.test(type) ? type : undefined;
}

/** Spaces and the like are octal there. */
const unescaped = (point: string): string =>
  point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Whether this process sees such a file system; false if /proc is not mounted. */
export function seesRemoteMount(): boolean {
  try {
    return hasRemoteMount(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** The type of the file system of a folder, or of the nearest one above it that exists, if it is one that may not answer. */
export function remoteTypeOf(folder: string): string | undefined {
  if (!seesRemoteMount()) return undefined;
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      return remoteTypeIn(readFileSync('/proc/self/mountinfo', 'utf8'), realpathSync(at));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || at === dirname(at)) return undefined;
    }
  }
}
