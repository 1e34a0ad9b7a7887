/** Identity answers in the manner of Rackspace's samples, with invented accounts and no real secret. */

interface Shape {
  readonly internal: boolean;
  readonly lowerCase: boolean;
  readonly slash: boolean;
  readonly tenantInPath: boolean;
}

const regions = ['ORD', 'DFW', 'IAD', 'LON', 'SYD', 'HKG'];

/** The URL that a made catalog has for a region; `snet-` stands before the host of the ServiceNet one. */
export function madeUrl(region: string, network: 'servicenet' | 'public', shape: Shape): string {
  const host = `${network === 'servicenet' ? 'snet-' : ''}${region.toLowerCase()}.queues.api.rackspacecloud.com`;
  return `https://${host}/v1${shape.tenantInPath ? '/123456' : ''}${shape.slash ? '/' : ''}`;
}

/** An answer of v2.0 with one service in six regions. */
export function v2(shape: Shape): unknown {
  return {
    access: {
      token: {
        id: 'not-to-be-shown',
        expires: '2030-01-01T00:00:00.000Z',
        tenant: { id: '123456', name: '123456' },
      },
      serviceCatalog: [
        {
          name: 'cloudQueues',
          type: 'rax:queues',
          endpoints: regions.map((region) => ({
            region: shape.lowerCase ? region.toLowerCase() : region,
            tenantId: '123456',
            publicURL: madeUrl(region, 'public', shape),
            ...(shape.internal ? { internalURL: madeUrl(region, 'servicenet', shape) } : {}),
          })),
        },
      ],
      user: { id: '1', name: 'someone', roles: [] },
    },
  };
}

/** The same as an answer of v3. */
export function v3(shape: Shape): unknown {
  return {
    token: {
      expires_at: '2030-01-01T00:00:00.000000Z',
      project: { id: '123456', name: 'a project' },
      catalog: [
        {
          name: 'cloudQueues',
          type: 'rax:queues',
          endpoints: regions.flatMap((code) => {
            const region = shape.lowerCase ? code.toLowerCase() : code;
            const one = (kind: string, url: string) => ({
              id: `${kind}${code}`,
              interface: kind,
              region,
              region_id: region,
              url,
            });
            return [
              one('public', madeUrl(code, 'public', shape)),
              ...(shape.internal ? [one('internal', madeUrl(code, 'servicenet', shape))] : []),
              one('admin', 'https://admin.example.com/v1'),
            ];
          }),
        },
      ],
    },
  };
}

/** A whole account: what the documentation and real samples show side by side. */
export const account = {
  access: {
    token: {
      id: 'not-to-be-shown',
      expires: '2030-01-01T00:00:00.000Z',
      tenant: { id: '123456', name: '123456' },
    },
    serviceCatalog: [
      {
        name: 'cloudImages',
        type: 'image',
        endpoints: regions.map((region) => ({
          publicURL: `https://${region.toLowerCase()}.images.api.rackspacecloud.com/v2`,
          region,
          tenantId: '123456',
        })),
      },
      {
        name: 'cloudServersOpenStack',
        type: 'compute',
        endpoints: [
          {
            publicURL: 'https://ord.servers.api.rackspacecloud.com/v2/123456',
            region: 'ORD',
            tenantId: '123456',
            versionId: '2',
          },
        ],
      },
      {
        name: 'cloudServers',
        type: 'compute',
        endpoints: [{ publicURL: 'https://servers.api.rackspacecloud.com/v1.0/123456', tenantId: '123456' }],
      },
      {
        name: 'cloudFiles',
        type: 'object-store',
        endpoints: [
          {
            publicURL: 'https://storage101.ord1.clouddrive.com/v1/MossoCloudFS_1',
            internalURL: 'https://snet-storage101.ord1.clouddrive.com/v1/MossoCloudFS_1',
            region: 'ORD',
            tenantId: 'MossoCloudFS_1',
          },
        ],
      },
      {
        name: 'cloudDNS',
        type: 'rax:dns',
        endpoints: [{ publicURL: 'https://dns.api.rackspacecloud.com/v1.0/123456', tenantId: '123456' }],
      },
    ],
    user: { id: '1', name: 'someone', 'RAX-AUTH:defaultRegion': 'ORD', roles: [] },
  },
};
