/** Where a service can be reached in one region, as a service catalog has it; either URL may be absent. */
export interface CatalogEndpoint {
  /** upper case, as catalogs write it; undefined: the service has one endpoint for all regions */
  readonly region: string | undefined;
  /** the account that the endpoint is for; undefined: the catalog does not say */
  readonly tenantId: string | undefined;
  readonly publicUrl: string | undefined;
  /** by ServiceNet, the data center's own network: free, faster, and reached by servers of the region alone */
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

/** A service catalog, whichever version of the identity API it comes from. */
export interface Catalog {
  readonly services: readonly CatalogService[];
  /** the account of the token, where the answer says it */
  readonly tenantId: string | undefined;
  /** `RAX-AUTH:defaultRegion` of the user, upper case, where the answer says it */
  readonly defaultRegion: string | undefined;
}
