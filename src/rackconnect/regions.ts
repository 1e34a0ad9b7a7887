import { RcWaitError } from '../base/error.ts';
import { type Region, readRegion, regions } from '../base/region.ts';
import { withoutTrailing } from '../base/text.ts';

declare const brand: unique symbol;

/** The validated address of an API: http or https, without a trailing slash. */
export type ApiUrl = string & { readonly [brand]: 'ApiUrl' };

/**
 * The region in `--region`, in any case, with white space or quotes around it.
 * @throws RcWaitError CONFIGURATION when it is not one of the six
 */
export function parseRegion(text: string): Region {
  const region = readRegion(text);
  if (region !== undefined) return region;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot use the region ${show(text)} (--region): it is not one of ${regions.join(', ')}`,
    {
      hint: 'name the region of this server with --region, or the whole address of the API with --api-url',
    },
  );
}

/** The address of a region's API. It answers over ServiceNet only. */
export function apiUrlOf(region: Region): ApiUrl {
  return `https://${region}.api.rackconnect.rackspace.com` as ApiUrl;
}

/**
 * Reads the address of an API; a path before `/v1` is allowed. A trailing slash or `/v1` is removed, because
 * people paste either.
 * @throws RcWaitError CONFIGURATION for anything but http or https, for credentials, a query or a fragment
 */
export function parseApiUrl(text: string): ApiUrl {
  const trimmed = text.trim();
  // Check the scheme first: URL.parse reads "localhost:8080" as the scheme "localhost:".
  if (!/^https?:\/\/[^/]/i.test(trimmed))
    throw wrongUrl(text, 'it must begin with http:// or https:// and a host name');
  const url = URL.parse(trimmed);
  if (url === null) throw wrongUrl(text, 'it is not a URL');
  // The API knows a server only by its address, and a password in a URL ends up in logs.
  if (url.username !== '' || url.password !== '')
    throw wrongUrl(withoutCredentials(url), 'it must not hold credentials');
  if (url.search !== '' || trimmed.includes('?')) throw wrongUrl(text, 'it must not hold a query (?)');
  if (url.hash !== '' || trimmed.includes('#')) throw wrongUrl(text, 'it must not hold a fragment (#)');
  const path = withoutTrailing(withoutTrailing(url.pathname, '/').replace(/\/v1$/, ''), '/');
  return `${url.origin}${path}` as ApiUrl;
}

function withoutCredentials(url: URL): string {
  return `${url.protocol}//…@${url.host}${url.pathname}`;
}

function wrongUrl(text: string, why: string): RcWaitError {
  return new RcWaitError('CONFIGURATION', `cannot use the API address ${show(text)} (--api-url): ${why}`, {
    hint: 'such as https://dfw.api.rackconnect.rackspace.com or http://127.0.0.1:8080',
  });
}

function show(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
