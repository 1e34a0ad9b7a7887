import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import { parseCatalog, readCatalog } from '../../src/openstack/catalog.ts';
import { account, v2, v3 } from './catalogs.ts';

const shape = { internal: true, lowerCase: true, slash: true, tenantInPath: false };

describe('a catalog', () => {
  it('of v2.0 and of v3 is the same', () => {
    const two = readCatalog(v2(shape));
    const three = readCatalog(v3(shape));
    const bare = ({ services }: typeof two) =>
      services.map(({ endpoints }) =>
        endpoints.map(({ region, publicUrl, internalUrl }) => ({ region, publicUrl, internalUrl })),
      );
    expect(bare(three)).toEqual(bare(two));
    expect([two.tenantId, three.tenantId]).toEqual(['123456', '123456']);
  });

  it('may be the inner part of an answer alone', () => {
    expect(readCatalog({ serviceCatalog: account.access.serviceCatalog }).services).toHaveLength(5);
    expect(readCatalog({ catalog: [] }).services).toEqual([]);
  });

  it("knows the account and the user's default region", () => {
    expect(readCatalog(account)).toMatchObject({ tenantId: '123456', defaultRegion: 'ORD' });
  });

  it('lists a service once, though it is listed for each account', () => {
    const endpoints = (tenantId: number) => [
      { region: 'ORD', tenantId, publicURL: `https://a.example/${tenantId}` },
    ];
    const { services } = readCatalog({
      serviceCatalog: [1, 2].map((tenantId) => ({ name: 'a', type: 'b', endpoints: endpoints(tenantId) })),
    });
    expect(services.map((service) => service.endpoints.map(({ tenantId }) => tenantId))).toEqual([
      ['1', '2'],
    ]);
  });

  it('without what cannot be read, which hides nothing else', () => {
    const { services } = readCatalog({
      serviceCatalog: [
        null,
        { name: 'nameless endpoints' },
        {
          name: 'a',
          type: 'a',
          endpoints: [
            null,
            {},
            { publicURL: 'ftp://a' },
            { publicURL: "https://a/';rm" },
            { publicURL: 'https://a.example' },
          ],
        },
        { type: 'typed', endpoints: [] },
      ],
    });
    expect(services.map(({ name, endpoints }) => [name, endpoints.length])).toEqual([
      ['a', 1],
      ['typed', 0],
    ]);
  });
});

describe('what is no catalog', () => {
  it.each<[string, RegExp]>([
    ['', /cannot use the catalog FILE: it is not JSON/],
    ['<html>', /it is not JSON/],
    ['null', /it is JSON, but not an answer of the identity API$/],
    ['[]', /not an answer of the identity API$/],
    ['{}', /\(it is empty\)$/],
    ['{"servers":[]}', /\(it has servers\)$/],
    ['{"serviceCatalog":[{"a":1}]}', /not an answer of the identity API/],
  ])('%j is refused in words', (text, message) => {
    expect(() => parseCatalog(text, 'FILE')).toThrow(message);
  });

  it('never shows what was in it: an answer holds a token', () => {
    expect(() => parseCatalog('{"access": {"token": {"id": "s3cret-token"', 'FILE')).toThrow(/^[^3]*$/);
  });

  it('never breaks the reader, whatever it is', () => {
    const anything = fc.anything();
    const nearly = fc.record({
      serviceCatalog: fc.array(
        fc.oneof(
          anything,
          fc.record({
            name: anything,
            type: anything,
            endpoints: fc.array(
              fc.oneof(
                anything,
                fc.record({ region: anything, publicURL: anything, interface: anything, url: anything }),
              ),
            ),
          }),
        ),
      ),
    });
    fc.assert(
      fc.property(fc.oneof(anything, nearly), (value) => {
        try {
          for (const { endpoints } of readCatalog(value).services) {
            for (const { publicUrl, internalUrl } of endpoints) {
              for (const url of [publicUrl, internalUrl])
                expect(url ?? 'https://a').toMatch(/^https?:\/\/[^\s'"\\]+$/i);
            }
          }
        } catch (error) {
          if (!(error instanceof RcWaitError)) throw error;
        }
      }),
    );
  });
});
