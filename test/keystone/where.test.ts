import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeCa } from '../rackconnect/servers.ts';
import { front } from './front.ts';
import { cloud, type Given, northern, northernAuth, remote, serversOf } from './program.ts';

const ca = makeCa();
const keystone = await front(cloud.urls.usual);
const secure = await front(cloud.urls.usual, ca.good);
const url = `${keystone.url}/v3`;

const folder = mkdtempSync(join(tmpdir(), 'rc-wait-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const caFile = join(folder, 'ca.pem');
writeFileSync(caFile, ca.caPem);

/** The servers that are found in the first region, and the logins that this took. */
async function foundBy(given: Given): Promise<readonly string[]> {
  keystone.logins.length = 0;
  const names = await serversOf(given, '--regions', 'RegionOne');
  expect(keystone.logins).toEqual([201]);
  return names;
}

const northernServer = ['north.me.fleet.RegionOne'];

describe("a private cloud's Keystone is where its user is logged in, and nowhere else", () => {
  it.each<[string, string, Record<string, string>]>([
    ['by a merge key', `x: &a {auth_url: "${url}"}\nclouds: {c: {auth: {<<: *a, ${northernAuth}}}}`, {}],
    [
      'by merge keys around the whole cloud',
      `x: &c {auth: {auth_url: "${url}", ${northernAuth}}}\nclouds: {c: {<<: *c, region_name: RegionTwo}}`,
      {},
    ],
    ['with hyphens', `clouds: {c: {auth: {auth-url: "${url}", ${northernAuth.replaceAll('_', '-')}}}}`, {}],
    ['with OS_AUTH_URL beside it', `clouds: {c: {auth: {${northernAuth}}}}`, { OS_AUTH_URL: url }],
    [
      'with a URL without a version',
      `clouds: {c: {auth: {auth_url: "${keystone.url}", ${northernAuth}}}}`,
      {},
    ],
    [
      'with OS_PASSWORD in the place of an old one',
      `clouds: {c: {auth: {auth_url: "${url}", ${northernAuth.replace('s3cret-p', 's3cret-old')}}}}`,
      { OS_PASSWORD: 's3cret-p' },
    ],
  ])('%s', async (_, text, env) => {
    const found = await foundBy({ files: { 'clouds.yaml': text }, env: { OS_CLOUD: 'c', ...env } });
    expect(found).toEqual(northernServer);
  });

  it.each<[string, Record<string, string>]>([
    [
      'clouds.yml, and secure.yaml with the password',
      {
        'clouds.yml': `clouds: {c: {auth: {auth_url: "${url}", ${northernAuth.replace('password: s3cret-p, ', '')}}}}`,
        'secure.yaml': 'clouds: {c: {auth: {password: s3cret-p}}}',
      },
    ],
    [
      'secure.yaml over an old password',
      {
        'clouds.yaml': `clouds: {c: {auth: {auth_url: "${url}", ${northernAuth.replace('s3cret-p', 's3cret-old')}}}}`,
        'secure.yml': 'clouds: {c: {auth: {password: s3cret-p}}}',
      },
    ],
    [
      'clouds.json alone',
      {
        'clouds.json': JSON.stringify({
          clouds: {
            c: {
              auth: {
                auth_url: url,
                username: 'me',
                password: 's3cret-p',
                user_domain_name: 'north',
                project_name: 'fleet',
                project_domain_name: 'north',
              },
            },
          },
        }),
      },
    ],
  ])('by %s', async (_, files) => {
    expect(await foundBy({ files, env: { OS_CLOUD: 'c' } })).toEqual(northernServer);
  });

  it('and without auth_url nowhere at all', async () => {
    keystone.logins.length = 0;
    const ran = await remote({
      files: { 'clouds.yaml': `clouds: {c: {auth: {${northernAuth}}}}` },
      env: { OS_CLOUD: 'c' },
    });
    expect(ran).toMatchObject({ exit: 64, err: expect.stringMatching(/the cloud "c" has no auth_url/) });
    expect(keystone.logins).toEqual([]);
  });
});

describe('a password of digits', () => {
  const auth = (password: string) =>
    `clouds: {c: {auth: {auth_url: "${url}", username: digits, password: ${password}, domain_name: north, project_name: fleet}}}`;

  it('is the one that Keystone knows where it is quoted', async () => {
    const files = { 'clouds.yaml': auth("'0123456'") };
    expect(await foundBy({ files })).toEqual(['north.digits.fleet.RegionOne']);
  });

  it('is not sent as another number where it is not', async () => {
    keystone.logins.length = 0;
    const ran = await remote({ files: { 'clouds.yaml': auth('0123456') } });
    expect(ran).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/cannot use password of the cloud "c"/),
    });
    expect(keystone.logins).toEqual([]);
  });
});

describe('a Keystone behind TLS', () => {
  const env = { ...northern, OS_AUTH_URL: `${secure.url}/v3` };

  it.each<[string, Given]>([
    ['OS_CACERT', { env: { ...env, OS_CACERT: caFile } }],
    [
      'cacert',
      {
        files: {
          'clouds.yaml': `clouds: {c: {cacert: "${caFile}", auth: {auth_url: "${secure.url}/v3", ${northernAuth}}}}`,
        },
      },
    ],
  ])('is trusted by %s', async (_, given) => {
    expect(await serversOf(given, '--regions', 'RegionOne')).toEqual(northernServer);
  });

  it('whose CA is not known gets no password, and is not waited for', async () => {
    secure.logins.length = 0;
    const ran = await remote({ env });
    expect(ran).toMatchObject({ exit: 69, err: expect.stringMatching(/certificate is not trusted/) });
    expect(secure.logins).toEqual([]);
  });
});

describe('the region', () => {
  const files = {
    'clouds.yaml': `clouds: {c: {regions: [RegionTwo, RegionOne], auth: {auth_url: "${url}", ${northernAuth}}}}`,
  };

  it('is the first of clouds.yaml, and the one that the environment names is stronger', async () => {
    expect(await serversOf({ files })).toEqual(['north.me.fleet.RegionTwo']);
    expect(await serversOf({ files, env: { OS_REGION_NAME: 'RegionOne' } })).toEqual(northernServer);
  });
});
