import type { Parsed } from '../../base/reading.ts';
import type { Region } from '../../base/region.ts';

/**
 * Rackspace's caching name servers, two per region, which its images are configured with ("Change DNS
 * settings on Linux", Rackspace's documentation).
 */
const nameServers: ReadonlyMap<string, Region> = new Map([
  ['72.3.128.240', 'dfw'],
  ['72.3.128.241', 'dfw'],
  ['120.136.32.62', 'hkg'],
  ['120.136.32.63', 'hkg'],
  ['69.20.0.164', 'iad'],
  ['69.20.0.196', 'iad'],
  ['83.138.151.80', 'lon'],
  ['83.138.151.81', 'lon'],
  ['173.203.4.8', 'ord'],
  ['173.203.4.9', 'ord'],
  ['119.9.60.62', 'syd'],
  ['119.9.60.63', 'syd'],
]);

/** The addresses on the `nameserver` lines of a resolv.conf(5). */
function nameServersIn(text: string): readonly string[] {
  return [...text.matchAll(/^nameserver[ \t]+([^\s#;]+)/gm)].map(([, address]) => address ?? '');
}

/**
 * The region whose name servers a resolv.conf(5) lists. Other name servers do no harm; name servers of two
 * regions give no answer.
 */
export function regionOfNameServers(text: string): Parsed<Region> {
  const listed = nameServersIn(text);
  const found = new Set(listed.map((address) => nameServers.get(address)).filter((one) => one !== undefined));
  const [value, other] = found;
  if (value === undefined) return { kind: 'absent', why: "it lists none of Rackspace's name servers" };
  if (other === undefined) return { kind: 'known', value };
  return { kind: 'unknown', why: `it lists name servers of ${[...found].join(' and ')}` };
}
