import { describe, expect, it } from 'vitest';
import { scoped } from './keystone.ts';
import { homeWith, privateCloud } from './private-cloud.ts';

const { cloud, endpoints, url } = await privateCloud();

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
