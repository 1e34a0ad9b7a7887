import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byName, homeWith, privateCloud } from './private-cloud.ts';

const { cloud, endpoints, login, url } = await privateCloud();

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

  describe("an organisation's own profile in clouds-public.yaml", () => {
    const profile = (more = '') =>
      `public-clouds: {mine: {auth: {auth_url: "${url}", user_domain_name: corp, project-domain-name: corp}${more}}}`;
    const home = (vendors: string, words = 'profile: mine', user = 'username: me, password: s3cret-p') => ({
      ...homeWith({
        'clouds.yaml': `clouds: {c: {${words}, auth: {${user}, project_name: web}}}`,
        'clouds-public.yml': vendors,
      }),
      OS_CLOUD: 'c',
    });
    const ofCorp = {
      ...byName('me', 's3cret-p', { name: 'corp' }),
      scope: { project: { name: 'web', domain: { name: 'corp' } } },
    };

    it.each(['profile: mine', 'cloud: mine'])(
      'says where to log in, and in which domains: %s',
      async (words) => {
        expect(await login(home(profile(), words))).toEqual(ofCorp);
      },
    );

    it('is overridden by the cloud, setting by setting', async () => {
      const user = `username: me, password: s3cret-p, auth_url: "${url}", user-domain-name: other`;
      const vendors = profile(', auth_type: v3token').replace(`"${url}"`, '"http://127.0.0.1:1/v3"');
      expect(await login(home(vendors, 'profile: mine, auth_type: password', user))).toEqual({
        ...byName('me', 's3cret-p', { name: 'other' }),
        scope: ofCorp.scope,
      });
    });

    it('has regions, unless the cloud has its own', async () => {
      const regionOf = async (words: string) => {
        const { out } = await endpoints(home(profile(', regions: [ORD, DFW]'), words));
        return JSON.parse(out).endpoints.map(({ region }: { region: string }) => region);
      };
      expect(await regionOf('profile: mine')).toEqual(['ORD']);
      expect(await regionOf('profile: mine, region_name: DFW')).toEqual(['DFW']);
    });

    it('called rackspace is meant where there is one, and not Rackspace', async () => {
      const vendors = profile().replace('mine', 'rackspace');
      expect(await login(home(vendors, 'profile: rackspace'))).toEqual(ofCorp);
    });

    it('that is not in it is said, since what it says of the user is not known', async () => {
      const user = `username: me, password: s3cret-p, auth_url: "${url}"`;
      const { exit, err } = await endpoints(home(profile(), 'profile: ovh', user));
      expect({ exit, err }).toEqual({
        exit: 0,
        err: 'rc-wait: warning: the profile "ovh" is not known here: nothing that it says is used\n',
      });
    });
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
