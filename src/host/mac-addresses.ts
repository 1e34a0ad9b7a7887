import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readSource } from './files.ts';
import { macIn } from './parse/identity.ts';

/** A network interface of this server, up or down. */
export interface Nic {
  readonly name: string;
  /** twelve upper-case digits */
  readonly mac: string;
}

const folder = '/sys/class/net';

/** More than a cloud server has. A host of containers may have hundreds, each of which would cost a read. */
const mostNics = 16;

/**
 * The interfaces with a MAC address; those of a device come first (sysfs-class-net in the kernel's ABI
 * documentation).
 */
export async function nicsBelow(root: string): Promise<readonly Nic[]> {
  const names = await readdir(join(root, folder)).catch(() => []);
  const isDevice = await Promise.all(names.map((name) => exists(join(root, folder, name, 'device'))));
  const devices = names.filter((_, index) => isDevice[index]).sort();
  const others = names.filter((_, index) => !isDevice[index]).sort();
  const nics = await Promise.all(
    [...devices, ...others].slice(0, mostNics).map(async (name) => {
      const reading = await readSource(`${folder}/${name}/address`, root);
      const mac = reading.kind === 'known' ? macIn(reading.value) : undefined;
      return mac === undefined ? undefined : { name, mac };
    }),
  );
  return nics.filter((nic) => nic !== undefined);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
