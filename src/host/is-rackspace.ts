import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reading } from '../base/reading.ts';
import { readSource } from './files.ts';
import type { Finding } from './finding.ts';
import { wordsOf } from './finding.ts';

/** Whether this may be a Rackspace server, and why. */
export interface Likeness {
  readonly isRackspace: boolean;
  /** for a person */
  readonly why: string;
}

/** Paths on a server under Xen, which Rackspace's cloud servers run on. */
const ofXen = ['/dev/xen', '/proc/xen', '/sys/hypervisor/uuid'] as const;

/** Paths on OnMetal servers, which run without a hypervisor. */
const ofConfigDrive = ['/dev/disk/by-label/config-2', '/dev/disk/by-label/CONFIG-2'] as const;

/**
 * Whether this may be a Rackspace server. The answer is no only if that is certain: a Rackspace server taken
 * for another would start units that wait for the automation too early. So any sign of Xen or of a config
 * drive, and any unreadable source, counts as yes.
 * @param findings of the region, from every source
 */
export async function likenessOf(findings: readonly Finding<unknown>[], root = '/'): Promise<Likeness> {
  const named = findings.find((one) => !isLasting(one));
  if (named !== undefined) return { isRackspace: true, why: `region by ${wordsOf(named)}` };
  for (const path of [...ofXen, ...ofConfigDrive]) {
    if (await exists(join(root, path))) return { isRackspace: true, why: `${path} is there` };
  }
  const type = await readSource('/sys/hypervisor/type', root);
  if (type.kind === 'known' && type.value.trim() === 'xen')
    return { isRackspace: true, why: 'the hypervisor is Xen' };
  return {
    isRackspace: false,
    why: 'there is no Xen, no config drive, and nothing that names a region of Rackspace',
  };
}

/** Whether there is nothing to read, now or later. */
function isLasting(reading: Reading<unknown>): boolean {
  return reading.kind === 'absent' || (reading.kind === 'unknown' && reading.lasting === true);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
