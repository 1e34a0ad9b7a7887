import type { Parsed, Reading } from '../base/reading.ts';
import { parsed } from '../base/reading.ts';
import type { Region } from '../base/region.ts';
import { configDriveBelow, type ReadConfigDrive } from './config-drive.ts';
import { readSource } from './files.ts';
import { type Finding, finding } from './finding.ts';
import { type Nic, nicsBelow } from './mac-addresses.ts';
import { instanceIdOfInstanceData, regionOfInstanceData } from './parse/cloud-init.ts';
import {
  instanceIdOfMetaData,
  regionOfVendorData,
  rolesOfVendorData,
  serviceNetMacOfVendorData,
} from './parse/config-drive.ts';
import { instanceIdIn, regionInIdentity } from './parse/identity.ts';
import { regionOfNameServers } from './parse/resolv-conf.ts';
import { labelOfXenstore, rolesOfXenstore } from './parse/xenstore.ts';
import { type ReadXenstore, readXenstore } from './xenstore.ts';

/** Where cloud-init keeps instance metadata (its documentation, "Instance metadata"); readable by everyone. */
const instanceData = '/run/cloud-init/instance-data.json';

/** Written once per instance, also before instance-data.json exists. */
const instanceIdFile = '/var/lib/cloud/data/instance-id';

/** systemd-resolved lists its own stub in /etc/resolv.conf, and the upstream name servers in the second file. */
const resolvConfs = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const;

/** Where to look at a server; replaced in tests. */
export interface Places {
  /** the root of all files */
  readonly root?: string;
  readonly xenstore?: ReadXenstore;
}

/**
 * What this server says about itself. Each method asks all possible sources in parallel, each with a time
 * limit, and returns their findings in the order of trust. No method rejects.
 */
export interface Server {
  region(): Promise<readonly Finding<Region>[]>;
  /** the name of the ServiceNet interface */
  serviceNet(): Promise<readonly Finding<string>[]>;
  /** the instance's UUID */
  instanceId(): Promise<readonly Finding<string>[]>;
  /** the roles of its account */
  roles(): Promise<readonly Finding<readonly string[]>[]>;
}

/** This server. Nothing is read before it is asked for. */
export function thisServer({ root = '/', xenstore = readXenstore }: Places = {}): Server {
  const drive = configDriveBelow(root);
  const file = async <T>(path: string, parse: (text: string) => Parsed<T>): Promise<Reading<T>> =>
    parsed(await readSource(path, root), parse);
  const key = async <T>(name: string, parse: (text: string) => Parsed<T>): Promise<Reading<T>> =>
    parsed(await xenstore(name), parse);
  const onDrive = async <T>(
    name: Parameters<ReadConfigDrive>[0],
    parse: (text: string) => Parsed<T>,
  ): Promise<Reading<T>> => parsed(await drive(name), parse);

  return {
    region: async () => {
      const [fromXenstore, fromDrive, fromCloudInit, fromDns] = await Promise.all([
        key('vm-data/provider_data/region', regionInIdentity),
        onDrive('vendor_data.json', regionOfVendorData),
        file(instanceData, regionOfInstanceData),
        first(resolvConfs.map((path) => () => file(path, regionOfNameServers))),
      ]);
      return [
        finding('xenstore', fromXenstore),
        finding('config-drive', fromDrive),
        finding('cloud-init', fromCloudInit),
        finding('dns', fromDns),
      ];
    },
    serviceNet: async () => {
      const nics = await nicsBelow(root);
      const [fromXenstore, fromDrive] = await Promise.all([
        labelledPrivate(nics, xenstore),
        onDrive('vendor_data.json', serviceNetMacOfVendorData).then((mac) => nicOf(mac, nics)),
      ]);
      return [finding('xenstore', fromXenstore), finding('config-drive', fromDrive)];
    },
    instanceId: async () => {
      const [fromXenstore, fromDrive, fromCloudInit] = await Promise.all([
        key('name', instanceIdIn),
        onDrive('meta_data.json', instanceIdOfMetaData),
        first([() => file(instanceData, instanceIdOfInstanceData), () => file(instanceIdFile, instanceIdIn)]),
      ]);
      return [
        finding('xenstore', fromXenstore),
        finding('config-drive', fromDrive),
        finding('cloud-init', fromCloudInit),
      ];
    },
    roles: async () => {
      const [fromXenstore, fromDrive] = await Promise.all([
        key('vm-data/provider_data/roles', rolesOfXenstore),
        onDrive('vendor_data.json', rolesOfVendorData),
      ]);
      return [finding('xenstore', fromXenstore), finding('config-drive', fromDrive)];
    },
  };
}

/** The first known reading; otherwise the first unreadable one, which says more than "absent". */
async function first<T>(looks: readonly (() => Promise<Reading<T>>)[]): Promise<Reading<T>> {
  const readings: Reading<T>[] = [];
  for (const look of looks) {
    const reading = await look();
    if (reading.kind === 'known') return reading;
    readings.push(reading);
  }
  return (
    readings.find(({ kind }) => kind === 'unknown') ??
    readings[0] ?? { kind: 'absent', why: 'there is nowhere to look' }
  );
}

/** The interface whose network xenstore calls `private`, which is ServiceNet. */
async function labelledPrivate(nics: readonly Nic[], xenstore: ReadXenstore): Promise<Reading<string>> {
  const labels = await Promise.all(
    nics.map(async (nic) => ({
      nic,
      label: parsed(await xenstore(`vm-data/networking/${nic.mac}`), labelOfXenstore),
    })),
  );
  const found = labels.filter(({ label }) => label.kind === 'known' && label.value === 'private');
  const [one, other] = found;
  if (one !== undefined && other === undefined) {
    const { name, mac } = one.nic;
    return { kind: 'known', value: name, where: `vm-data/networking/${mac}` };
  }
  if (one !== undefined) {
    const names = found.map(({ nic }) => nic.name).join(' and ');
    return { kind: 'unknown', why: `it calls more than one network "private": those of ${names}` };
  }
  const trouble = labels.find(({ label }) => label.kind === 'unknown')?.label;
  if (trouble?.kind === 'unknown') return trouble;
  return { kind: 'absent', why: 'it labels the network of no interface "private"' };
}

/** The interface with a MAC address; unknown if several have it, as the members of a bond do. */
function nicOf(mac: Reading<string>, nics: readonly Nic[]): Reading<string> {
  if (mac.kind !== 'known') return mac;
  const names = nics.filter((nic) => nic.mac === mac.value).map(({ name }) => name);
  const [name, other] = names;
  if (name !== undefined && other === undefined) return { kind: 'known', value: name, where: mac.where };
  const why =
    name === undefined
      ? `no interface has the MAC address ${mac.value} of ServiceNet`
      : `more than one interface has the MAC address of ServiceNet: ${names.join(', ')}`;
  return { kind: 'unknown', why: `${mac.where}: ${why}` };
}
