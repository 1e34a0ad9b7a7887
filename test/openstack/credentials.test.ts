import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import { authUrlOf, otherCountry } from '../../src/openstack/auth-url.ts';
import { cloudVariables } from '../../src/openstack/clouds.ts';
import { credentialsIn, type Variables } from '../../src/openstack/credentials.ts';
import { loginRequest, readGranted } from '../../src/openstack/identity.ts';
import { Secret } from '../../src/openstack/secret.ts';
import { account } from './catalogs.ts';

const nothing = { authUrl: undefined, regions: [] };
const us = 'https://identity.api.rackspacecloud.com/v2.0';
const uk = 'https://lon.identity.api.rackspacecloud.com/v2.0';

/** The request that these variables lead to. */
function requestOf(variables: Variables, overrides: Parameters<typeof credentialsIn>[1] = nothing) {
  const found = credentialsIn(variables, overrides);
  if (found === undefined) return undefined;
  const { url, body } = loginRequest(found);
  return { url, auth: JSON.parse(body).auth };
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RcWaitError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing was thrown';
}

describe('a secret', () => {
  it('is shown by nothing but the one who sends it', () => {
    const secret = new Secret('s3cret');
    const everywhere = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect([secret], { showHidden: true }),
      JSON.stringify(Object.entries(secret)),
    ];
    expect(everywhere.filter((text) => text.includes('s3cret'))).toEqual([]);
    expect(secret.reveal()).toBe('s3cret');
  });
});

describe('credentials of the environment', () => {
  const key = { 'RAX-KSKEY:apiKeyCredentials': { username: 'me', apiKey: 'k' } };

  it.each<[string, Variables, unknown]>([
    ['none', { PATH: '/bin' }, undefined],
    ['empty ones', { RAX_USERNAME: '', RAX_API_KEY: ' ' }, undefined],
    [
      'a user name and an API key',
      { RAX_USERNAME: 'me', RAX_API_KEY: 'k' },
      { url: `${us}/tokens`, auth: key },
    ],
    [
      'them before all others',
      { RAX_USERNAME: 'me', RAX_API_KEY: 'k', OS_TOKEN: 't', OS_AUTH_URL: 'https://a.example/v3' },
      { url: `${us}/tokens`, auth: key },
    ],
    [
      'a password at Rackspace',
      { RAX_USERNAME: 'me', RAX_PASSWORD: 'p' },
      { url: `${us}/tokens`, auth: { passwordCredentials: { username: 'me', password: 'p' } } },
    ],
    [
      'London alone',
      { RAX_USERNAME: 'me', RAX_API_KEY: 'k', RAX_REGION: 'lon' },
      { url: `${uk}/tokens`, auth: key },
    ],
    [
      'an account',
      { RAX_USERNAME: 'me', RAX_API_KEY: 'k', RAX_TENANT_ID: '12' },
      { url: `${us}/tokens`, auth: { ...key, tenantId: '12' } },
    ],
    [
      'a token with its account',
      { OS_TOKEN: 't', OS_TENANT_ID: '12', OS_AUTH_URL: us },
      { url: `${us}/tokens`, auth: { token: { id: 't' }, tenantId: '12' } },
    ],
    [
      'OS_USERNAME at v2.0',
      { OS_USERNAME: 'me', OS_PASSWORD: 'p', OS_TENANT_NAME: 'x', OS_AUTH_URL: `${us}/` },
      {
        url: `${us}/tokens`,
        auth: { passwordCredentials: { username: 'me', password: 'p' }, tenantName: 'x' },
      },
    ],
    [
      'the old plug-in for Rackspace',
      { OS_USERNAME: 'me', OS_PASSWORD: 'k', OS_AUTH_SYSTEM: 'rackspace', OS_AUTH_URL: us },
      { url: `${us}/tokens`, auth: key },
    ],
    [
      'OS_USERNAME at v3',
      { OS_USERNAME: 'me', OS_PASSWORD: 'p', OS_PROJECT_NAME: 'x', OS_AUTH_URL: 'https://a.example:5000' },
      {
        url: 'https://a.example:5000/v3/auth/tokens',
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: 'me', domain: { name: 'Default' }, password: 'p' } },
          },
          scope: { project: { name: 'x', domain: { name: 'Default' } } },
        },
      },
    ],
    [
      'a token and an API key at v3',
      { OS_TOKEN: 't', OS_PROJECT_ID: '7', OS_AUTH_URL: 'https://a.example/identity/v3/auth/tokens' },
      {
        url: 'https://a.example/identity/v3/auth/tokens',
        auth: { identity: { methods: ['token'], token: { id: 't' } }, scope: { project: { id: '7' } } },
      },
    ],
    [
      'an API key at v3',
      { OS_USERNAME: 'me', OS_API_KEY: 'k', OS_AUTH_URL: 'https://a.example/v3' },
      {
        url: 'https://a.example/v3/auth/tokens',
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: 'me', domain: { name: 'Default' }, password: 'k' } },
          },
        },
      },
    ],
  ])('%s', (_, variables, expected) => {
    expect(requestOf(variables)).toEqual(expected);
  });

  it.each<[string, Variables, string]>([
    [
      'a user without a key',
      { RAX_USERNAME: 'me' },
      'CONFIGURATION: cannot log in: RAX_USERNAME is set, and RAX_API_KEY is not',
    ],
    [
      'a key without a user',
      { RAX_API_KEY: 's3cret' },
      'CONFIGURATION: cannot log in: RAX_API_KEY is set, and RAX_USERNAME is not',
    ],
    [
      'a user without a password',
      { OS_USERNAME: 'me' },
      'CONFIGURATION: cannot log in: OS_USERNAME is set, and OS_PASSWORD is not',
    ],
    [
      'a token without an account',
      { OS_TOKEN: 's3cret' },
      'CONFIGURATION: cannot log in with a token alone: its account is not named',
    ],
    [
      'a URL that is none',
      { OS_USERNAME: 'a', OS_PASSWORD: 's3cret', OS_AUTH_URL: 'example' },
      'CONFIGURATION: cannot use the identity URL (--auth-url, OS_AUTH_URL): us, uk or a URL is expected',
    ],
    [
      'a URL with a password',
      { OS_USERNAME: 'a', OS_PASSWORD: 'p', OS_AUTH_URL: 'https://u:s3cret@a.example' },
      'CONFIGURATION: cannot use the identity URL (--auth-url, OS_AUTH_URL): it must not hold credentials',
    ],
  ])('%s is said, and no secret', (_, variables, message) => {
    expect(refusal(() => credentialsIn(variables, nothing))).toBe(message);
  });
});

describe('the identity API', () => {
  const of = (written: string | undefined, regions: string[] = [], version?: string) =>
    authUrlOf(written, { version, regions });

  it('is that of the UK for London alone, and when it is named', () => {
    expect([
      of(undefined).url,
      of(undefined, ['ORD']).url,
      of('', ['LON', 'ORD']).url,
      of('us', ['LON']).url,
    ]).toEqual([us, us, us, us]);
    expect([of(undefined, ['LON']).url, of('UK').url, of(`${uk}/`).url]).toEqual([uk, uk, uk]);
  });

  it('is asked for elsewhere where a right key may be at the wrong place', () => {
    expect(otherCountry(of('us'))).toMatch(/--auth-url uk/);
    expect(otherCountry(of('uk'))).toMatch(/--auth-url us/);
    expect(otherCountry(of('https://a.example/v3'))).toBeUndefined();
  });

  it('has the version of its URL, else what was said, else what its host has', () => {
    expect(of('https://a.example/v2.0/tokens')).toEqual({ url: 'https://a.example/v2.0', version: 2 });
    expect(of('https://a.example', [], '2')).toEqual({ url: 'https://a.example/v2.0', version: 2 });
    expect(of('https://a.example', [], '3')).toEqual({ url: 'https://a.example/v3', version: 3 });
    expect(of('https://lon.identity.api.rackspacecloud.com').url).toBe(uk);
  });
});

describe('clouds.yaml', () => {
  const rax = {
    profile: 'rackspace',
    auth_type: 'rackspace_apikey',
    region_name: 'IAD',
    auth: { username: 'me', project_id: 12 },
  };
  const clouds = { clouds: { rax } };
  const secure = { clouds: { rax: { auth: { api_key: 'k' } } } };

  it('is read with its secret apart, as an API key', () => {
    const variables = cloudVariables([clouds, secure], 'rax', 'FILE');
    expect(variables && requestOf(variables)).toEqual({
      url: `${us}/tokens`,
      auth: { 'RAX-KSKEY:apiKeyCredentials': { username: 'me', apiKey: 'k' }, tenantId: '12' },
    });
    expect(variables?.OS_REGION_NAME).toBe('IAD');
  });

  it('needs no name where it has one cloud, and one where it has several', () => {
    expect(cloudVariables([clouds], undefined, 'FILE')?.OS_USERNAME).toBe('me');
    expect(cloudVariables([{ clouds: { a: {}, b: {} } }], undefined, 'FILE')).toBeUndefined();
    expect(cloudVariables([null], undefined, 'FILE')).toBeUndefined();
    expect(refusal(() => cloudVariables([clouds], 'other', 'FILE'))).toBe(
      'CONFIGURATION: cannot use the cloud "other": FILE has none of that name',
    );
    expect(refusal(() => cloudVariables([{}], 'other', 'FILE'))).toMatch(/none of that name/);
  });

  it.each(['profile', 'cloud'])(
    'of another vendor by its %s needs a URL: its password is not sent to Rackspace',
    (key) => {
      const foreign = (more: object = {}) => [{ clouds: { a: { [key]: 'vexxhost', ...more } } }];
      expect(refusal(() => cloudVariables(foreign(), 'a', 'FILE'))).toBe(
        'CONFIGURATION: cannot use the cloud "a": it has no auth_url, and its profile "vexxhost" is not known here',
      );
      expect(refusal(() => cloudVariables(foreign({ auth_url: ' ' }), 'a', 'FILE'))).toMatch(/no auth_url/);
      expect(refusal(() => cloudVariables(foreign({ [key]: { password: 's3cret' } }), 'a', 'FILE'))).toMatch(
        /its profile is not known here$/,
      );
      const url = 'https://auth.example/v3';
      expect(cloudVariables(foreign({ auth: { auth_url: url } }), 'a', 'FILE')?.OS_AUTH_URL).toBe(url);
      expect(() => cloudVariables(foreign(), 'a', 'FILE', url)).not.toThrow();
      expect(() => cloudVariables(foreign({ [key]: 'rackspace' }), 'a', 'FILE')).not.toThrow();
    },
  );

  it('may list its regions', () => {
    const regionOf = (regions: unknown) =>
      cloudVariables([{ clouds: { a: { regions } } }], 'a', 'FILE')?.OS_REGION_NAME;
    expect([regionOf(['DFW', 'ORD']), regionOf([{ name: 'LON' }]), regionOf([])]).toEqual([
      'DFW',
      'LON',
      undefined,
    ]);
  });
});

describe('the answer to a login', () => {
  it('is a token with its end, by v2.0 and by v3', () => {
    const two = readGranted(account, undefined);
    expect([two?.token.reveal(), two?.expiresMs, two?.catalog.services.length]).toEqual([
      'not-to-be-shown',
      Date.UTC(2030, 0, 1),
      5,
    ]);
    const three = readGranted(
      { token: { expires_at: '2030-01-01T00:00:00.000000Z', catalog: [] } },
      'of the header',
    );
    expect([three?.token.reveal(), three?.expiresMs]).toEqual(['of the header', Date.UTC(2030, 0, 1)]);
    expect(readGranted({ token: { catalog: [], expires_at: 'soon' } }, 't')?.expiresMs).toBeUndefined();
  });

  it('is none without a token, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          expect(readGranted(value, undefined)).toBeUndefined();
        } catch (error) {
          if (!(error instanceof RcWaitError)) throw error;
        }
      }),
    );
  });
});
