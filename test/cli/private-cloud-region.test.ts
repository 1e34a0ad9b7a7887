import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rcWait } from './harness.ts';
import { homeWith, privateCloud } from './private-cloud.ts';

const { cloud, endpoints, login, url } = await privateCloud();

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

  it.each<[string, string[], NodeJS.ProcessEnv, string]>([
    [
      'that is none of those with settings of their own',
      [],
      { OS_REGION_NAME: 'RegionOne' },
      'cannot use the region RegionOne of the cloud "c": its regions in FILE have settings of their own, and RegionOne is none of them\n         it has ORD, DFW',
    ],
    [
      'beside another one with another project: there is one login for all',
      ['--regions', 'ord,dfw'],
      {},
      'cannot log in to the cloud "c" of FILE for ORD and DFW at once: they have not the same project_name\n         name one region at a time',
    ],
  ])('%s is refused', async (_, args, env, why) => {
    const yaml = text(
      'regions: [{name: ORD, values: {auth: {project_name: o}}}, {name: DFW, values: {auth: {project_name: d}}}]',
    );
    const home = homeWith({ 'clouds.yaml': yaml });
    const { exit, err } = await endpoints({ ...home, OS_CLOUD: 'c', ...env }, ...args);
    const FILE = join(home.HOME, '.config/openstack/clouds.yaml');
    expect({ exit, err: err.replace(FILE, 'FILE') }).toEqual({ exit: 64, err: `rc-wait: ${why}\n` });
    expect(cloud.logins).toEqual([]);
  });

  it('may be one of several that are logged in to alike', async () => {
    const home = homeWith({ 'clouds.yaml': text('regions: [{name: ORD, values: {}}, DFW]') });
    const ran = await endpoints({ ...home, OS_CLOUD: 'c' }, '--regions', 'dfw,ord,regionone');
    expect(ran).toMatchObject({ exit: 0, err: '' });
    expect(cloud.logins).toHaveLength(1);
  });

  it('may be a part of the URL, of one region at a time', async () => {
    const auth = `{auth_url: "${url}/{region_name}", username: me, password: s3cret-p}`;
    const home = homeWith({ 'clouds.yaml': `clouds: {c: {auth: ${auth}}}` });
    const { exit, err } = await endpoints({ ...home, OS_CLOUD: 'c' }, '--regions', 'ord,dfw');
    expect({ exit, err }).toEqual({
      exit: 64,
      err: expect.stringContaining('they have not the same auth_url'),
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
