import { RcWaitError } from '../../../base/error.ts';
import { lastValue, type Setting } from '../text/ini.ts';
import { lacking } from '../text/words-lacking.ts';
import { lateSettings, type Placed, sectionsOf, truth, type Unit } from './units.ts';

/** The static resolvers of a link, which systemd-resolved takes from networkd (systemd.network(5)). */
export interface Resolvers {
  /** of IPv4 and IPv6, with port, interface and server name where these are given */
  readonly dns: readonly string[];
  /** search domains, and after a `~` those that are only a reason to ask this link */
  readonly domains: readonly string[];
  /** whether names that no link's domains match are asked here; undefined where that hangs on `domains` */
  readonly defaultRoute: boolean | undefined;
}

/** What a unit and its drop-ins say. */
export function resolversOf(unit: Unit): Resolvers {
  const sections = sectionsOf(unit, 'Network');
  const settings = sections.flatMap((section) => section.settings);
  return {
    dns: wordsOf(settings, 'DNS'),
    domains: wordsOf(settings, 'Domains'),
    defaultRoute: truth(lastValue(sections, 'DNSDefaultRoute')),
  };
}

/** Lines add up, and an empty one starts anew. */
function wordsOf(settings: readonly Setting[], key: string): string[] {
  const values = settings.filter((setting) => setting.key === key).map(({ value }) => value);
  return values
    .slice(values.lastIndexOf('') + 1)
    .flatMap((value) => value.split(/\s+/))
    .filter(Boolean);
}

/**
 * The settings of [Network] that give a link the resolvers of others. With routing
 * domains among those, names that match none would be asked here no more, unless
 * DNSDefaultRoute= says so.
 * @param home the unit as it is
 * @param original what its resolvers were before us
 * @param others those of the public units before us
 * @throws RcWaitError NETWORK_FILE where a drop-in after ours empties the list
 */
export function addedResolvers(home: Unit, original: Resolvers, others: readonly Resolvers[]): string[] {
  const known = resolversOf(home);
  const all = [original, ...others];
  const dns = lacking(
    known.dns,
    all.flatMap((one) => one.dns),
  );
  const domains = lacking(
    known.domains,
    all.flatMap((one) => one.domains),
  );
  if (dns.length > 0) refuseLateReset(home, 'DNS');
  if (domains.length > 0) refuseLateReset(home, 'Domains');
  const after = { ...original, domains: [...known.domains, ...domains] };
  const wasDefault = all.some((one) => one.dns.length > 0 && isDefault(one));
  const isMoved = dns.length + domains.length > 0;
  return [
    ...dns.map((word) => `DNS=${word}`),
    ...(domains.length > 0 ? [`Domains=${domains.join(' ')}`] : []),
    ...(isMoved && wasDefault && !isDefault(after) ? [askedForAll] : []),
  ];
}

/** The setting by which a link's servers are asked for names that match no domain. */
const askedForAll = 'DNSDefaultRoute=yes';

/** The settings of drop-ins after ours that contradict what we say of the gateway's interface. */
export function lateContradictions(home: Unit, added: readonly string[]): Placed[] {
  return lateSettings(home, 'Network').filter(
    ({ setting: { key, value } }) =>
      added.includes(askedForAll) && key === 'DNSDefaultRoute' && truth(value) === false,
  );
}

function isDefault({ defaultRoute, domains }: Resolvers): boolean {
  return defaultRoute ?? !domains.some((domain) => domain.startsWith('~'));
}

function refuseLateReset(unit: Unit, key: string): void {
  const reset = lateSettings(unit, 'Network').find(
    ({ setting }) => setting.key === key && setting.value === '',
  );
  if (reset === undefined) return;
  const line = (reset.setting.lines[0] ?? 0) + 1;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot add to the resolvers of ${unit.name}: line ${line} of ${reset.file.path} empties "${key}=" after us`,
    { hint: 'nothing was changed; give that drop-in a name that sorts before 90' },
  );
}

/** The settings of [Network] that take a unit's resolvers away, as far as its file and the drop-ins before ours give any. */
export function emptiedResolvers(unit: Unit): string[] {
  const late = new Set(lateSettings(unit, 'Network').map(({ file }) => file));
  const { dns, domains } = resolversOf({ ...unit, dropIns: unit.dropIns.filter((file) => !late.has(file)) });
  return [...(dns.length > 0 ? ['DNS='] : []), ...(domains.length > 0 ? ['Domains='] : [])];
}

/**
 * The settings of drop-ins after ours that would give a unit resolvers again; not
 * those in /run, which come back with the next boot.
 */
export function lateResolvers(unit: Unit): Placed[] {
  return lateSettings(unit, 'Network').filter(
    ({ file, setting: { key, value } }) =>
      ['DNS', 'Domains'].includes(key) && value !== '' && !file.path.startsWith('/run/'),
  );
}
