import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Account } from './admin.ts';
import { front } from './front.ts';
import { cloud, endpoints, northern, remote, serversOf } from './program.ts';

const keystone = await front(cloud.urls.usual);
const env = { ...northern, OS_AUTH_URL: `${keystone.url}/v3` };
const token = { OS_AUTH_URL: env.OS_AUTH_URL, OS_PROJECT_ID: cloud.projects.north };

const folder = mkdtempSync(join(tmpdir(), 'rc-wait-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('what Keystone refuses', () => {
  it.each<[string, Record<string, string>, number, number, RegExp]>([
    [
      'a wrong password',
      { ...env, OS_PASSWORD: 's3cret-wrong' },
      401,
      77,
      /the password is not accepted \(401\); it is from OS_USERNAME and OS_PASSWORD\n$/,
    ],
    [
      'a user who is not there',
      { ...env, OS_USERNAME: 'nemo' },
      401,
      77,
      /the password is not accepted \(401\)/,
    ],
    [
      "another domain's project",
      { ...env, OS_PROJECT_ID: cloud.projects.south },
      401,
      77,
      /the password is not accepted \(401\)/,
    ],
    [
      'a token that is none',
      { ...token, OS_TOKEN: 's3cret-token' },
      404,
      77,
      /the token is not accepted \(404\); it is from OS_TOKEN\n/,
    ],
    [
      'an application credential that is not there',
      {
        OS_AUTH_URL: env.OS_AUTH_URL,
        OS_APPLICATION_CREDENTIAL_ID: 'f'.repeat(32),
        OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-robot',
      },
      404,
      77,
      /the application credential is not accepted \(404\)/,
    ],
    [
      'a wrong secret of an application credential',
      {
        OS_AUTH_URL: env.OS_AUTH_URL,
        OS_APPLICATION_CREDENTIAL_ID: cloud.applicationCredential,
        OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-wrong',
      },
      401,
      77,
      /the application credential is not accepted \(401\)/,
    ],
    [
      'a password where a second factor is asked for',
      { ...env, OS_USERNAME: 'careful' },
      401,
      77,
      /the password is not accepted \(401\).*\n +the account asks for a second factor.*: use an application credential\n$/,
    ],
    [
      'a path at which it is not',
      { ...env, OS_AUTH_URL: `${keystone.url}/nothing/v3` },
      404,
      69,
      /there is no identity API at that address \(404\)/,
    ],
    [
      'v2.0, which it does not know any more',
      {
        OS_AUTH_URL: `${keystone.url}/v2.0`,
        OS_USERNAME: 'admin',
        OS_PASSWORD: 'admin',
        OS_TENANT_NAME: 'admin',
      },
      404,
      69,
      /there is no identity API at that address \(404\)/,
    ],
    [
      'a token at a path at which it is not',
      { ...token, OS_TOKEN: 's3cret-token', OS_AUTH_URL: `${keystone.url}/nothing/v3` },
      404,
      69,
      /there is no identity API at that address \(404\)/,
    ],
  ])('%s', async (_, given, answered, exit, message) => {
    for (const command of [endpoints, remote]) {
      keystone.logins.length = 0;
      const ran = await command({ env: given });
      expect({ ...ran, logins: keystone.logins }).toMatchObject({
        exit,
        err: expect.stringMatching(message),
        logins: [answered],
      });
    }
  });
});

describe('a user without a project', () => {
  it('is told to name one', async () => {
    const given = { env: { ...env, OS_USERNAME: 'nobody', OS_PROJECT_ID: '' } };
    for (const command of [endpoints, remote])
      expect(await command(given)).toMatchObject({
        exit: 64,
        err: expect.stringMatching(
          /no project is named, and the user has no default one\n +.*OS_PROJECT_NAME/,
        ),
      });
  });
});

describe('a token', () => {
  const flags = ['--regions', 'RegionOne'];
  const servers = ['north.me.fleet.RegionOne'];
  const who = { name: 'me', password: 's3cret-p', domainId: cloud.domains.north, project: 'fleet' };
  const root = { name: 'admin', password: 'admin', domainId: 'default', project: 'admin' };

  it('is good by itself, with its project', async () => {
    const given = await Account.login(cloud.urls.usual, who);
    expect(await serversOf({ env: { ...token, OS_TOKEN: given.token } }, ...flags)).toEqual(servers);
  });

  it('that was kept and is revoked is replaced, by one login', async () => {
    const path = join(folder, 'token');
    const cached = [...flags, '--token-cache', path];
    expect(await serversOf({ env }, ...cached)).toEqual(servers);
    const admin = await Account.login(cloud.urls.usual, root);
    await admin.revoke(JSON.parse(readFileSync(path, 'utf8')).subject_token);
    keystone.logins.length = 0;
    expect(await serversOf({ env }, ...cached)).toEqual(servers);
    expect(keystone.logins).toEqual([201]);
    expect(await serversOf({ env }, ...cached)).toEqual(servers);
    expect(keystone.logins).toEqual([201]);
  });

  it('that was kept, is revoked, and cannot be replaced since the password was changed, ends the wait', async () => {
    const path = join(folder, 'other');
    const cached = [...flags, '--token-cache', path];
    expect(await serversOf({ env }, ...cached)).toEqual(servers);
    const admin = await Account.login(cloud.urls.usual, root);
    await admin.revoke(JSON.parse(readFileSync(path, 'utf8')).subject_token);
    const given = { env: { ...env, OS_PASSWORD: 's3cret-new' } };
    expect(await remote(given, ...cached)).toMatchObject({
      exit: 77,
      err: expect.stringMatching(/the password is not accepted \(401\)/),
    });
  });
});
