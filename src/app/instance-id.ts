import { existsSync } from 'node:fs';
import { readRegularText } from '../base/files.ts';
import { believed } from '../host/finding.ts';
import { type Server, thisServer } from '../host/server.ts';
import { isRunningSystem, placeBelow } from '../system/root.ts';

/** Written by cloud-init on the present boot (cloudinit/helpers.py, Paths): /run does not survive a boot. */
const ofThisBoot = '/run/cloud-init/.instance-id';

/** Written by cloud-init on any boot. */
const kept = '/var/lib/cloud/data/instance-id';

/** The id that every server gets if cloud-init finds no data source (DataSourceNone): it identifies nothing. */
const nobody = 'iid-datasource-none';

/**
 * The instance id of this server; undefined if no source names it, or not yet. Xenstore and the config drive
 * come from the hypervisor and always name this very server. What cloud-init keeps on disk may not: early in
 * the first boot of a clone it still names the server that the image was made from, which may well be
 * deployed. So where cloud-init is at work, only what it wrote in this boot counts.
 * @param root of the system; below any other than / only cloud-init's files are read
 */
export async function instanceId(
  root = '/',
  server?: Pick<Server, 'instanceId'>,
): Promise<string | undefined> {
  const named = isRunningSystem(root) || server !== undefined ? await byTheHypervisor(server) : undefined;
  return named ?? byCloudInit(root);
}

async function byTheHypervisor(server?: Pick<Server, 'instanceId'>): Promise<string | undefined> {
  const findings = await (server ?? thisServer()).instanceId();
  return believed(findings.filter(({ source }) => source === 'xenstore' || source === 'config-drive'))?.value;
}

function byCloudInit(root: string): string | undefined {
  try {
    const isAtWork = existsSync(placeBelow(root, '/run/cloud-init'));
    const id = read(placeBelow(root, isAtWork ? ofThisBoot : kept));
    return id === nobody ? undefined : id;
  } catch {
    return undefined;
  }
}

/** More than an id needs, in bytes. */
const longestBytes = 4_096;

function read(path: string): string | undefined {
  try {
    const text = readRegularText(path, longestBytes).trim();
    return /^[\x21-\x7e]{1,256}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
