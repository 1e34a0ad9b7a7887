import { RcWaitError } from '../../base/error.ts';
import { withoutTrailing } from '../../base/text.ts';

/** Where to log in. */
export interface AuthUrl {
  /** with its version and without a trailing slash, such as `https://identity.api.rackspacecloud.com/v2.0` */
  readonly url: string;
  readonly version: 2 | 3;
}

/** "Authenticate to the Rackspace Cloud", Rackspace: UK accounts log in elsewhere. */
const rackspace = {
  us: 'https://identity.api.rackspacecloud.com/v2.0',
  uk: 'https://lon.identity.api.rackspacecloud.com/v2.0',
} as const;

/**
 * The identity API to use.
 *
 * Without a URL it is Rackspace's: the UK one if London, which belongs to UK accounts, is the only region
 * named, else the US one. A URL without a version gets the one in `version`, else v2.0 at Rackspace, which has
 * no other, and v3 elsewhere.
 * @param written `us`, `uk`, a URL, or nothing
 * @throws RcWaitError CONFIGURATION for anything else
 */
export function authUrlOf(
  written: string | undefined,
  { version, regions }: { readonly version: string | undefined; readonly regions: readonly string[] },
): AuthUrl {
  const word = written?.trim().toLowerCase();
  if (word === undefined || word === '') {
    const isLondon = regions.length > 0 && regions.every((region) => region === 'LON');
    return { url: isLondon ? rackspace.uk : rackspace.us, version: 2 };
  }
  if (word === 'us' || word === 'uk') return { url: rackspace[word], version: 2 };
  const url = URL.parse(written?.trim() ?? '');
  if (url === null || !/^https?:$/.test(url.protocol)) throw wrong('us, uk or a URL is expected');
  if (url.username !== '' || url.password !== '') throw wrong('it must not hold credentials');
  // People paste the address of the request itself.
  const path = withoutTrailing(url.pathname, '/').replace(/(\/auth)?\/tokens$/, '');
  const [, named] = /\/v(2|3)(?:\.\d+)?$/.exec(path) ?? [];
  if (named !== undefined) return { url: `${url.origin}${path}`, version: named === '3' ? 3 : 2 };
  const isTwo = version?.startsWith('2') ?? url.hostname.endsWith('.rackspacecloud.com');
  return { url: `${url.origin}${path}/${isTwo ? 'v2.0' : 'v3'}`, version: isTwo ? 2 : 3 };
}

/** A hint that accounts of the other country log in elsewhere: a refused key may be right there. */
export function otherCountry({ url }: AuthUrl): string | undefined {
  if (url === rackspace.us) return 'accounts of the UK log in elsewhere: try --auth-url uk';
  if (url === rackspace.uk) return 'accounts of the US log in elsewhere: try --auth-url us';
  return undefined;
}

function wrong(expected: string): RcWaitError {
  // Do not show the URL: it may contain a password.
  return new RcWaitError(
    'CONFIGURATION',
    `cannot use the identity URL (--auth-url, OS_AUTH_URL): ${expected}`,
  );
}
