import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import { regions } from '../../src/base/region.ts';
import { apiUrlOf, parseApiUrl, parseRegion } from '../../src/rackconnect/regions.ts';

const refusal = (read: () => unknown): RcWaitError => {
  try {
    return expect.fail(`it was accepted: ${String(read())}`);
  } catch (error) {
    if (error instanceof RcWaitError) return error;
    throw error;
  }
};

describe('a region', () => {
  test('is read in any case, with white space or quotes around it', () => {
    const around = fc.constantFrom('', ' ', '\n', '\t');
    const quote = fc.constantFrom('', '"', "'");
    fc.assert(
      fc.property(
        fc.constantFrom(...regions),
        around,
        around,
        quote,
        fc.boolean(),
        (region, before, after, mark, upper) => {
          const code = upper ? region.toUpperCase() : region;
          expect(parseRegion(`${before}${mark}${code}${mark}${after}`)).toBe(region);
        },
      ),
    );
  });

  test.each(['', '{}', '"{}"', 'xyz', 'dfw1', "'dfw", 'dfw.evil.example/', 'd\u0000fw', 'x'.repeat(9999)])(
    'is not %j',
    (text) => {
      const error = refusal(() => parseRegion(text));
      expect(error.code).toBe('CONFIGURATION');
      expect(error.message).toMatch(
        /^cannot use the region ".*" \(--region\): it is not one of dfw, hkg, iad, lon, ord, syd$/,
      );
      expect(error.message.length).toBeLessThan(250);
      expect(error.hint).toContain('--api-url');
    },
  );

  test('has its own API', () => {
    expect(apiUrlOf('dfw')).toBe('https://dfw.api.rackconnect.rackspace.com');
    for (const region of regions) expect(parseApiUrl(apiUrlOf(region))).toBe(apiUrlOf(region));
  });
});

describe('the address of an API', () => {
  test.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['  HTTPS://Example.ORG/  ', 'https://example.org'],
    ['https://example.org:443', 'https://example.org'],
    ['http://[::1]:9/', 'http://[::1]:9'],
    ['http://localhost/rc/', 'http://localhost/rc'],
    ['https://dfw.api.rackconnect.rackspace.com/v1/', 'https://dfw.api.rackconnect.rackspace.com'],
    ['http://localhost/rc/v1', 'http://localhost/rc'],
  ])('%s is read as %s', (text, url) => {
    expect(parseApiUrl(text)).toBe(url);
  });

  test.each([
    ['', 'it must begin with http:// or https:// and a host name'],
    ['localhost:8080', 'it must begin with http:// or https:// and a host name'],
    ['ftp://example.org', 'it must begin with http:// or https:// and a host name'],
    ['http:///v1', 'it must begin with http:// or https:// and a host name'],
    ['http://a b', 'it is not a URL'],
    ['http://host:99999', 'it is not a URL'],
    ['http://host?x=1', 'it must not hold a query (?)'],
    ['http://host/?', 'it must not hold a query (?)'],
    ['http://host/#a', 'it must not hold a fragment (#)'],
    ['http://host#', 'it must not hold a fragment (#)'],
  ])('%j is refused: %s', (text, why) => {
    const error = refusal(() => parseApiUrl(text));
    expect(error.code).toBe('CONFIGURATION');
    expect(error.message).toBe(`cannot use the API address ${JSON.stringify(text)} (--api-url): ${why}`);
  });

  test('with a password is refused without repeating it', () => {
    const error = refusal(() => parseApiUrl('http://root:secret@host:1/x'));
    expect(error.message).toBe(
      'cannot use the API address "http://…@host:1/x" (--api-url): it must not hold credentials',
    );
  });
});
