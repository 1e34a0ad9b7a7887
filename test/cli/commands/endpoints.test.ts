import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { account } from '../../openstack/catalogs.ts';
import { start, startProgram } from '../../process/program.ts';
import { faultsIn } from '../../report/schema.ts';
import { rcWait, scratch, simulator } from '../harness.ts';

const faults = faultsIn('endpoints');
const folder = scratch();
const catalog = join(folder, 'answer.json');
writeFileSync(catalog, JSON.stringify(account));

/** A program in the place of xenstore-read(1), which only a Xen guest has. */
function onServerIn(region: string): void {
  const bin = scratch();
  writeFileSync(join(bin, 'xenstore-read'), `#!/bin/sh\necho '${region}'\n`);
  chmodSync(join(bin, 'xenstore-read'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
}
afterEach(() => vi.unstubAllEnvs());

describe('rc-wait endpoints', () => {
  it('is a table of what to use from here', async () => {
    expect(await rcWait(['endpoints', 'cloudImages', '--region', 'syd'])).toEqual({
      exit: 0,
      out: [
        'SERVICE      REGION  NETWORK  ENDPOINT',
        'cloudImages  SYD     public   https://syd.images.api.rackspacecloud.com/v2',
        '',
        'public: this does not seem to be a Rackspace server',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it.each(['ord', '"ord"', 'ORD'])(
    'is the ServiceNet endpoint on a server in the region (%s)',
    async (told) => {
      onServerIn(told);
      const { out } = await rcWait(['endpoints', 'cloudFiles', '--catalog', catalog, '--output', 'json']);
      const document = JSON.parse(out);
      expect(faults(document)).toEqual([]);
      expect(document).toMatchObject({
        source: 'catalog',
        server_region: 'ORD',
        endpoints: [
          { network: 'servicenet', url: 'https://snet-storage101.ord1.clouddrive.com/v1/MossoCloudFS_1' },
        ],
      });
    },
  );

  it('says that the catalog has no ServiceNet endpoint where one would be used', async () => {
    onServerIn('ord');
    const { out } = await rcWait(['endpoints', 'image', '--catalog', catalog]);
    expect(out).toContain('cloudImages  ORD     public   https://ord.images.api.rackspacecloud.com/v2\n');
    expect(out).toContain('but the catalog has no ServiceNet endpoint (internalURL)');
  });

  it('is for eval in a shell, without a slash at the end', async () => {
    const program = start(['endpoints', 'cloudImages', '--region', 'ord', '--output', 'env']);
    const { out } = await program.ended;
    const { out: echoed } = await startProgram([
      'sh',
      '-c',
      'eval "$1"; echo "$ENDPOINT/images $ENDPOINT_CLOUD_IMAGES"',
      'sh',
      out,
    ]).ended;
    expect(echoed).toBe(
      'https://ord.images.api.rackspacecloud.com/v2/images https://ord.images.api.rackspacecloud.com/v2\n',
    );
    expect((await rcWait(['endpoints', 'image', '--regions', 'ord,hkg', '--output', 'env'])).out).toBe(
      "ENDPOINT_CLOUD_IMAGES_ORD='https://ord.images.api.rackspacecloud.com/v2'\n" +
        "ENDPOINT_CLOUD_IMAGES_HKG='https://hkg.images.api.rackspacecloud.com/v2'\n",
    );
  });

  it('shows every service, and the document is as it is published', async () => {
    const { exit, out } = await rcWait([
      'endpoints',
      '--catalog',
      catalog,
      '--regions',
      'lon',
      '--output',
      'json',
    ]);
    const document = JSON.parse(out);
    expect({ exit, faults: faults(document) }).toEqual({ exit: 0, faults: [] });
    expect(out).not.toContain('not-to-be-shown');
    expect(document).toMatchSnapshot();
    expect((await rcWait(['endpoints', '--catalog', catalog, '--regions', 'lon'])).out).toContain(
      'left out: cannot choose an endpoint of cloudFiles: it has none in LON\n',
    );
  });

  it('reads the catalog from standard input', async () => {
    const { node, main } = await import('../../process/program.ts');
    const script = `"${node}" "${main}" endpoints cloudDNS --catalog - < "${catalog}"`;
    const { exit, out } = await startProgram(['sh', '-c', script]).ended;
    expect({ exit, out }).toEqual({
      exit: 0,
      out: expect.stringContaining('https://dns.api.rackspacecloud.com/v1.0/123456\n'),
    });
  });
});

describe('a probe', () => {
  it('says how fast an endpoint answers, and which does not', async () => {
    const { url } = await simulator();
    const made = join(folder, 'probe.json');
    const endpoint = (region: string, publicURL: string) => ({ region, tenantId: '1', publicURL });
    const endpoints = [endpoint('ORD', `${url}/v2`), endpoint('DFW', 'http://127.0.0.1:1/v2')];
    writeFileSync(
      made,
      JSON.stringify({ serviceCatalog: [{ name: 'cloudImages', type: 'image', endpoints }] }),
    );
    const ask = (...args: string[]) => rcWait(['endpoints', 'image', '--catalog', made, '--probe', ...args]);
    const one = await ask('--region', 'ord', '--output', 'json');
    const document = JSON.parse(one.out);
    expect({ exit: one.exit, faults: faults(document) }).toEqual({ exit: 0, faults: [] });
    expect(document.endpoints[0].probe).toMatchObject({ reached: true, status: 404, reason: null });
    const both = await ask('--regions', 'ord', '--regions', 'dfw');
    expect(both.exit).toBe(69);
    expect(both.out).toMatch(/reached in \d+ ms \(HTTP 404\)\n.*not reached: connection refused\n/);
  });

  it('of the RackConnect API is a connection alone, which uses no quota', async () => {
    const { probeEndpoint } = await import('../../../src/openstack/probe.ts');
    const { createHttp } = await import('../../../src/http/client.ts');
    const { play, url } = await simulator();
    const server = play();
    const http = createHttp(undefined);
    const { tcpProbe } = await import('../../../src/network/probes/tcp.ts');
    const by: Parameters<typeof probeEndpoint>[1] = {
      http,
      connect: (to, aborted) => tcpProbe(to).attempt(aborted),
    };
    const { signal } = new AbortController();
    expect(await probeEndpoint({ service: 'rackconnect', url }, by, signal)).toMatchObject({
      reached: true,
      status: undefined,
    });
    expect(server.requests()).toBe(0);
    expect(
      await probeEndpoint({ service: 'rackconnect', url: 'http://127.0.0.1:1' }, by, signal),
    ).toMatchObject({
      reached: false,
      reason: 'connection refused',
    });
    http.close();
  });
});

describe('what cannot be chosen ends with 64 and says why', () => {
  const garbage = join(folder, 'garbage.json');
  writeFileSync(garbage, '{"access": {"token": {"id": "s3cret"');
  const servers = join(folder, 'servers.json');
  writeFileSync(servers, '{"servers": []}');
  it.each<[string, string[], RegExp]>([
    [
      'an unknown service',
      ['cloudFoo'],
      /cannot choose an endpoint of cloudFoo: the catalog has no such service\n +it has cloudImages, rackconnect\n/,
    ],
    [
      'an unknown region',
      ['cloudImages', '--region', 'xyz'],
      /it has none in XYZ\n +it has them in ORD, DFW, IAD, LON, SYD, HKG\n/,
    ],
    [
      'a region that is none',
      ['cloudImages', '--region', '{}'],
      /cannot use the region "\{\}": a code such as ORD/,
    ],
    ['two services', ['a', 'b'], /cannot choose endpoints of a and b at once/],
    [
      'a file that is not there',
      ['--catalog', '/dev/null/absent'],
      /cannot read \/dev\/null\/absent: a part of the path is not a directory\n +named by --catalog/,
    ],
    [
      'a file that is not JSON',
      ['--catalog', garbage],
      /cannot use the catalog \S+garbage.json: it is not JSON\n/,
    ],
    [
      'JSON that is no catalog',
      ['--catalog', servers],
      /it is JSON, but not an answer of the identity API \(it has servers\)\n/,
    ],
    [
      'a catalog without the service',
      ['cloudImages', '--catalog', catalog, '--region', 'AMS'],
      /it has none in AMS/,
    ],
    [
      'ServiceNet that the catalog lacks',
      ['image', '--catalog', catalog, '--network', 'servicenet'],
      /cannot use the ServiceNet endpoint of cloudImages in ORD: the catalog has none\n/,
    ],
    [
      'an account that has none',
      ['compute', '--catalog', catalog, '--tenant', '9'],
      /none for the account 9\n +it has them for 123456\n/,
    ],
  ])('%s', async (_, args, message) => {
    const { exit, out, err } = await rcWait(['endpoints', ...args]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toContain('s3cret');
  });
});
