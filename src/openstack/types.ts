/** Where a service can be reached in one region, as the catalog lists it; either URL may be absent. */
export interface CatalogEndpoint {
  /** upper case, as catalogs write it; undefined: the service has one endpoint for all regions */
  readonly region: string | undefined;
  /** the account that the endpoint belongs to; undefined: the catalog does not say */
  readonly tenantId: string | undefined;
  readonly publicUrl: string | undefined;
  /** over ServiceNet, the data center's own network: free, faster, and reachable only from servers in the region */
  readonly internalUrl: string | undefined;
}

/** One service of a catalog. */
export interface CatalogService {
  /** such as `cloudServersOpenStack` */
  readonly name: string;
  /** such as `compute`; several services may share one */
  readonly type: string;
  readonly endpoints: readonly CatalogEndpoint[];
}

/** A service catalog, from either version of the identity API. */
export interface Catalog {
  readonly services: readonly CatalogService[];
  /** the account of the token, if the answer names it */
  readonly tenantId: string | undefined;
  /** `RAX-AUTH:defaultRegion` of the user, upper case, if the answer names it */
  readonly defaultRegion: string | undefined;
}
