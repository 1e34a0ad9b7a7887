import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, reasonOf } from '../base/error.ts';
import type { Reading } from '../base/reading.ts';

/** What the automation of Managed Operations leaves behind (Rackspace's documentation). */
const path = '/tmp/rs_managed_cloud_automation_complete';

/**
 * Whether the file is there that says so, and can be believed. Everyone may
 * create a file in /tmp, and so start what waits for it too early; only root
 * can have made one that root owns. A second link to it means that somebody may
 * have given a file of root's this name (fs.protected_hardlinks in proc_sys_fs(5)
 * is not set everywhere). Never rejects.
 *
 * @param rootUid the owner to believe; replaced in tests
 */
export async function managedFile(root = '/', rootUid = 0): Promise<Reading<true>> {
  const distrusted = (why: string): Reading<true> => ({
    kind: 'unknown',
    why: `${path} is there and not believed: ${why}`,
  });
  try {
    // Not stat: a link of anybody's to a file of root's would look like root's.
    const stat = await lstat(join(root, path));
    if (!stat.isFile()) return distrusted('it is not a file');
    if (stat.uid !== rootUid) return distrusted('root does not own it, and everyone may write to /tmp');
    if (stat.nlink !== 1) return distrusted('it has another name, too');
    return { kind: 'known', value: true, where: path };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'absent', why: `there is no ${path}` };
    return { kind: 'unknown', why: `${path}: ${reasonOf(error)}` };
  }
}
