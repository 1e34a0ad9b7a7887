import type { Parsed } from '../../base/reading.ts';
import type { Region } from '../../base/region.ts';
import { instanceIdIn, macIn, regionInIdentity, rolesIn } from './identity.ts';
import { isObject, member, objectsIn, parseObject } from './json.ts';

/** The id of ServiceNet, the same in every account (Rackspace's documentation of Cloud Networks). */
const serviceNetId = '11111111-1111-1111-1111-111111111111';

/** The region in `vendor_data.json`. */
export function regionOfVendorData(text: string): Parsed<Region> {
  const document = parseObject(text);
  if (document.kind !== 'known') return document;
  const region = member(document.value, 'region');
  if (region === undefined || region === null) return { kind: 'absent', why: 'it names no region' };
  return typeof region === 'string'
    ? regionInIdentity(region)
    : { kind: 'unknown', why: 'its region is no string' };
}

/** The account's roles in `vendor_data.json`. */
export function rolesOfVendorData(text: string): Parsed<readonly string[]> {
  const document = parseObject(text);
  if (document.kind !== 'known') return document;
  const roles = member(document.value, 'roles');
  return roles === undefined ? { kind: 'absent', why: 'it names no roles' } : rolesIn(roles);
}

/**
 * The MAC address of the ServiceNet link in `vendor_data.json`: the network names a link, and the link has
 * the address. On bonded servers (OnMetal) the link is a VLAN, whose own address is in another member.
 */
export function serviceNetMacOfVendorData(text: string): Parsed<string> {
  const document = parseObject(text);
  if (document.kind !== 'known') return document;
  const info = member(document.value, 'network_info');
  if (!isObject(info)) return { kind: 'absent', why: 'it describes no network' };
  const networks = objectsIn(member(info, 'networks')).filter(
    (network) => member(network, 'network_id') === serviceNetId,
  );
  if (networks.length === 0) return { kind: 'absent', why: 'none of its networks is ServiceNet' };
  const ids = new Set(
    networks.map((network) => member(network, 'link')).filter((id) => typeof id === 'string'),
  );
  const links = objectsIn(member(info, 'links')).filter((link) => {
    const id = member(link, 'id');
    return typeof id === 'string' && ids.has(id);
  });
  const addresses = new Set(
    links
      .map((link) => macIn(member(link, 'vlan_mac_address')) ?? macIn(member(link, 'ethernet_mac_address')))
      .filter((mac) => mac !== undefined),
  );
  const [value, other] = addresses;
  if (value === undefined) return { kind: 'unknown', why: 'its ServiceNet has no link with a MAC address' };
  return other === undefined
    ? { kind: 'known', value }
    : { kind: 'unknown', why: 'its ServiceNet has more than one link' };
}

/** The instance id in `meta_data.json`. */
export function instanceIdOfMetaData(text: string): Parsed<string> {
  const document = parseObject(text);
  if (document.kind !== 'known') return document;
  const uuid = member(document.value, 'uuid');
  return typeof uuid === 'string' ? instanceIdIn(uuid) : { kind: 'absent', why: 'it names no uuid' };
}
