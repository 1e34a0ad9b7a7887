import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../src/base/reading.ts';
import { regions } from '../../../src/base/region.ts';
import { instanceIdOfInstanceData, regionOfInstanceData } from '../../../src/host/parse/cloud-init.ts';
import {
  instanceIdOfMetaData,
  regionOfVendorData,
  rolesOfVendorData,
  serviceNetMacOfVendorData,
} from '../../../src/host/parse/config-drive.ts';
import { instanceIdIn, regionInIdentity } from '../../../src/host/parse/identity.ts';
import { regionOfNameServers } from '../../../src/host/parse/resolv-conf.ts';
import { labelOfXenstore, metadataOfXenstore, rolesOfXenstore } from '../../../src/host/parse/xenstore.ts';

const isRegion = (value: unknown): boolean => regions.some((region) => region === value);
const isUuid = (value: unknown): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(value));
const isMac = (value: unknown): boolean => /^[0-9A-F]{12}$/.test(String(value));
const areStrings = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
const isString = (value: unknown): boolean => typeof value === 'string';

/** Every reader, and what a value of it must look like. */
const readers: readonly (readonly [
  string,
  (text: string) => Parsed<unknown>,
  (value: unknown) => boolean,
])[] = [
  ['regionIn', regionInIdentity, isRegion],
  ['regionOfVendorData', regionOfVendorData, isRegion],
  ['regionOfInstanceData', regionOfInstanceData, isRegion],
  ['regionOfNameServers', regionOfNameServers, isRegion],
  ['instanceIdIn', instanceIdIn, isUuid],
  ['instanceIdOfMetaData', instanceIdOfMetaData, isUuid],
  ['instanceIdOfInstanceData', instanceIdOfInstanceData, isUuid],
  ['serviceNetMacOfVendorData', serviceNetMacOfVendorData, isMac],
  ['rolesOfVendorData', rolesOfVendorData, areStrings],
  ['rolesOfXenstore', rolesOfXenstore, areStrings],
  ['labelOfXenstore', labelOfXenstore, isString],
  ['metadataOfXenstore', metadataOfXenstore, (value) => isString(value) && value !== ''],
];

/** Names that the readers look for, with anything below them. */
const keys = fc.constantFrom(
  'region',
  'roles',
  'uuid',
  'v1',
  'instance_id',
  'label',
  'network_info',
  'networks',
  'links',
  'network_id',
  'link',
  'id',
  'ethernet_mac_address',
  '__proto__',
  'constructor',
);
const { tree: document } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('ord', '{}', 'tap1', '11111111-1111-1111-1111-111111111111', 'BC:76:4E:20:6C:5B'),
    fc.anything({ maxDepth: 1 }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(keys, tie('tree'), { maxKeys: 6 }),
  ),
}));
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.json(),
  document.map(
    (value) => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? Number(one) : one)) ?? '',
  ),
  // Cut short: a file that is being written.
  fc.tuple(fc.json(), fc.nat(50)).map(([json, length]) => json.slice(0, length)),
);

describe.each(readers)('%s', (_, read, isValid) => {
  it('never throws, and takes nothing for a value that is none, whatever the text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const meaning = read(text);
        if (meaning.kind === 'known') expect(meaning.value).toSatisfy(isValid);
        else expect(meaning.why).not.toBe('');
      }),
      { numRuns: 1_500 },
    );
  });
});
