import { RcWaitError } from '../../base/error.ts';
import { isList, type Mapping, NotText, type Value } from './cloud-yaml.ts';
import {
  type LoginSetting,
  type LoginSettings,
  type SettingName,
  settingOf,
  settingSpellings,
} from './settings.ts';

/** A cloud of clouds.yaml. */
export interface Cloud {
  readonly name: string;
  readonly path: string;
  readonly settings: LoginSettings;
  /**
   * the vendor: `profile`, formerly `cloud`; undefined: no vendor, or one that clouds-public.yaml describes. Its
   * name is undefined if the profile is written out in full
   */
  readonly profile: { readonly name: string | undefined } | undefined;
}

/** What clouds.yaml and secure.yaml contain: the cloud to use, or why none can be chosen. */
export type Found =
  | { readonly kind: 'cloud'; readonly cloud: Cloud }
  /** they define no clouds */
  | { readonly kind: 'none' }
  /** they define several, and the user named none */
  | { readonly kind: 'several'; readonly path: string; readonly names: readonly string[] };

/**
 * Finds a cloud as openstacksdk does ("Configuring OpenStack SDK Applications", OpenStack): secure.yaml
 * overrides clouds.yaml key by key, and a region's values override those of its cloud.
 * @param documents the contents of clouds.yaml and secure.yaml, in this order, with their paths
 * @param name undefined: the only cloud there is
 * @param region named by the environment; undefined: the cloud's first region
 * @param vendors the contents of clouds-public.yaml, which the cloud's own values override
 * @throws RcWaitError CONFIGURATION when no cloud has that name, or it cannot be understood
 */
export function findCloud(
  documents: readonly { readonly path: string; readonly value: Value }[],
  name: string | undefined,
  region?: string,
  vendors?: Value,
): Found {
  const [first] = documents;
  if (first === undefined) return { kind: 'none' };
  const { path } = first;
  const clouds = documents
    .map((document) => cloudsIn(document))
    .reduce((under, over) => mergedWith(under, over));
  const names = [...clouds.keys()];
  const [only, ...others] = names;
  if (name === undefined && only === undefined) return { kind: 'none' };
  if (name === undefined && others.length > 0) return { kind: 'several', path, names };
  const chosen = name ?? only ?? '';
  const at = { name: chosen, path };
  const value = clouds.get(chosen);
  if (!clouds.has(chosen)) throw noSuchCloud(at, names);
  const own = normal(mappingIn(value, at, `the cloud ${JSON.stringify(chosen)}`));
  const profile = own.get('profile') ?? own.get('cloud');
  const named = typeof profile === 'string' ? profile.trim() : undefined;
  const vendor = named === undefined ? undefined : vendorIn(vendors, named);
  const cloud = vendor === undefined ? own : overVendor(own, vendor, at);
  const settings = settingsOf(regional(cloud, region, at), at);
  const isKnown = profile === undefined || vendor !== undefined;
  return { kind: 'cloud', cloud: { ...at, settings, profile: isKnown ? undefined : { name: named } } };
}

/** The profile of that name in clouds-public.yaml; it goes before the ones that openstacksdk brings (its loader.py). */
function vendorIn(vendors: Value, name: string): Mapping | undefined {
  const all = vendors instanceof Map ? vendors.get('public-clouds') : undefined;
  const vendor = all instanceof Map ? all.get(name) : undefined;
  return vendor instanceof Map ? normal(vendor) : undefined;
}

/** A cloud over its vendor's profile: below `auth` key by key. Regions of its own take the place of all the vendor's. */
function overVendor(own: Mapping, vendor: Mapping, at: At): Mapping {
  const regions = own.has('regions') || own.has('region_name') ? ['regions', 'region_name'] : [];
  const kept = [...vendor].filter(([key]) => !regions.includes(key));
  const auth = new Map([...authOf(vendor, at), ...authOf(own, at)]);
  return new Map([...kept, ...own, ['auth', auth]]);
}

/**
 * Refuses two regions of a cloud that are not logged in to alike, since there is one login for all.
 * @throws RcWaitError CONFIGURATION
 */
export function refuseTwoLogins(one: Found, other: Found): void {
  if (one.kind !== 'cloud' || other.kind !== 'cloud') return;
  const textIn = ({ cloud }: typeof one, name: SettingName) => cloud.settings.get(name)?.text;
  const isOther = (name: SettingName) => name !== 'region_name' && textIn(one, name) !== textIn(other, name);
  const [differing] = settingSpellings.filter(([name]) => isOther(name)).map(([, [key = '']]) => key);
  const isInUrl = textIn(one, 'auth_url')?.includes('{region_name}') === true;
  if (differing === undefined && !isInUrl) return;
  const { name, path } = one.cloud;
  const regions = [one, other].map((found) => textIn(found, 'region_name'));
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot log in to the cloud ${JSON.stringify(name)} of ${path} for ${regions.join(' and ')} at once: they have not the same ${differing ?? 'auth_url'}`,
    { hint: 'name one region at a time' },
  );
}

type At = Pick<Cloud, 'name' | 'path'>;

function cloudsIn({ path, value }: { readonly path: string; readonly value: Value }): Mapping {
  const clouds = value instanceof Map ? value.get('clouds') : undefined;
  if (clouds === undefined) return new Map();
  if (clouds instanceof Map) return clouds;
  throw new RcWaitError('CONFIGURATION', `cannot use ${path}: its clouds are not a mapping`);
}

function noSuchCloud({ name, path }: At, names: readonly string[]): RcWaitError {
  return new RcWaitError(
    'CONFIGURATION',
    `cannot use the cloud ${JSON.stringify(name)}: ${path} has none of that name`,
    { hint: names.length === 0 ? 'it has no clouds at all' : `it has ${names.join(', ')}` },
  );
}

/** Merges mappings key by key; replaces all other values. */
function mergedWith(under: Mapping, over: Mapping): Mapping {
  const whole = new Map(under);
  for (const [key, value] of over) {
    const before = whole.get(key);
    whole.set(key, before instanceof Map && value instanceof Map ? mergedWith(before, value) : value);
  }
  return whole;
}

/** Keys may be written with hyphens. If a mapping has both forms, the later one wins, as in openstacksdk. */
function normal(mapping: Mapping): Mapping {
  return new Map([...mapping].map(([key, value]) => [key.replaceAll('-', '_'), value]));
}

function mappingIn(value: Value, { path }: At, what: string): Mapping {
  if (value === undefined) return new Map();
  if (value instanceof Map) return value;
  throw new RcWaitError('CONFIGURATION', `cannot use ${path}: ${what} is no mapping`);
}

/** The cloud with one region, and with the values that apply to that region only. */
function regional(cloud: Mapping, wanted: string | undefined, at: At): Mapping {
  const regions = regionsOf(cloud, at);
  const isWanted = (name: string | undefined): boolean => name?.toUpperCase() === wanted?.toUpperCase();
  const region = wanted === undefined ? regions[0] : regions.find(({ name }) => isWanted(name));
  if (region === undefined && regions.some(({ values }) => values.size > 0))
    throw noSuchRegion(wanted, regions, at);
  const values = region?.values ?? new Map<string, Value>();
  const own = new Map([...values, ['region_name', region?.name]]);
  const auth = mergedWith(authOf(cloud, at), authOf(values, at));
  return new Map([...mergedWith(cloud, own), ['auth', auth]]);
}

/** The error for a region that is not among those whose logins are described: whose settings would count for it? */
function noSuchRegion(
  wanted: string | undefined,
  regions: readonly Region[],
  { name, path }: At,
): RcWaitError {
  return new RcWaitError(
    'CONFIGURATION',
    `cannot use the region ${wanted} of the cloud ${JSON.stringify(name)}: its regions in ${path} have settings of their own, and ${wanted} is none of them`,
    { hint: `it has ${regions.flatMap((region) => region.name ?? []).join(', ')}` },
  );
}

interface Region {
  readonly name: string | undefined;
  readonly values: Mapping;
}

/**
 * From `regions`, a list of names or of `{name, values}`; else from `region_name`: a name, a list, or names
 * with commas.
 */
function regionsOf(cloud: Mapping, at: At): readonly Region[] {
  const regions = cloud.get('regions') ?? cloud.get('region_name');
  const text = textOf(regions);
  const list = isList(regions) ? regions : (text ?? '').split(',');
  return list.map((one) => {
    if (!(one instanceof Map)) return { name: textOf(one)?.trim(), values: new Map() };
    return { name: textOf(one.get('name')), values: normal(mappingIn(one.get('values'), at, 'a region')) };
  });
}

const authOf = (cloud: Mapping, at: At): Mapping =>
  normal(mappingIn(cloud.get('auth'), at, `auth of the cloud ${JSON.stringify(at.name)}`));

const textOf = (value: Value): string | undefined =>
  typeof value === 'string' ? value : value instanceof NotText ? value.written : undefined;

/** Settings for which YAML words and versions are fine: `verify: false`, `identity_api_version: 3.0`. */
const anyWord: ReadonlySet<SettingName> = new Set([
  'verify',
  'insecure',
  'identity_api_version',
  'region_name',
]);

/** Reads settings below `auth` and beside it; the ones below `auth` are stronger. */
function settingsOf(cloud: Mapping, at: At): LoginSettings {
  const auth = authOf(cloud, at);
  const settings: [SettingName, LoginSetting][] = [];
  for (const [name, spelled] of settingSpellings) {
    const places = [auth, cloud].flatMap((place) => spelled.map((key) => ({ key, value: place.get(key) })));
    const found = places.find(({ value }) => value !== undefined);
    if (found === undefined) continue;
    const text = anyWord.has(name) ? textOf(found.value) : sureText(found.value, found.key, at);
    settings.push(...settingOf(name, text, { name: found.key, source: 'cloud' }));
  }
  return new Map(settings);
}

/** @throws RcWaitError CONFIGURATION, without the value, because it may be a secret */
function sureText(value: Value, key: string, { name, path }: At): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  const is = value instanceof NotText ? value.kind : isList(value) ? 'a list' : 'a mapping';
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot use ${key} of the cloud ${JSON.stringify(name)} in ${path}: it is ${is} in YAML, and no text`,
    { hint: 'where it is meant as text, put it between single quotes' },
  );
}
