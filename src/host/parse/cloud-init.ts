import type { Parsed } from '../../base/reading.ts';
import type { Region } from '../../base/region.ts';
import { instanceIdIn, regionInIdentity } from './identity.ts';
import { isObject, type Json, member, parseObject } from './json.ts';

/** The standardised part of `instance-data.json` (cloud-init's documentation, "Instance metadata"). */
function standardised(text: string): Parsed<Json> {
  const document = parseObject(text);
  if (document.kind !== 'known') return document;
  const v1 = member(document.value, 'v1');
  return isObject(v1) ? { kind: 'known', value: v1 } : { kind: 'absent', why: 'it has no part "v1"' };
}

/**
 * Parses `v1.region`, which is null if the metadata has no region, as on Rackspace. A region of another cloud
 * counts as absent: it only says that this is not the place to look.
 */
export function regionOfInstanceData(text: string): Parsed<Region> {
  const v1 = standardised(text);
  if (v1.kind !== 'known') return v1;
  const region = member(v1.value, 'region');
  if (typeof region !== 'string') return { kind: 'absent', why: 'it names no region' };
  const read = regionInIdentity(region);
  return read.kind === 'unknown' ? { kind: 'absent', why: read.why } : read;
}

/** Parses `v1.instance_id`; cloud-init before 18.4 wrote only `instance-id`. */
export function instanceIdOfInstanceData(text: string): Parsed<string> {
  const v1 = standardised(text);
  if (v1.kind !== 'known') return v1;
  const id = member(v1.value, 'instance_id') ?? member(v1.value, 'instance-id');
  return typeof id === 'string' ? instanceIdIn(id) : { kind: 'absent', why: 'it names no instance id' };
}
