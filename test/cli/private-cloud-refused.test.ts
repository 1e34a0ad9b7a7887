import { describe, expect, it } from 'vitest';
import { rcWait } from './harness.ts';
import { homeWith, privateCloud } from './private-cloud.ts';

const { cloud, endpoints, url } = await privateCloud();

describe('a secret is sent nowhere where nobody says where', () => {
  const user = 'auth: {username: me, password: s3cret-p}';
  it.each<[string, string, NodeJS.ProcessEnv, RegExp]>([
    [
      "a cloud of Rackspace beside another cloud's OS_AUTH_URL",
      'clouds: {c: {profile: rackspace, auth: {username: me, api_key: s3cret-k}}}',
      { OS_CLOUD: 'c', OS_AUTH_URL: url },
      /OS_AUTH_URL and its profile name different identity APIs/,
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
      /OS_AUTH_URL and its auth_url name different identity APIs/,
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
    [
      'a cloud whose way has the name of what every object has',
      `clouds: {c: {auth_type: constructor, auth: {auth_url: "${url}", username: me}}}`,
      { OS_CLOUD: 'c' },
      /its auth_type is constructor, which is not known here/,
    ],
    ['a list in the place of clouds', 'clouds: [{c: {}}]', {}, /its clouds are not a mapping/],
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
