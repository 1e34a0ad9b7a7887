import { withoutTrailing } from '../base/text.ts';
import type { Choice, Chosen } from '../openstack/endpoints.ts';
import type { Reached } from '../openstack/probe.ts';
import { clean, padded, widthOf } from './words.ts';

/** A choice of endpoints with everything to report about it. */
export interface EndpointsReport extends Choice {
  /** where the endpoints come from */
  readonly source: 'catalog' | 'login' | 'documentation';
  /** the region of this Rackspace server; undefined if it is no such server or the region is unknown */
  readonly serverRegion: string | undefined;
  /** in the order of `chosen`; empty without `--probe` */
  readonly probes: readonly Reached[];
}

/** The document of `rc-wait endpoints --output json`, `docs/schema/endpoints-v1.json`. */
export function endpointsDocument({ chosen, left, probes, source, serverRegion }: EndpointsReport): unknown {
  return {
    schema: 'rc-wait/endpoints/v1',
    source,
    server_region: serverRegion ?? null,
    endpoints: chosen.map((one, index) => {
      const { service, type, region, tenantId, network, url, reason } = one;
      const probe = probes[index];
      return {
        service,
        type,
        region: region ?? null,
        tenant_id: tenantId ?? null,
        network,
        url,
        reason,
        ...(probe === undefined ? {} : { probe: probeFields(probe) }),
      };
    }),
    left_out: left.map(({ service, reason }) => ({ service, reason })),
  };
}

function probeFields({ reached, ms, status, reason }: Reached): unknown {
  return { reached, ms: Math.round(ms), status: status ?? null, reason: reason ?? null };
}

/** The table for a person: one line for each endpoint, then the reasons. */
export function endpointsTable({ chosen, left, probes }: EndpointsReport): string {
  const rows = chosen.map((one, index) => {
    const probe = probes[index];
    return [
      one.service,
      one.region ?? '-',
      one.network,
      one.url,
      ...(probe === undefined ? [] : [probeWords(probe)]),
    ];
  });
  const header = ['SERVICE', 'REGION', 'NETWORK', 'ENDPOINT', ...(probes.length > 0 ? ['PROBE'] : [])];
  const reasons = [...new Set(chosen.map(({ network, reason }) => `${network}: ${reason}`))];
  const lines = [
    ...columns([header, ...rows].map((row) => row.map(clean))),
    ...(reasons.length > 0 ? ['', ...reasons.map(clean)] : []),
    ...left.map(({ reason }) => `left out: ${clean(reason)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function probeWords({ reached, ms, status, reason }: Reached): string {
  const how = status === undefined ? '' : ` (HTTP ${status})`;
  return reached ? `reached in ${Math.round(ms)} ms${how}` : `not reached: ${reason ?? 'no answer'}`;
}

/** Pads each column to its widest cell, except the last one. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, at) => padded(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * Assignments for `eval` in a shell: ENDPOINT if there is only one endpoint, and one variable for each.
 * Trailing slashes are cut, so that "$ENDPOINT/images" works whichever way the catalog writes the URL.
 */
export function endpointsEnv({ chosen }: EndpointsReport): string {
  const several = (one: Chosen): boolean =>
    chosen.filter(({ service }) => service === one.service).length > 1;
  const lines = chosen.map((one) => {
    const suffix = several(one) ? `_${upper(one.region ?? 'all')}` : '';
    return `ENDPOINT_${upper(one.service)}${suffix}=${quoted(one.url)}\n`;
  });
  const [only, ...others] = chosen;
  const plain = only !== undefined && others.length === 0 ? `ENDPOINT=${quoted(only.url)}\n` : '';
  return plain + lines.join('');
}

/** `cloudServersOpenStack` → `CLOUD_SERVERS_OPEN_STACK`; only letters, digits and underscores remain. */
function upper(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return words.toUpperCase();
}

/**
 * Percent-encodes the characters that a URL cannot contain (RFC 3986, 2), so that a terminal obeys none of
 * them and `eval $(…)` without quotes does not split the URL. A NUL would end it for the shell.
 */
const encoded = (url: string): string => url.replace(/[\p{Cc}\p{Z}\p{Cf}]/gu, encodeURIComponent);

/** In single quotes only the quote itself is special to a shell (POSIX, Shell Command Language, 2.2.2). */
function quoted(url: string): string {
  return `'${encoded(withoutTrailing(url, '/')).replaceAll("'", `'\\''`)}'`;
}
