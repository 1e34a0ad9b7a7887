import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from './harness.ts';
import { byName, homeWith, privateCloud } from './private-cloud.ts';

const { cloud, endpoints, login, url } = await privateCloud();

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
