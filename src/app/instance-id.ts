import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularText } from '../base/files.ts';
import type { Server } from '../host/server.ts';
import { isRunningSystem } from '../system/root.ts';

/** What cloud-init has written on the present boot (cloudinit/helpers.py, Paths): /run goes with each. */
const ofThisBoot = '/run/cloud-init/.instance-id';

/** What cloud-init has written on any boot. */
const kept = '/var/lib/cloud/data/instance-id';

/** Every server has this one where cloud-init finds no data source (DataSourceNone): it tells nothing apart. */
const nobody = 'iid-datasource-none';

/**
 * The instance that this server is; undefined where nobody says it, or not yet.
 * Xenstore and the config drive are the hypervisor's and always of this very
 * server. What cloud-init keeps on the disk is not: early in the first boot of a
 * clone it still names the server that the image was made of, which may well be
 * deployed. So where cloud-init is at work, only what it has said in this boot counts.
 * @param root that of the system; below another than / only cloud-init's files are looked at
 */
export async function instanceId(
  root = '/',
  server?: Pick<Server, 'instanceId'>,
): Promise<string | undefined> {
  const told = isRunningSystem(root) || server !== undefined ? await byTheHypervisor(server) : undefined;
  return told ?? byCloudInit(root);
}

async function byTheHypervisor(server?: Pick<Server, 'instanceId'>): Promise<string | undefined> {
  const [{ believed }, { thisServer }] = await Promise.all([
    import('../host/finding.ts'),
    import('../host/server.ts'),
  ]);
  const findings = await (server ?? thisServer()).instanceId();
  return believed(findings.filter(({ source }) => source === 'xenstore' || source === 'config-drive'))?.value;
}

function byCloudInit(root: string): string | undefined {
  const isAtWork = existsSync(join(root, '/run/cloud-init'));
  const id = read(join(root, isAtWork ? ofThisBoot : kept));
  return id === nobody ? undefined : id;
}

/** More than an id has. */
const longestBytes = 4_096;

function read(path: string): string | undefined {
  try {
    const text = readRegularText(path, longestBytes).trim();
    return /^[\x21-\x7e]{1,256}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
