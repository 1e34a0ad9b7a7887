import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What cloud-init has written on the present boot (cloudinit/helpers.py, Paths): /run goes with each. */
const ofThisBoot = '/run/cloud-init/.instance-id';

/** What cloud-init has written on any boot. */
const kept = '/var/lib/cloud/data/instance-id';

/** Every server has this one where cloud-init finds no data source (DataSourceNone): it tells nothing apart. */
const nobody = 'iid-datasource-none';

/**
 * The instance that this server is, as cloud-init knows it; undefined where it
 * does not, or does not yet. Early in the first boot of a clone the file on the
 * disk still names the server that the image was made of, which may well be
 * deployed: so where cloud-init is at work, only what it has said in this boot counts.
 * @param root that of the system; below another than / only its files are looked at
 */
export async function instanceId(root = '/'): Promise<string | undefined> {
  const isAtWork = existsSync(join(root, '/run/cloud-init'));
  const id = read(join(root, isAtWork ? ofThisBoot : kept));
  return id === nobody ? undefined : id;
}

function read(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[\x21-\x7e]{1,256}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
