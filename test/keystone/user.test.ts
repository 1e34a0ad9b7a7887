import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { front } from './front.ts';
import { cloud, endpoints, remote, serversOf } from './program.ts';

const { domains, projects, users } = cloud;
const keystone = await front(cloud.urls.usual);
const base = { OS_AUTH_URL: `${keystone.url}/v3` };

const folder = mkdtempSync(join(tmpdir(), 'rc-wait-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A name and a password that two users have. */
const me = { ...base, OS_USERNAME: 'me', OS_PASSWORD: 's3cret-p' };
const sides = ['north', 'south'] as const;

describe.each(sides)('of two users of the same name and password the one of the %s is logged in', (side) => {
  it.each<[string, Record<string, string>]>([
    ['by domain ids', { OS_USER_DOMAIN_ID: domains[side], OS_PROJECT_DOMAIN_ID: domains[side] }],
    ['by domain names', { OS_USER_DOMAIN_NAME: side, OS_PROJECT_DOMAIN_NAME: side }],
    ['by OS_DEFAULT_DOMAIN, which is an id', { OS_DEFAULT_DOMAIN: domains[side] }],
    ['by OS_DEFAULT_DOMAIN_NAME', { OS_DEFAULT_DOMAIN_NAME: side }],
    ['by one domain for both', { OS_DOMAIN_NAME: side }],
  ])('%s', async (_, env) => {
    const given = { env: { ...me, OS_PROJECT_NAME: 'fleet', ...env } };
    expect(await serversOf(given, '--regions', 'RegionTwo')).toEqual([`${side}.me.fleet.RegionTwo`]);
  });

  it('by domain ids in clouds.yaml', async () => {
    const auth = `auth_url: "${base.OS_AUTH_URL}", username: me, password: s3cret-p, project_name: fleet`;
    const ids = `user_domain_id: ${domains[side]}, project_domain_id: ${domains[side]}`;
    const files = { 'clouds.yaml': `clouds: {c: {region_name: RegionOne, auth: {${auth}, ${ids}}}}` };
    expect(await serversOf({ files })).toEqual([`${side}.me.fleet.RegionOne`]);
  });

  it('by ids', async () => {
    const env = {
      ...base,
      OS_USER_ID: users[side],
      OS_PASSWORD: 's3cret-p',
      OS_PROJECT_ID: projects[side],
    };
    expect(await serversOf({ env }, '--regions', 'RegionOne')).toEqual([`${side}.me.fleet.RegionOne`]);
  });
});

describe('a kept token', () => {
  it("is used again by its user, and is not the other domain's", async () => {
    const flags = ['--regions', 'RegionOne', '--token-cache', join(folder, 'token')];
    const asked = async (side: (typeof sides)[number]) => {
      keystone.logins.length = 0;
      const env = { ...me, OS_PROJECT_NAME: 'fleet', OS_DEFAULT_DOMAIN: domains[side] };
      const names = await serversOf({ env }, ...flags);
      return { names, logins: keystone.logins.length };
    };
    const north = ['north.me.fleet.RegionOne'];
    expect(await asked('north')).toEqual({ names: north, logins: 1 });
    expect(await asked('north')).toEqual({ names: north, logins: 0 });
    expect(await asked('south')).toEqual({ names: ['south.me.fleet.RegionOne'], logins: 1 });
  });
});

describe('an application credential', () => {
  const secret = { OS_APPLICATION_CREDENTIAL_SECRET: 's3cret-robot' };

  it.each<[string, Record<string, string>]>([
    ['by its id', { OS_APPLICATION_CREDENTIAL_ID: cloud.applicationCredential }],
    ['by its name and a user id', { OS_APPLICATION_CREDENTIAL_NAME: 'robot', OS_USER_ID: users.north }],
    [
      'by its name and a user of a domain',
      { OS_APPLICATION_CREDENTIAL_NAME: 'robot', OS_USERNAME: 'me', OS_USER_DOMAIN_NAME: 'north' },
    ],
  ])('logs in %s, for its own project', async (_, env) => {
    const given = { env: { ...base, ...secret, ...env } };
    expect(await serversOf(given, '--regions', 'RegionOne')).toEqual(['north.me.fleet.RegionOne']);
    const { exit, out } = await endpoints(given, '--region', 'RegionTwo');
    expect({ exit, endpoints: JSON.parse(out).endpoints }).toMatchObject({
      exit: 0,
      endpoints: [{ service: 'nova', region: 'REGIONTWO', url: expect.stringContaining(projects.north) }],
    });
  });

  it('logs in by clouds.yaml', async () => {
    const auth = `auth_url: "${base.OS_AUTH_URL}", application_credential_id: ${cloud.applicationCredential}, application_credential_secret: s3cret-robot`;
    const files = {
      'clouds.yaml': `clouds: {c: {auth_type: v3applicationcredential, region_name: RegionTwo, auth: {${auth}}}}`,
    };
    expect(await serversOf({ files })).toEqual(['north.me.fleet.RegionTwo']);
  });

  it('is not used for another project that is named beside it', async () => {
    const env = {
      ...base,
      ...secret,
      OS_APPLICATION_CREDENTIAL_ID: cloud.applicationCredential,
      OS_PROJECT_ID: projects.south,
    };
    expect(await remote({ env })).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/application credential is for the project \w+, and OS_PROJECT_ID names/),
    });
  });

  it('whose secret is missing is an error, and not the documented endpoints', async () => {
    const env = { ...base, OS_APPLICATION_CREDENTIAL_ID: cloud.applicationCredential };
    expect(await endpoints({ env })).toMatchObject({
      exit: 64,
      out: '',
      err: expect.stringMatching(/OS_APPLICATION_CREDENTIAL_SECRET is not/),
    });
  });
});
