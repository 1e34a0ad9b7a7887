import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, reasonOf } from '../base/error.ts';
import type { Reading } from '../base/reading.ts';

/** The file that the automation of Managed Operations leaves behind (Rackspace's documentation). */
const path = '/tmp/rs_managed_cloud_automation_complete';

/**
 * Whether that file exists and can be trusted. Everyone may create a file in /tmp, and so start dependent
 * units too early, but only root can create one that root owns. A second link suggests that somebody has
 * linked another of root's files to this name (fs.protected_hardlinks in proc_sys_fs(5) is not set
 * everywhere). Never rejects.
 * @param rootUid the trusted owner; replaced in tests
 */
export async function managedFile(root = '/', rootUid = 0): Promise<Reading<true>> {
  const distrusted = (why: string): Reading<true> => ({
    kind: 'unknown',
    why: `${path} exists, but is not trusted: ${why}`,
  });
  try {
    // Not stat: anybody's link to a file of root would seem to be owned by root.
    const stat = await lstat(join(root, path));
    if (!stat.isFile()) return distrusted('it is not a file');
    if (stat.uid !== rootUid) return distrusted('root does not own it, and everyone may write to /tmp');
    if (stat.nlink !== 1) return distrusted('it has more than one link');
    return { kind: 'known', value: true, where: path };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'absent', why: `there is no ${path}` };
    return { kind: 'unknown', why: `${path}: ${reasonOf(error)}` };
  }
}
