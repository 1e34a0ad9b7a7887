import { RcWaitError } from '../base/error.ts';
import type { Catalog } from './types.ts';

/**
 * The regional endpoints of Cloud Images, copied exactly from Rackspace's documentation ("Service access
 * endpoints", Cloud Images): two of the six have no trailing slash.
 */
const cloudImages: Readonly<Record<string, string>> = {
  ORD: 'https://ord.images.api.rackspacecloud.com/v2/',
  DFW: 'https://dfw.images.api.rackspacecloud.com/v2/',
  IAD: 'https://iad.images.api.rackspacecloud.com/v2/',
  LON: 'https://lon.images.api.rackspacecloud.com/v2/',
  SYD: 'https://syd.images.api.rackspacecloud.com/v2',
  HKG: 'https://hkg.images.api.rackspacecloud.com/v2',
};

/** The six regions, in the order of the documentation. */
export const documentedRegions: readonly string[] = Object.keys(cloudImages);

/**
 * A region in upper case, as catalogs and the documentation write it.
 * @throws RcWaitError CONFIGURATION when it does not look like a region code
 */
export function regionCode(text: string): string {
  const code = text.trim().toUpperCase();
  if (/^[A-Z][A-Z0-9_-]{0,31}$/.test(code)) return code;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot use the region ${JSON.stringify(text.slice(0, 40))}: a code such as ORD is expected`,
    {
      hint: `the documented ones are ${documentedRegions.join(', ')}`,
    },
  );
}

/**
 * The public endpoints of Rackspace's documentation, as a catalog. It names no ServiceNet endpoints: they are
 * only in the account's own catalog.
 * @param tenantId the account, which is part of the Cloud Servers path; undefined: that service is left out
 */
export function documentedCatalog(tenantId: string | undefined): Catalog {
  const perRegion = (urlOf: (region: string) => string | undefined) =>
    documentedRegions.map((region) => ({
      region,
      tenantId,
      publicUrl: urlOf(region),
      internalUrl: undefined,
    }));
  const images = {
    name: 'cloudImages',
    type: 'image',
    endpoints: perRegion((region) => cloudImages[region]),
  };
  const servers = {
    name: 'cloudServersOpenStack',
    type: 'compute',
    endpoints: perRegion(
      (region) => `https://${region.toLowerCase()}.servers.api.rackspacecloud.com/v2/${tenantId}`,
    ),
  };
  return {
    services: tenantId === undefined ? [images] : [images, servers],
    tenantId,
    defaultRegion: undefined,
  };
}

/**
 * The RackConnect API of a region. No catalog lists it, and it answers over ServiceNet only ("RackConnect API",
 * Rackspace).
 */
export function rackconnectUrl(region: string): string {
  return `https://${region.toLowerCase()}.api.rackconnect.rackspace.com`;
}
