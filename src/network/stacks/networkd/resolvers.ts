import { RcWaitError } from '../../../base/error.ts';
import { lastValue, type Setting } from '../text/ini.ts';
import { lacking } from '../text/words-lacking.ts';
import { lateSettings, type Placed, sectionsOf, truth, type Unit } from './units.ts';

/** The static resolvers of a link, which networkd hands to systemd-resolved (systemd.network(5)). */
export interface Resolvers {
  /** addresses of IPv4 and IPv6, with port, interface and server name as far as given */
  readonly dns: readonly string[];
  /** search domains, and with a `~` those that only route names to this link */
  readonly domains: readonly string[];
  /** whether this link is asked about names that no link's domains match; undefined if `domains` decide */
  readonly defaultRoute: boolean | undefined;
}

/** The resolvers of a unit with its drop-ins. */
export function resolversOf(unit: Unit): Resolvers {
  const sections = sectionsOf(unit, 'Network');
  const settings = sections.flatMap((section) => section.settings);
  return {
    dns: wordsOf(settings, 'DNS'),
    domains: wordsOf(settings, 'Domains'),
    defaultRoute: truth(lastValue(sections, 'DNSDefaultRoute')),
  };
}

/** The words of a list setting: lines add up, and an empty one clears those before. */
function wordsOf(settings: readonly Setting[], key: string): string[] {
  const values = settings.filter((setting) => setting.key === key).map(({ value }) => value);
  return values
    .slice(values.lastIndexOf('') + 1)
    .flatMap((value) => value.split(/\s+/))
    .filter(Boolean);
}

/**
 * The settings of [Network] that give the gateway's link the resolvers of public links. If they include routing
 * domains, DNSDefaultRoute= keeps the link in use for names that match no domain.
 * @param home the gateway's unit as it is
 * @param original its resolvers before rc-wait
 * @param others the resolvers of the public units before rc-wait
 * @throws RcWaitError NETWORK_FILE if a drop-in after rc-wait's clears the list
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

/** The setting that keeps a link's servers in use for names that match no domain. */
const askedForAll = 'DNSDefaultRoute=yes';

/** The settings of later drop-ins that contradict rc-wait's for the gateway's interface. */
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
    `cannot add to the resolvers of ${unit.name}: line ${line} of ${reset.file.path} empties "${key}=" in a file that is read after rc-wait's`,
    { hint: 'nothing was changed; give that drop-in a name that sorts before 90' },
  );
}

/** The settings of [Network] that clear a unit's resolvers, if its file or the drop-ins before rc-wait's set any. */
export function emptiedResolvers(unit: Unit): string[] {
  const late = new Set(lateSettings(unit, 'Network').map(({ file }) => file));
  const { dns, domains } = resolversOf({ ...unit, dropIns: unit.dropIns.filter((file) => !late.has(file)) });
  return [...(dns.length > 0 ? ['DNS='] : []), ...(domains.length > 0 ? ['Domains='] : [])];
}

/**
 * The settings of later drop-ins that would give a unit resolvers again. Drop-ins in /run
 * are left out, because they return at the next boot.
 */
export function lateResolvers(unit: Unit): Placed[] {
  return lateSettings(unit, 'Network').filter(
    ({ file, setting: { key, value } }) =>
      ['DNS', 'Domains'].includes(key) && value !== '' && !file.path.startsWith('/run/'),
  );
}
