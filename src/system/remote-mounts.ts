import { readFileSync } from 'node:fs';

/**
 * File systems that a server or a daemon answers for. Without an answer a system call on a path below never returns,
 * and the process hears no signal but SIGKILL (nfs(5), "hard"; fuse(4)).
 */
const remoteTypes =
  /^(nfs4?|cifs|smb3|smbfs|9p|afs|autofs|beegfs|ceph|coda|fuse|fuse\..+|fuseblk|gfs2|glusterfs|lustre|ocfs2|orangefs|virtiofs)$/;

/** systemd mounts an autofs in /proc, and lxcfs is in /proc and /sys of containers: nobody keeps files there. */
const ofTheKernel = /^\/(proc|sys|dev)(\/|$)/;

/** Whether the text of /proc/PID/mountinfo has a file system that may not answer (proc_pid_mountinfo(5)). */
export function hasRemoteMount(mountinfo: string): boolean {
  return mountinfo.split('\n').some((line) => {
    const [mount = '', source = ''] = line.split(' - ', 2);
    const point = mount.split(' ')[4] ?? '';
    return remoteTypes.test(source.split(' ')[0] ?? '') && !ofTheKernel.test(point);
  });
}

/** Whether this process sees such a file system; false if /proc is not mounted. */
export function seesRemoteMount(): boolean {
  try {
    return hasRemoteMount(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return false;
  }
}
