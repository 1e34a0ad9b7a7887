import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { rcWait, scratch } from './harness.ts';
import { keystone, scoped } from './keystone.ts';

const cloud = await keystone();
const url = `${cloud.url}/v3`;

beforeEach(() => {
  cloud.answer = undefined;
  cloud.logins.length = 0;
});

/** A home with these files below ~/.config/openstack, or anywhere below it. */
function homeWith(files: Readonly<Record<string, string>>): { readonly HOME: string } {
  const HOME = scratch();
  for (const [name, text] of Object.entries(files)) {
    const path = name.includes('/') ? join(HOME, name) : join(HOME, '.config/openstack', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return { HOME };
}

/** Runs `rc-wait endpoints compute`; whatever comes of it holds no secret, and nobody logs in at Rackspace. */
async function endpoints(env: NodeJS.ProcessEnv, ...args: string[]) {
  const ran = await rcWait(['endpoints', 'compute', '--output', 'json', ...args], { env });
  expect(ran.out + ran.err).not.toMatch(/s3cret|identity\.api\.rackspacecloud/);
  return ran;
}

/** The one login that was made. */
async function login(env: NodeJS.ProcessEnv, ...args: string[]) {
  const { exit, err } = await endpoints(env, ...args);
  expect({ exit, err }).toEqual({ exit: 0, err: '' });
  expect(cloud.logins).toHaveLength(1);
  return cloud.logins[0]?.auth;
}

const byName = (name: string, password: string, domain: unknown = { name: 'Default' }) => ({
  identity: { methods: ['password'], password: { user: { name, domain, password } } },
});

describe('a private cloud', () => {
  const auth = `auth_url: "${url}", username: me, password: s3cret-p`;

  it.each<[string, string, NodeJS.ProcessEnv]>([
    [
      'by a merge key',
      `x: &a {auth_url: "${url}"}\nclouds: {c: {auth: {<<: *a, username: me, password: s3cret-p}}}`,
      {},
    ],
    [
      'by a list of merge keys, of which the first counts',
      `x: &a {auth_url: "${url}"}\ny: &b {auth_url: "http://127.0.0.1:1/v3", password: s3cret-p}\nclouds: {c: {auth: {<<: [*a, *b], username: me}}}`,
      {},
    ],
    [
      'by a merge key around the whole cloud',
      `x: &c {auth: {${auth}}}\nclouds: {c: {<<: *c, region_name: DFW}}`,
      {},
    ],
    ['with hyphens', `clouds: {c: {auth: {auth-url: "${url}", username: me, password: s3cret-p}}}`, {}],
    [
      'with OS_AUTH_URL beside it',
      'clouds: {c: {auth: {username: me, password: s3cret-p}}}',
      { OS_AUTH_URL: url },
    ],
    [
      'with OS_PASSWORD beside it',
      `clouds: {c: {auth: {auth_url: "${url}", username: me}}}`,
      { OS_PASSWORD: 's3cret-p' },
    ],
    [
      'with a password that OS_PASSWORD replaces',
      `clouds: {c: {auth: {${auth.replace('s3cret-p', 's3cret-old')}}}}`,
      { OS_PASSWORD: 's3cret-p' },
    ],
    ['with a mapping in the place of auth', `clouds: {c: {${auth}}}`, {}],
    ['with a key given twice', `clouds: {c: {auth: {username: other, ${auth}}}}`, {}],
    ['with a whole cloud given twice', `clouds: {c: {auth: {}}, c: {auth: {${auth}}}}`, {}],
  ])('is logged in to where it is named %s', async (_, text, env) => {
    const home = homeWith({ 'clouds.yaml': text });
    expect(await login({ ...home, OS_CLOUD: 'c', ...env })).toEqual(byName('me', 's3cret-p'));
  });

  it.each<[string, Record<string, string>, NodeJS.ProcessEnv]>([
    ['clouds.yml', { 'clouds.yml': `clouds: {c: {auth: {${auth}}}}` }, {}],
    [
      'clouds.json',
      {
        'clouds.json': JSON.stringify({
          clouds: { c: { auth: { auth_url: url, username: 'me', password: 's3cret-p' } } },
        }),
      },
      {},
    ],
    ['secure.yaml alone', { 'secure.yaml': `clouds: {c: {auth: {${auth}}}}` }, {}],
    [
      'secure.yml beside clouds.json',
      {
        'clouds.json': JSON.stringify({ clouds: { c: { auth: { auth_url: url, username: 'me' } } } }),
        'secure.yml': 'clouds: {c: {auth: {password: s3cret-p}}}',
      },
      {},
    ],
    [
      'a file of its own, with secure.yaml in the usual folder',
      {
        'own/my.yaml': `clouds: {c: {auth: {auth_url: "${url}", username: me}}}`,
        'secure.yaml': 'clouds: {c: {auth: {password: s3cret-p}}}',
      },
      { OS_CLIENT_CONFIG_FILE: 'own/my.yaml' },
    ],
    [
      'a file for the secret by OS_CLIENT_SECURE_FILE',
      {
        'clouds.yaml': `clouds: {c: {auth: {auth_url: "${url}", username: me}}}`,
        'secure.yaml': 'clouds: {c: {auth: {password: s3cret-other}}}',
        'own/s.yaml': 'clouds: {c: {auth: {password: s3cret-p}}}',
      },
      { OS_CLIENT_SECURE_FILE: 'own/s.yaml' },
    ],
  ])('is read from %s', async (_, files, env) => {
    const home = homeWith(files);
    const named = Object.entries(env).map(([name, path]) => [name, join(home.HOME, path ?? '')]);
    expect(await login({ ...home, OS_CLOUD: 'c', ...Object.fromEntries(named) })).toEqual(
      byName('me', 's3cret-p'),
    );
  });

  it.each<[string, string, unknown]>([
    ['a number', 'password: 1234567', '1234567'],
    ['a number of forty digits', `password: ${'1234567890'.repeat(4)}`, '1234567890'.repeat(4)],
    ['text with a number in front', 'password: 0123459', '0123459'],
    ['quoted digits', "password: '0123456'", '0123456'],
    ['text by its tag', 'password: !!str 0123456', '0123456'],
  ])('takes %s for a password as it is written', async (_, line, password) => {
    const home = homeWith({
      'clouds.yaml': `clouds:\n c:\n  auth:\n   auth_url: ${url}\n   username: me\n   ${line}\n`,
    });
    expect(await login({ ...home, OS_CLOUD: 'c' })).toEqual(byName('me', String(password)));
  });

  it.each(['0123456', '1_000', '0x1f', '12:30:45', 'yes', '2024-01-01', '1.50', '!vault s3cret', '[s3cret]'])(
    'does not guess what an unquoted %s is as a password',
    async (written) => {
      const home = homeWith({
        'clouds.yaml': `clouds:\n c:\n  auth:\n   auth_url: ${url}\n   username: me\n   password: ${written}\n`,
      });
      expect(await endpoints({ ...home, OS_CLOUD: 'c' })).toMatchObject({
        exit: 64,
        out: '',
        err: expect.stringMatching(
          /^rc-wait: cannot use password of the cloud "c" in \S+clouds.yaml: .*\n +.*quotes/,
        ),
      });
      expect(cloud.logins).toEqual([]);
    },
  );
});

describe('a secret is sent nowhere where nobody says where', () => {
  const user = 'auth: {username: me, password: s3cret-p}';
  it.each<[string, string, NodeJS.ProcessEnv, RegExp]>([
    [
      "a cloud of Rackspace beside another cloud's OS_AUTH_URL",
      'clouds: {c: {profile: rackspace, auth: {username: me, api_key: s3cret-k}}}',
      { OS_CLOUD: 'c', OS_AUTH_URL: url },
      /OS_AUTH_URL is another identity API than that of its profile/,
    ],
    [
      'a cloud without auth_url beside an OS_AUTH_TYPE of Rackspace',
      `clouds: {c: {${user}}}`,
      { OS_CLOUD: 'c', OS_AUTH_TYPE: 'rackspace_password' },
      /the cloud "c" has no auth_url/,
    ],
    [
      'a cloud without auth_url',
      `clouds: {c: {${user}}}`,
      { OS_CLOUD: 'c' },
      /the cloud "c" has no auth_url/,
    ],
    ['the only cloud, without auth_url', `clouds: {c: {${user}}}`, {}, /the cloud "c" has no auth_url/],
    [
      'a merge key that is not there',
      `clouds: {c: {auth: {<<: *a, username: me, password: s3cret-p}}}`,
      { OS_CLOUD: 'c' },
      /is not YAML/,
    ],
    [
      'another profile that begins like it',
      `clouds: {c: {profile: rackspace-private, ${user}}}`,
      { OS_CLOUD: 'c' },
      /its profile "rackspace-private" is not known/,
    ],
    [
      'an application credential',
      'clouds: {c: {auth: {application_credential_id: i, application_credential_secret: s3cret-a}}}',
      { OS_CLOUD: 'c' },
      /has no auth_url/,
    ],
    [
      'OS_USERNAME and OS_PASSWORD',
      '',
      { OS_USERNAME: 'me', OS_PASSWORD: 's3cret-p', OS_IDENTITY_API_VERSION: '3' },
      /OS_AUTH_URL is not set/,
    ],
    [
      'OS_USERNAME beside RAX_AUTH_URL',
      '',
      { OS_USERNAME: 'me', OS_PASSWORD: 's3cret-p', RAX_AUTH_URL: url },
      /OS_AUTH_URL is not set/,
    ],
    ['OS_TOKEN', '', { OS_TOKEN: 's3cret-t', OS_TENANT_ID: '1' }, /OS_AUTH_URL is not set/],
    [
      'OS_APPLICATION_CREDENTIAL_ID',
      '',
      { OS_APPLICATION_CREDENTIAL_ID: 'i', OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-a' },
      /OS_AUTH_URL is not set/,
    ],
    [
      'two places that differ',
      `clouds: {c: {auth: {auth_url: "http://127.0.0.1:1/v3", username: me, password: s3cret-p}}}`,
      { OS_CLOUD: 'c', OS_AUTH_URL: url },
      /OS_AUTH_URL is another identity API than its auth_url/,
    ],
  ])('%s', async (_, text, env, message) => {
    const home = homeWith(text === '' ? {} : { 'clouds.yaml': text });
    const ran = await endpoints({ ...home, ...env });
    expect(ran).toMatchObject({ exit: 64, out: '', err: expect.stringMatching(message) });
    expect(cloud.logins).toEqual([]);
  });
});

describe('what was named and is not understood is an error, and not the documented endpoints', () => {
  const base = { OS_AUTH_URL: url };
  it.each<[string, string, NodeJS.ProcessEnv, RegExp]>([
    [
      'half an application credential',
      '',
      { ...base, OS_APPLICATION_CREDENTIAL_ID: 'i' },
      /OS_APPLICATION_CREDENTIAL_ID is set, and OS_APPLICATION_CREDENTIAL_SECRET is not/,
    ],
    [
      'an application credential by name without a user',
      '',
      { ...base, OS_APPLICATION_CREDENTIAL_NAME: 'n', OS_APPLICATION_CREDENTIAL_SECRET: 's3cret' },
      /OS_APPLICATION_CREDENTIAL_NAME is set, and OS_USERNAME is not/,
    ],
    ['a user id alone', '', { ...base, OS_USER_ID: 'u' }, /OS_USER_ID is set, and OS_PASSWORD is not/],
    [
      'a password alone',
      '',
      { ...base, OS_PASSWORD: 's3cret' },
      /OS_PASSWORD is set, and OS_USERNAME is not/,
    ],
    [
      'a password for Rackspace alone',
      '',
      { RAX_PASSWORD: 's3cret' },
      /RAX_PASSWORD is set, and RAX_USERNAME is not/,
    ],
    [
      'an unknown way to log in',
      '',
      { ...base, OS_AUTH_TYPE: 'v3oidcpassword', OS_USERNAME: 'me', OS_PASSWORD: 's3cret' },
      /OS_AUTH_TYPE is v3oidcpassword, which is not known here/,
    ],
    ['an identity API alone', '', base, /OS_AUTH_URL is set, and there are no credentials for it/],
    ['a trust', '', { ...base, OS_USERNAME: 'me', OS_PASSWORD: 's3cret', OS_TRUST_ID: 't' }, /OS_TRUST_ID/],
    [
      'a cloud without credentials',
      `clouds: {c: {auth: {auth_url: "${url}"}}}`,
      { OS_CLOUD: 'c' },
      /the cloud "c" of \S+ has no credentials/,
    ],
    [
      'the only cloud without credentials',
      `clouds: {c: {auth: {auth_url: "${url}"}}}`,
      {},
      /the cloud "c" of \S+ has no credentials/,
    ],
    [
      'a cloud with a user alone',
      `clouds: {c: {auth: {auth_url: "${url}", username: me}}}`,
      { OS_CLOUD: 'c' },
      /the cloud "c" of \S+: it has username, and no password/,
    ],
    [
      'a cloud with an unknown way',
      `clouds: {c: {auth_type: v3totp, auth: {auth_url: "${url}", username: me}}}`,
      { OS_CLOUD: 'c' },
      /its auth_type is v3totp, which is not known here/,
    ],
    ['a list in the place of clouds', 'clouds: [{c: {}}]', {}, /its clouds are no mapping/],
    ['text in the place of a cloud', 'clouds: {c: s3cret}', { OS_CLOUD: 'c' }, /the cloud "c" is no mapping/],
    [
      'text in the place of auth',
      'clouds: {c: {auth: s3cret}}',
      { OS_CLOUD: 'c' },
      /auth of the cloud "c" is no mapping/,
    ],
    [
      'a file that is not there',
      '',
      { OS_CLIENT_CONFIG_FILE: '/dev/null/clouds.yaml' },
      /cannot read \/dev\/null\/clouds.yaml/,
    ],
    ['several documents in a file', 'clouds: {}\n---\nclouds: {}', {}, /it holds several documents/],
  ])('%s', async (_, text, env, message) => {
    const home = homeWith(text === '' ? {} : { 'clouds.yaml': text });
    const ran = await endpoints({ ...home, ...env });
    expect(ran).toMatchObject({ exit: 64, out: '', err: expect.stringMatching(message) });
    expect(cloud.logins).toEqual([]);
  });

  it('several clouds, none of them named, are said', async () => {
    const home = homeWith({ 'clouds.yaml': 'clouds: {a: {}, b: {}}' });
    const ran = await rcWait(['endpoints', 'cloudImages', '--region', 'ord'], { env: home });
    expect(ran).toMatchObject({ exit: 0, err: expect.stringMatching(/several clouds.*--os-cloud/) });
    expect(await rcWait(['remote', '--all'], { env: home })).toMatchObject({
      exit: 64,
      err: expect.stringMatching(
        /cannot log in: \S+clouds.yaml has several clouds, and none is named\n +.*it has a, b/,
      ),
    });
  });
});

describe('whose user it is', () => {
  const base = { OS_AUTH_URL: url, OS_USERNAME: 'me', OS_PASSWORD: 's3cret-p' };
  const project = (domain: unknown) => ({ scope: { project: { name: 'p', domain } } });
  it.each<[string, NodeJS.ProcessEnv, object]>([
    [
      'ids',
      { OS_USER_DOMAIN_ID: 'd1', OS_PROJECT_NAME: 'p', OS_PROJECT_DOMAIN_ID: 'd2' },
      { ...byName('me', 's3cret-p', { id: 'd1' }), ...project({ id: 'd2' }) },
    ],
    [
      'names',
      { OS_USER_DOMAIN_NAME: 'D1', OS_PROJECT_NAME: 'p', OS_PROJECT_DOMAIN_NAME: 'D2' },
      { ...byName('me', 's3cret-p', { name: 'D1' }), ...project({ name: 'D2' }) },
    ],
    [
      'an id before a name',
      { OS_USER_DOMAIN_ID: 'd1', OS_USER_DOMAIN_NAME: 'D1' },
      byName('me', 's3cret-p', { id: 'd1' }),
    ],
    [
      'the default, which is an id',
      { OS_DEFAULT_DOMAIN: 'd3', OS_PROJECT_NAME: 'p' },
      { ...byName('me', 's3cret-p', { id: 'd3' }), ...project({ id: 'd3' }) },
    ],
    ['the default by its name', { OS_DEFAULT_DOMAIN_NAME: 'D3' }, byName('me', 's3cret-p', { name: 'D3' })],
    [
      'one for both',
      { OS_DOMAIN_ID: 'd4', OS_PROJECT_NAME: 'p' },
      { ...byName('me', 's3cret-p', { id: 'd4' }), ...project({ id: 'd4' }) },
    ],
    [
      'one that is the scope itself',
      { OS_DOMAIN_NAME: 'D4', OS_USER_DOMAIN_ID: 'd1' },
      { ...byName('me', 's3cret-p', { id: 'd1' }), scope: { domain: { name: 'D4' } } },
    ],
    [
      'a user by id',
      { OS_USERNAME: '', OS_USER_ID: 'u1', OS_PROJECT_ID: 'p1' },
      {
        identity: { methods: ['password'], password: { user: { id: 'u1', password: 's3cret-p' } } },
        scope: { project: { id: 'p1' } },
      },
    ],
    [
      'an application credential',
      {
        OS_USERNAME: '',
        OS_PASSWORD: '',
        OS_AUTH_TYPE: 'v3applicationcredential',
        OS_APPLICATION_CREDENTIAL_ID: 'a1',
        OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-a',
      },
      {
        identity: {
          methods: ['application_credential'],
          application_credential: { id: 'a1', secret: 's3cret-a' },
        },
      },
    ],
    [
      'an application credential by name',
      {
        OS_PASSWORD: '',
        OS_USER_DOMAIN_ID: 'd1',
        OS_APPLICATION_CREDENTIAL_NAME: 'n',
        OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-a',
      },
      {
        identity: {
          methods: ['application_credential'],
          application_credential: {
            name: 'n',
            user: { name: 'me', domain: { id: 'd1' } },
            secret: 's3cret-a',
          },
        },
      },
    ],
  ])('by %s of the environment', async (_, env, auth) => {
    expect(await login({ ...homeWith({}), ...base, ...env })).toEqual(auth);
  });

  it.each<[string, string, object]>([
    [
      'domain ids',
      'username: me, password: s3cret-p, user_domain_id: d1, project_name: p, project_domain_id: d2',
      { ...byName('me', 's3cret-p', { id: 'd1' }), ...project({ id: 'd2' }) },
    ],
    [
      'hyphens',
      'username: me, password: s3cret-p, user-domain-id: d1, project-name: p, project-domain-name: D2',
      { ...byName('me', 's3cret-p', { id: 'd1' }), ...project({ name: 'D2' }) },
    ],
    [
      'one domain for both',
      'username: me, password: s3cret-p, domain_name: D, project_name: p',
      { ...byName('me', 's3cret-p', { name: 'D' }), ...project({ name: 'D' }) },
    ],
    [
      'an id that is a number',
      'username: me, password: s3cret-p, project_id: 12345678901234567890123456789012',
      { ...byName('me', 's3cret-p'), scope: { project: { id: '12345678901234567890123456789012' } } },
    ],
    [
      'a user by id',
      'user_id: u1, password: s3cret-p, project_id: p1',
      {
        identity: { methods: ['password'], password: { user: { id: 'u1', password: 's3cret-p' } } },
        scope: { project: { id: 'p1' } },
      },
    ],
    [
      'an application credential',
      'application_credential_id: a1, application_credential_secret: s3cret-a',
      {
        identity: {
          methods: ['application_credential'],
          application_credential: { id: 'a1', secret: 's3cret-a' },
        },
      },
    ],
    [
      'an application credential by name',
      'application_credential_name: n, user_id: u1, application_credential_secret: s3cret-a',
      {
        identity: {
          methods: ['application_credential'],
          application_credential: { name: 'n', user: { id: 'u1' }, secret: 's3cret-a' },
        },
      },
    ],
  ])('by %s of clouds.yaml', async (_, text, auth) => {
    const home = homeWith({ 'clouds.yaml': `clouds: {c: {auth: {auth_url: "${url}", ${text}}}}` });
    expect(await login({ ...home, OS_CLOUD: 'c' })).toEqual(auth);
  });

  it.each<[string, string, NodeJS.ProcessEnv, object]>([
    [
      'a project by name, though clouds.yaml names one by id',
      'username: me, password: s3cret-p, project_id: p1',
      { OS_PROJECT_NAME: 'p' },
      { ...byName('me', 's3cret-p'), ...project({ name: 'Default' }) },
    ],
    [
      'a user by name, though clouds.yaml names one by id',
      'user_id: u1, password: s3cret-old',
      { OS_USERNAME: 'me', OS_PASSWORD: 's3cret-p', OS_USER_DOMAIN_NAME: 'D' },
      byName('me', 's3cret-p', { name: 'D' }),
    ],
    [
      'a domain by name, though clouds.yaml names one by id',
      'username: me, password: s3cret-p, user_domain_id: d1',
      { OS_USER_DOMAIN_NAME: 'D' },
      byName('me', 's3cret-p', { name: 'D' }),
    ],
  ])('by what the environment says beside a cloud: %s', async (_, text, env, auth) => {
    const home = homeWith({ 'clouds.yaml': `clouds: {c: {auth: {auth_url: "${url}", ${text}}}}` });
    expect(await login({ ...home, OS_CLOUD: 'c', ...env })).toEqual(auth);
  });

  it("is the cloud's, whatever token is left over in the environment", async () => {
    const text = `clouds: {c: {auth: {auth_url: "${url}", username: me, password: s3cret-p}}}`;
    const home = homeWith({ 'clouds.yaml': text });
    expect(await login({ ...home, OS_CLOUD: 'c', OS_TOKEN: 's3cret-t' })).toEqual(byName('me', 's3cret-p'));
  });

  it('is not forgotten where the identity API knows no domains', async () => {
    const v2 = { ...homeWith({}), ...base, OS_AUTH_URL: `${cloud.url}/v2.0` };
    expect(await endpoints({ ...v2, OS_USER_DOMAIN_ID: 'd1' })).toMatchObject({
      exit: 64,
      err: expect.stringMatching(
        /cannot log in by v2.0 of the identity API: it knows no domains, and OS_USER_DOMAIN_ID names one\n/,
      ),
    });
    expect(cloud.logins).toEqual([]);
    await endpoints({ ...v2, OS_USER_DOMAIN_NAME: 'Default', OS_PROJECT_DOMAIN_ID: 'default' });
    expect(cloud.logins).toHaveLength(1);
  });

  it('is told apart by the kept token', async () => {
    const path = join(scratch(), 'token');
    const home = homeWith({});
    const users: NodeJS.ProcessEnv[] = [
      { OS_USER_DOMAIN_ID: 'd1' },
      { OS_USER_DOMAIN_NAME: 'd1' },
      { OS_USERNAME: '', OS_USER_ID: 'me' },
      { OS_PROJECT_NAME: 'p' },
      { OS_PROJECT_NAME: 'p', OS_PROJECT_DOMAIN_ID: 'd1' },
      { OS_PROJECT_ID: 'p' },
      { OS_DOMAIN_ID: 'p' },
      { OS_APPLICATION_CREDENTIAL_ID: 'me', OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-a' },
      { OS_APPLICATION_CREDENTIAL_NAME: 'me', OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-a' },
      { OS_AUTH_URL: `${cloud.url}/identity/v3` },
    ];
    for (const [index, user] of users.entries()) {
      await endpoints({ ...home, ...base, ...user }, '--token-cache', path);
      await endpoints({ ...home, ...base, ...user }, '--token-cache', path);
      expect(cloud.logins).toHaveLength(index + 1);
    }
  });
});

it('an empty flag or variable is none', async () => {
  const home = homeWith({
    'clouds.yaml': `clouds: {c: {auth: {auth_url: "${url}", username: me, password: s3cret-p}}}`,
  });
  const env = { ...home, OS_CLOUD: ' ', OS_USERNAME: '', OS_TOKEN: ' ', OS_AUTH_URL: '', OS_AUTH_TYPE: '' };
  expect(await login(env, '--os-cloud', '', '--auth-url', '')).toEqual(byName('me', 's3cret-p'));
});

describe('which region', () => {
  const text = (regions: string) =>
    `clouds: {c: {${regions}, auth: {auth_url: "${url}", username: me, password: s3cret-p}}}`;
  const regionsOf = async (env: NodeJS.ProcessEnv, yaml: string, ...args: string[]) => {
    const { out, err } = await endpoints(
      { ...homeWith({ 'clouds.yaml': yaml }), OS_CLOUD: 'c', ...env },
      ...args,
    );
    expect(err).toBe('');
    return JSON.parse(out).endpoints.map(({ region }: { region: string }) => region);
  };

  it('is that of the flags, the environment, and clouds.yaml, in this order', async () => {
    const list = text('regions: [ORD, DFW]');
    expect(await regionsOf({}, list)).toEqual(['ORD']);
    expect(await regionsOf({}, text('regions: [{name: DFW}, ORD]'))).toEqual(['DFW']);
    expect(await regionsOf({}, text('region_name: dfw'))).toEqual(['DFW']);
    expect(await regionsOf({}, text('region-name: RegionOne'))).toEqual(['REGIONONE']);
    expect(await regionsOf({}, text('region_name: "DFW,ORD"'))).toEqual(['DFW']);
    expect(await regionsOf({ OS_REGION_NAME: 'DFW' }, list)).toEqual(['DFW']);
    expect(await regionsOf({ OS_REGION_NAME: 'DFW', RAX_REGION: 'regionone' }, list)).toEqual(['REGIONONE']);
    expect(await regionsOf({ OS_REGION_NAME: 'DFW' }, list, '--region', 'regionone')).toEqual(['REGIONONE']);
  });

  it('is the same for rc-wait remote', async () => {
    const askedIn = async (env: NodeJS.ProcessEnv, yaml: string) => {
      const home = homeWith({ 'clouds.yaml': yaml });
      const { err } = await rcWait(['remote', '--all', '--service', 'nova'], {
        env: { ...home, OS_CLOUD: 'c', ...env },
      });
      return /no server in (\S+) fits/.exec(err)?.[1];
    };
    const list = text('regions: [ORD, DFW]');
    expect(await askedIn({}, list)).toBe('ORD');
    expect(await askedIn({ OS_REGION_NAME: 'DFW' }, list)).toBe('DFW');
    expect(await askedIn({ OS_REGION_NAME: 'DFW', RAX_REGION: 'RegionOne' }, list)).toBe('REGIONONE');
  });

  it('may have a project of its own in clouds.yaml', async () => {
    const yaml = text(
      'project_name: all, regions: [{name: ORD, values: {auth: {project_name: o}}}, {name: DFW, values: {auth: {project_name: d}}}]',
    );
    const home = homeWith({ 'clouds.yaml': yaml });
    expect(await login({ ...home, OS_CLOUD: 'c', OS_REGION_NAME: 'DFW' })).toMatchObject({
      scope: { project: { name: 'd' } },
    });
  });

  it('may be a part of the URL', async () => {
    const asked = async (host: string, env: NodeJS.ProcessEnv = {}) => {
      const auth = `{auth_url: "http://${host}:${new URL(url).port}/v3", username: me, password: s3cret-p}`;
      const home = homeWith({ 'clouds.yaml': `clouds: {c: {region_name: 127.0.0.1, auth: ${auth}}}` });
      return endpoints({ ...home, OS_CLOUD: 'c', ...env });
    };
    await asked('{region_name}');
    await asked('{region_name}', { OS_REGION_NAME: '127.0.0.1' });
    expect(cloud.logins).toHaveLength(2);
    expect(await asked('{profile}.example')).toMatchObject({
      exit: 64,
      err: expect.stringMatching(
        /cannot use auth_url of the cloud "c" in \S+clouds.yaml: nothing is known to put for \{profile\}\n/,
      ),
    });
    expect(cloud.logins).toHaveLength(2);
  });

  it('of the environment counts without a login, too', async () => {
    const ran = await rcWait(['endpoints', 'image', '--output', 'env'], {
      env: { ...homeWith({}), RAX_REGION: 'syd' },
    });
    expect(ran).toMatchObject({ exit: 0, out: expect.stringContaining("ENDPOINT='https://syd.images") });
  });
});

describe('what a status means', () => {
  const user = { OS_AUTH_URL: url, OS_USERNAME: 'me', OS_PASSWORD: 's3cret-p' };
  const refused = {
    error: {
      code: 401,
      message: 'The request you have made requires authentication.',
      title: 'Unauthorized',
    },
  };
  const notFound = { error: { code: 404, message: 'Could not recognize Fernet token', title: 'Not Found' } };
  const unscoped = {
    status: 201,
    headers: { 'x-subject-token': 's3cret-u' },
    body: { token: { methods: ['password'], expires_at: '2099-01-01T00:00:00Z', user: { id: 'u' } } },
  };
  it.each<[string, NodeJS.ProcessEnv, typeof cloud.answer, number, RegExp]>([
    [
      'a bad token at Keystone',
      { OS_AUTH_URL: url, OS_TOKEN: 's3cret-t', OS_PROJECT_ID: 'p' },
      { status: 404, body: notFound },
      77,
      /the token is not accepted \(404\); it is from OS_TOKEN/,
    ],
    [
      'a bad token by v2.0',
      { OS_AUTH_URL: `${cloud.url}/v2.0`, OS_TOKEN: 's3cret-t', OS_TENANT_ID: '1' },
      { status: 404, body: { itemNotFound: { code: 404, message: 'Token not found.' } } },
      77,
      /the token is not accepted \(404\)/,
    ],
    [
      'an application credential that Keystone does not find',
      { OS_AUTH_URL: url, OS_APPLICATION_CREDENTIAL_ID: 'i', OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-a' },
      { status: 404, body: notFound },
      77,
      /the application credential is not accepted \(404\)/,
    ],
    [
      'a token, and no identity API',
      { OS_AUTH_URL: url, OS_TOKEN: 's3cret-t', OS_PROJECT_ID: 'p' },
      { status: 404, body: '<html>' },
      69,
      /there is no identity API at that address \(404\)/,
    ],
    [
      'a user, and no identity API',
      user,
      { status: 404, body: notFound },
      69,
      /there is no identity API at that address \(404\)/,
    ],
    [
      'a user without a project',
      user,
      unscoped,
      64,
      /no project is named, and the user has no default one\n +.*OS_PROJECT_NAME/,
    ],
    [
      'a user of v2.0 without a project',
      { ...user, OS_AUTH_URL: `${cloud.url}/v2.0` },
      { status: 200, body: { access: { token: { id: 's3cret-u' }, serviceCatalog: [], user: {} } } },
      64,
      /no project is named/,
    ],
    [
      'a second factor at Rackspace',
      user,
      {
        status: 401,
        headers: { 'www-authenticate': "OS-MF sessionId='x', factor='PASSCODE'" },
        body: { unauthorized: { code: 401, message: 'Additional authentication credentials required' } },
      },
      77,
      /the password is not accepted \(401\).*\n +the account asks for a second factor.*API key/,
    ],
    [
      'a second factor at Keystone',
      user,
      { status: 401, headers: { 'openstack-auth-receipt': 's3cret-r' }, body: { receipt: {} } },
      77,
      /asks for a second factor.*application credential/,
    ],
    [
      'a wrong password',
      user,
      { status: 401, body: refused },
      77,
      /the password is not accepted \(401\); it is from OS_USERNAME and OS_PASSWORD\n$/,
    ],
    [
      'a wrong application credential',
      { OS_AUTH_URL: url, OS_APPLICATION_CREDENTIAL_ID: 'i', OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-a' },
      { status: 401, body: refused },
      77,
      /the application credential is not accepted \(401\); it is from OS_APPLICATION_CREDENTIAL_ID and OS_APPLICATION_CREDENTIAL_SECRET\n$/,
    ],
  ])('%s', async (_, env, answer, exit, message) => {
    cloud.answer = answer;
    const ran = await endpoints({ ...homeWith({}), ...env });
    expect(ran).toMatchObject({ exit, out: '', err: expect.stringMatching(message) });
  });

  it('an application credential of another project than the one that is named is not used', async () => {
    cloud.answer = scoped(cloud.url, { id: 'p1', name: 'demo' });
    const env = {
      ...homeWith({}),
      OS_AUTH_URL: url,
      OS_APPLICATION_CREDENTIAL_ID: 'i',
      OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-a',
    };
    expect(await endpoints({ ...env, OS_PROJECT_ID: 'p2' })).toMatchObject({
      exit: 64,
      err: expect.stringMatching(
        /the application credential is for the project p1, and OS_PROJECT_ID names p2/,
      ),
    });
    expect((await endpoints({ ...env, OS_PROJECT_NAME: 'demo' })).exit).toBe(0);
  });
});
