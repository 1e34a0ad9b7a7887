import { describe, expect, it } from 'vitest';
import { believed } from '../../src/host/finding.ts';
import { thisServer } from '../../src/host/server.ts';
import { noXenstore, treeWith, xenstoreWith } from './tree.ts';

const uuid = '4d2f4a8c-9f5e-4c3b-8b1a-0123456789ab';
const other = '00000000-1111-2222-3333-444444444444';
const vendorData = '/mnt/config/openstack/latest/vendor_data.json';
const metaData = '/mnt/config/openstack/latest/meta_data.json';
const instanceData = '/run/cloud-init/instance-data.json';

const everywhere = {
  [vendorData]: '{"region": "iad", "roles": ["rax_managed"]}',
  [metaData]: JSON.stringify({ uuid: other }),
  [instanceData]: JSON.stringify({ v1: { region: 'lon', instance_id: other } }),
  '/etc/resolv.conf': 'nameserver 119.9.60.62\n',
};

describe('the region', () => {
  const told = async (keys: Record<string, string>, files: Record<string, string>) => {
    const findings = await thisServer({ root: treeWith(files), xenstore: xenstoreWith(keys) }).region();
    expect(findings.map(({ source }) => source)).toEqual(['xenstore', 'config-drive', 'cloud-init', 'dns']);
    return believed(findings);
  };

  it('is believed in the order of trust, one after another falling silent', async () => {
    const key = { 'vm-data/provider_data/region': '"ord"' };
    const files: Record<string, string> = { ...everywhere };
    expect(await told(key, files)).toMatchObject({ source: 'xenstore', value: 'ord' });
    expect(await told({}, files)).toMatchObject({ source: 'config-drive', value: 'iad' });
    delete files[vendorData];
    expect(await told({}, files)).toMatchObject({ source: 'cloud-init', value: 'lon' });
    delete files[instanceData];
    expect(await told({}, files)).toMatchObject({ source: 'dns', value: 'syd' });
    delete files['/etc/resolv.conf'];
    expect(await told({}, files)).toBeUndefined();
  });

  it('that makes no sense leaves the word to the next', async () => {
    expect(await told({ 'vm-data/provider_data/region': '{}' }, everywhere)).toMatchObject({ value: 'iad' });
  });

  it('is that of the name servers behind the stub of systemd-resolved', async () => {
    const found = await told(
      {},
      {
        '/etc/resolv.conf': 'nameserver 127.0.0.53\n',
        '/run/systemd/resolve/resolv.conf': 'nameserver 72.3.128.241\n',
      },
    );
    expect(found).toMatchObject({ value: 'dfw', where: '/run/systemd/resolve/resolv.conf' });
  });

  it('is known by nobody on any other machine, and each says why', async () => {
    const findings = await thisServer({ root: treeWith(), xenstore: noXenstore }).region();
    expect(findings.map((one) => (one.kind === 'known' ? '' : one.why))).toEqual([
      'xenstore-read is not installed',
      'no config drive with a vendor_data.json is mounted',
      `there is no ${instanceData}`,
      'there is no /etc/resolv.conf',
    ]);
  });
});

describe('the ServiceNet interface', () => {
  const nics = {
    '/sys/class/net/eth0/address': 'bc:76:4e:20:00:01\n',
    '/sys/class/net/eth1/address': 'bc:76:4e:20:6c:5b\n',
  };
  const drive = {
    [vendorData]: JSON.stringify({
      network_info: {
        networks: [{ network_id: '11111111-1111-1111-1111-111111111111', link: 't1' }],
        links: [{ id: 't1', ethernet_mac_address: 'BC:76:4E:20:6C:5B' }],
      },
    }),
  };
  const label = (mac: string, name: string) => ({
    [`vm-data/networking/${mac}`]: JSON.stringify({ label: name, ips: [] }),
  });
  const told = (keys: Record<string, string>, files: Record<string, string>) =>
    thisServer({ root: treeWith(files), xenstore: xenstoreWith(keys) }).serviceNet();

  it('is the one whose network xenstore calls "private", whatever its name', async () => {
    const keys = { ...label('BC764E200001', 'private'), ...label('BC764E206C5B', 'public') };
    expect(believed(await told(keys, { ...nics, ...drive }))).toMatchObject({
      source: 'xenstore',
      value: 'eth0',
      where: 'vm-data/networking/BC764E200001',
    });
  });

  it('is the one with the MAC address of the config drive', async () => {
    expect(believed(await told({}, { ...nics, ...drive }))).toMatchObject({
      source: 'config-drive',
      value: 'eth1',
    });
  });

  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    [
      'none is called so',
      label('BC764E206C5B', 'my-network'),
      nics,
      /^it labels the network of no interface/,
    ],
    [
      'two are called so',
      { ...label('BC764E206C5B', 'private'), ...label('BC764E200001', 'private') },
      nics,
      /^it calls more than one network "private": those of eth0 and eth1$/,
    ],
    ['its networks are no JSON', { 'vm-data/networking/BC764E206C5B': 'x' }, nics, /it is not JSON$/],
  ])('is not known by xenstore where %s', async (_, keys, files, why) => {
    const [finding] = await told(keys, files);
    expect(finding).toMatchObject({ source: 'xenstore', why: expect.stringMatching(why) });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'no interface has that address',
      { '/sys/class/net/eth0/address': nics['/sys/class/net/eth0/address'] },
      /no interface has the MAC address BC764E206C5B/,
    ],
    [
      'a bond and its members have the same',
      { ...nics, '/sys/class/net/bond0/address': 'bc:76:4e:20:6c:5b' },
      /more than one interface .*: bond0, eth1$/,
    ],
  ])('is not known by the config drive where %s', async (_, files, why) => {
    const [, finding] = await told({}, { ...drive, ...files });
    expect(finding).toMatchObject({ kind: 'unknown', why: expect.stringMatching(why) });
  });
});

describe('the instance id', () => {
  it('is believed in the order of trust', async () => {
    const server = (keys: Record<string, string>, files: Record<string, string>) =>
      thisServer({ root: treeWith(files), xenstore: xenstoreWith(keys) }).instanceId();
    expect(believed(await server({ name: `instance-${uuid}` }, everywhere))).toMatchObject({
      source: 'xenstore',
      value: uuid,
    });
    expect(believed(await server({ name: 'Domain-0' }, everywhere))).toMatchObject({
      source: 'config-drive',
      value: other,
    });
    const file = { '/var/lib/cloud/data/instance-id': `${uuid}\n` };
    expect(believed(await server({}, file))).toMatchObject({ source: 'cloud-init', value: uuid });
    expect(believed(await server({}, { ...file, [instanceData]: 'half a fi' }))).toMatchObject({
      value: uuid,
    });
  });
});

describe('the roles of the account', () => {
  it('are those of xenstore, else of the config drive', async () => {
    const root = treeWith(everywhere);
    const both = thisServer({
      root,
      xenstore: xenstoreWith({ 'vm-data/provider_data/roles': '["rack_connect"]' }),
    });
    expect(believed(await both.roles())).toMatchObject({ source: 'xenstore', value: ['rack_connect'] });
    const one = thisServer({ root, xenstore: noXenstore });
    expect(believed(await one.roles())).toMatchObject({ source: 'config-drive', value: ['rax_managed'] });
  });
});
