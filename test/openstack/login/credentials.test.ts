import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../../src/base/error.ts';
import { authUrlOf, otherCountry } from '../../../src/openstack/login/auth-url.ts';
import { readYamlText } from '../../../src/openstack/login/cloud-yaml.ts';
import { findCloud } from '../../../src/openstack/login/clouds.ts';
import {
  credentialsIn,
  credentialsOfCloud,
  type Variables,
} from '../../../src/openstack/login/credentials.ts';
import { loginRequest, readGranted } from '../../../src/openstack/login/identity.ts';
import { Secret } from '../../../src/openstack/login/secret.ts';
import { account } from '../catalogs.ts';

const nothing: Parameters<typeof credentialsIn>[1] = { authUrl: undefined, regions: [] };
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
      'an account beside that of OpenStack, whose domains and version are not its own',
      {
        RAX_USERNAME: 'me',
        RAX_API_KEY: 'k',
        RAX_TENANT_ID: '12',
        OS_PROJECT_ID: '7',
        OS_USER_DOMAIN_ID: 'd',
        OS_IDENTITY_API_VERSION: '3',
      },
      { url: `${us}/tokens`, auth: { ...key, tenantId: '12' } },
    ],
    [
      'a user by id at v2.0',
      { OS_USER_ID: 'u', OS_PASSWORD: ' p ', OS_AUTH_TYPE: 'v2password', OS_AUTH_URL: 'https://a.example' },
      {
        url: 'https://a.example/v2.0/tokens',
        auth: { passwordCredentials: { userId: 'u', password: ' p ' } },
      },
    ],
    [
      'a domain at v2.0, where it is the default one',
      { OS_USERNAME: 'me', OS_PASSWORD: 'p', OS_AUTH_URL: us, OS_DOMAIN_ID: 'default' },
      { url: `${us}/tokens`, auth: { passwordCredentials: { username: 'me', password: 'p' } } },
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
      { OS_TOKEN: 's3cret', OS_AUTH_URL: us },
      'CONFIGURATION: cannot log in with a token alone: its account is not named',
    ],
    [
      'a user without an identity API',
      { OS_USERNAME: 'me', OS_PASSWORD: 's3cret', OS_IDENTITY_API_VERSION: '3' },
      'CONFIGURATION: cannot log in: OS_AUTH_URL is not set, and OS_* credentials are for no identity API but the one that it names',
    ],
    [
      'an application credential at v2.0',
      { OS_APPLICATION_CREDENTIAL_ID: 'i', OS_APPLICATION_CREDENTIAL_SECRET: 's3cret', OS_AUTH_URL: us },
      'CONFIGURATION: cannot log in by v2.0 of the identity API: it knows no application credentials',
    ],
    [
      'an application credential without its name',
      { OS_APPLICATION_CREDENTIAL_SECRET: 's3cret', OS_AUTH_URL: us },
      'CONFIGURATION: cannot log in: OS_APPLICATION_CREDENTIAL_SECRET is set, and OS_APPLICATION_CREDENTIAL_ID is not',
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

describe('clouds.yaml at Rackspace', () => {
  const clouds =
    'clouds: {rax: {profile: rackspace, auth_type: rackspace_apikey, region_name: IAD, auth: {username: me, project_id: 12}}}';
  const secure = 'clouds: {rax: {auth: {api_key: k}}}';
  const key = { 'RAX-KSKEY:apiKeyCredentials': { username: 'me', apiKey: 'k' } };

  /** The credentials of a cloud in such files. */
  function ofCloud(texts: string[], name?: string, overrides = nothing, variables: Variables = {}) {
    const documents = texts.map((text) => ({ path: 'FILE', value: readYamlText(text) }));
    const found = findCloud(documents, name);
    if (found.kind !== 'cloud') return undefined;
    return credentialsOfCloud(found.cloud, variables, overrides);
  }

  it('is read with its secret apart, as an API key', () => {
    const found = ofCloud([clouds, secure], 'rax');
    expect(found && { ...loginRequest(found), region: found.region, from: found.from }).toEqual({
      url: `${us}/tokens`,
      body: JSON.stringify({ auth: { ...key, tenantId: '12' } }),
      region: 'IAD',
      from: 'FILE',
    });
  });

  it.each<[string, string, string]>([
    ['its profile', 'profile: rackspace', us],
    ['its profile by the old name', 'cloud: rackspace', us],
    ['its way to log in', 'auth_type: rackspace_apikey', us],
    ['its profile and London alone', 'profile: rackspace, region_name: lon', uk],
  ])('is meant by %s', (_, words, url) => {
    const found = ofCloud([`clouds: {a: {${words}, auth: {username: me, api_key: k}}}`]);
    expect(found && loginRequest(found)).toEqual({
      url: `${url}/tokens`,
      body: JSON.stringify({ auth: key }),
    });
  });

  it('needs no name where it has one cloud, and one where it has several', () => {
    expect(ofCloud([clouds, secure])?.proof).toMatchObject({ username: 'me' });
    expect(ofCloud(['clouds: {a: , b: {}}'])).toBeUndefined();
    expect(ofCloud(['~'])).toBeUndefined();
    expect(refusal(() => ofCloud([clouds], 'other'))).toBe(
      'CONFIGURATION: cannot use the cloud "other": FILE has none of that name',
    );
    expect(refusal(() => ofCloud(['{}'], 'other'))).toMatch(/none of that name/);
    expect(refusal(() => ofCloud(['clouds: {a: }'], 'a'))).toMatch(/has no credentials$/);
  });

  it.each(['profile', 'cloud'])(
    'of another vendor by its %s needs a URL: its password is not sent to Rackspace',
    (word) => {
      const user = 'auth: {username: me, password: s3cret}';
      const foreign = (more = '', value = 'vexxhost') => [`clouds: {a: {${word}: ${value}, ${user}${more}}}`];
      expect(refusal(() => ofCloud(foreign()))).toBe(
        'CONFIGURATION: cannot log in: the cloud "a" has no auth_url, and its profile "vexxhost" is not known here',
      );
      expect(refusal(() => ofCloud(foreign(', auth_url: " "')))).toMatch(/no auth_url/);
      expect(refusal(() => ofCloud(foreign('', '{password: s3cret}')))).toMatch(
        /its profile is not known here$/,
      );
      const url = 'https://auth.example/v3';
      expect(ofCloud(foreign(`, auth_url: "${url}"`))?.authUrl.url).toBe(url);
      expect(ofCloud(foreign(), 'a', { ...nothing, authUrl: url })?.authUrl.url).toBe(url);
      expect(ofCloud(foreign(), 'a', { ...nothing, authUrl: 'us' })?.authUrl.url).toBe(us);
    },
  );

  it('says what it does not obey, and from where its secret is', () => {
    const text = `clouds: {a: {verify: false, cacert: ~/ca.pem, auth: {auth_url: "${us}", username: me}}}`;
    const found = ofCloud([text], 'a', nothing, { OS_PASSWORD: 's3cret', OS_AUTH_URL: `${us}/` });
    expect(found).toMatchObject({
      from: 'FILE and OS_PASSWORD',
      caFile: '~/ca.pem',
      notices: [expect.stringMatching(/^verify is not obeyed: certificates are always checked/)],
    });
    const cert = { OS_CERT: '/c.pem', OS_USERNAME: 'me', OS_PASSWORD: 's3cret', OS_AUTH_URL: us };
    expect(credentialsIn(cert, nothing)?.notices).toEqual([expect.stringMatching(/^OS_CERT is not used/)]);
    const insecure = { OS_INSECURE: '1', OS_USERNAME: 'me', OS_PASSWORD: 's3cret', OS_AUTH_URL: us };
    expect(credentialsIn(insecure, nothing)?.notices).toEqual([
      expect.stringMatching(/^OS_INSECURE is not obeyed/),
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
