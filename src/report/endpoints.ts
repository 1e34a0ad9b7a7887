import { withoutTrailing } from '../base/text.ts';
import type { Choice, Chosen } from '../openstack/endpoints.ts';
import type { Reached } from '../openstack/probe.ts';
import { clean } from './words.ts';

/** A choice with all that is told about it. */
export interface EndpointsReport extends Choice {
  /** where the endpoints are from */
  readonly source: 'catalog' | 'login' | 'documentation';
  /** the region of this Rackspace server; undefined: it is none, as far as can be told */
  readonly serverRegion: string | undefined;
  /** in the order of `chosen`; empty: not asked for */
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

/** The table for a person: one line for each endpoint, then why. */
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

/** Rows as wide as their widest cells; the last column is not padded. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * Assignments for `eval` in a shell: ENDPOINT where there is one endpoint, and one name for each.
 * No value ends in a slash, so that "$ENDPOINT/images" is right whichever way the catalog writes it.
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

/** `cloudServersOpenStack` → `CLOUD_SERVERS_OPEN_STACK`; only letters, digits and underscores are left. */
function upper(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return words.toUpperCase();
}

/**
 * What a URL cannot hold (RFC 3986, 2) as it is written there: percent-encoded, so that a terminal obeys nothing of it,
 * and `eval $(…)` without quotes does not divide it. A NUL would end it for the shell.
 */
const encoded = (url: string): string => url.replace(/[\p{Cc}\p{Z}\p{Cf}]/gu, encodeURIComponent);

/** In single quotes nothing is special to a shell but the quote itself (POSIX, Shell Command Language, 2.2.2). */
function quoted(url: string): string {
  return `'${encoded(withoutTrailing(url, '/')).replaceAll("'", `'\\''`)}'`;
}
