import { RcWaitError } from '../base/error.ts';
import { jsonFault } from '../base/json/bounds.ts';
import type { Catalog, CatalogEndpoint, CatalogService } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an identity answer, or the catalog taken from one.
 *
 * - v2.0 (Rackspace's identity): `access.serviceCatalog[]`, each endpoint with `publicURL` and sometimes
 *   `internalURL`.
 * - v3 ("Identity API v3", OpenStack): `token.catalog[]`, one endpoint for each `interface`.
 *
 * Skips what it cannot read: one odd service must not hide the others.
 * @throws RcWaitError CONFIGURATION when it holds no catalog at all
 */
export function readCatalog(answer: unknown): Catalog {
  const root = fieldsOf(answer);
  const access = fieldsOf(root?.access) ?? root;
  const v3 = fieldsOf(root?.token);
  const list = listOf(access?.serviceCatalog) ?? listOf(v3?.catalog) ?? listOf(root?.catalog);
  if (list === undefined) throw noCatalog(root);
  const services = mergeServices(list.map(readService).filter((service) => service !== undefined));
  if (list.length > 0 && services.length === 0) throw noCatalog(root);
  const token = fieldsOf(access?.token) ?? v3;
  const account = fieldsOf(token?.tenant) ?? fieldsOf(token?.project);
  const user = fieldsOf(access?.user);
  return {
    services,
    tenantId: wordOf(account?.id),
    defaultRegion: wordOf(user?.['RAX-AUTH:defaultRegion'] ?? user?.defaultRegion)?.toUpperCase(),
  };
}

/**
 * Reads the text of a catalog file.
 * @param where names the file in the message
 * @throws RcWaitError CONFIGURATION when it is not JSON, or holds no catalog
 */
export function parseCatalog(text: string, where: string): Catalog {
  const fault = jsonFault(text);
  if (fault !== undefined) throw unusable(where, `it ${fault}`);
  let answer: unknown;
  try {
    answer = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    // Do not quote the parser's message: it contains the text, and an identity answer holds a token.
    throw unusable(where, 'it is not JSON');
  }
  try {
    return readCatalog(answer);
  } catch (error) {
    throw error instanceof RcWaitError ? unusable(where, reasonIn(error)) : error;
  }
}

const prefix = 'cannot read the service catalog: ';

function noCatalog(root: Fields | undefined): RcWaitError {
  const keys = Object.keys(root ?? {}).slice(0, 5);
  const has = root === undefined ? '' : keys.length === 0 ? ' (it is empty)' : ` (it has ${keys.join(', ')})`;
  return new RcWaitError(
    'CONFIGURATION',
    `${prefix}it is JSON, but not an answer of the identity API${has}`,
    {
      hint: 'the whole answer to POST /v2.0/tokens (or /v3/auth/tokens) is expected, with its serviceCatalog (or catalog)',
    },
  );
}

const reasonIn = ({ message }: RcWaitError): string => message.slice(prefix.length);

function unusable(where: string, reason: string): RcWaitError {
  return new RcWaitError('CONFIGURATION', `cannot use the catalog ${where}: ${reason}`, {
    hint: 'the whole answer to POST /v2.0/tokens (or /v3/auth/tokens) is expected, with its serviceCatalog (or catalog)',
  });
}

function readService(value: unknown): CatalogService | undefined {
  const fields = fieldsOf(value);
  const type = wordOf(fields?.type);
  const name = wordOf(fields?.name) ?? type;
  const endpoints = listOf(fields?.endpoints);
  if (fields === undefined || name === undefined || endpoints === undefined) return undefined;
  return { name, type: type ?? '', endpoints: merged(endpoints.map(readEndpoint)) };
}

/** Merges a service that is listed once for each account. */
function mergeServices(services: readonly CatalogService[]): readonly CatalogService[] {
  const byName = Map.groupBy(services, ({ name, type }) => `${name} ${type}`);
  return [...byName.values()].flatMap((same) => {
    const last = same.at(-1);
    return last === undefined ? [] : { ...last, endpoints: same.flatMap(({ endpoints }) => endpoints) };
  });
}

/** One endpoint of v2.0, or one interface of an endpoint of v3. */
function readEndpoint(value: unknown): CatalogEndpoint | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const region = wordOf(fields.region ?? fields.region_id)?.toUpperCase();
  const tenantId = wordOf(fields.tenantId);
  const url = urlOf(fields.url);
  const v3 = { publicUrl: undefined, internalUrl: undefined };
  if (fields.interface === 'public') return { region, tenantId, ...v3, publicUrl: url };
  if (fields.interface === 'internal') return { region, tenantId, ...v3, internalUrl: url };
  // v3's "admin" is for the operator of the cloud.
  if (fields.interface !== undefined) return undefined;
  return { region, tenantId, publicUrl: urlOf(fields.publicURL), internalUrl: urlOf(fields.internalURL) };
}

/** Merges v3's interfaces: one endpoint for each region and account. */
function merged(endpoints: readonly (CatalogEndpoint | undefined)[]): readonly CatalogEndpoint[] {
  const whole: CatalogEndpoint[] = [];
  for (const one of endpoints) {
    if (one === undefined || (one.publicUrl === undefined && one.internalUrl === undefined)) continue;
    const at = whole.findIndex((other) => areHalves(one, other));
    const half = whole[at];
    if (half === undefined) whole.push(one);
    else {
      const publicUrl = half.publicUrl ?? one.publicUrl;
      whole[at] = { ...half, publicUrl, internalUrl: half.internalUrl ?? one.internalUrl };
    }
  }
  return whole;
}

function areHalves(one: CatalogEndpoint, other: CatalogEndpoint): boolean {
  const complete = (one.publicUrl ?? other.publicUrl) && (one.internalUrl ?? other.internalUrl);
  const twice = (one.publicUrl && other.publicUrl) || (one.internalUrl && other.internalUrl);
  return Boolean(complete && !twice) && one.region === other.region && one.tenantId === other.tenantId;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Text or a number, trimmed: account ids come as either. */
function wordOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/**
 * An http or https URL, unchanged; undefined for anything else, because it reaches a shell and rc-wait's own client.
 */
function urlOf(value: unknown): string | undefined {
  const text = wordOf(value);
  if (text === undefined || !/^https?:\/\/[^\s'"\\]+$/i.test(text) || !URL.canParse(text)) return undefined;
  return text;
}
