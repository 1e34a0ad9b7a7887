import { describe, expect, it } from 'vitest';
import { accountOf } from '../../src/host/account.ts';
import { identify, instanceFindings } from '../../src/host/identity.ts';
import { rememberRegion } from '../../src/host/remembered-region.ts';
import { thisServer } from '../../src/host/server.ts';
import { scratch } from '../cli/harness.ts';
import { noXenstore, treeWith, xenstoreWith } from './tree.ts';

const nowhere = thisServer({ root: treeWith(), xenstore: noXenstore });

describe('this server', () => {
  const wanted = { region: true, serviceNet: true, stateDirectory: scratch() };

  it('is known by its sources, and who said what is kept', async () => {
    const root = treeWith({ '/sys/class/net/ens5/address': 'bc:76:4e:20:6c:5b\n' });
    const xenstore = xenstoreWith({
      'vm-data/provider_data/region': 'hkg',
      'vm-data/networking/BC764E206C5B': '{"label":"private"}',
    });
    expect(await identify(wanted, thisServer({ root, xenstore }))).toMatchObject({
      region: 'hkg',
      regionBy: 'xenstore: hkg (vm-data/provider_data/region)',
      serviceNet: 'ens5',
      said: [
        'region by xenstore: hkg (vm-data/provider_data/region)',
        'region by the config drive: no config drive with a vendor_data.json is mounted',
        'region by cloud-init: there is no /run/cloud-init/instance-data.json',
        'region by the name servers: there is no /etc/resolv.conf',
        'ServiceNet interface by xenstore: ens5 (vm-data/networking/BC764E206C5B)',
        'ServiceNet interface by the config drive: no config drive with a vendor_data.json is mounted',
      ],
    });
  });

  it('is not looked for where it is not wanted', async () => {
    const asked: string[] = [];
    const xenstore = async (key: string) => {
      asked.push(key);
      return { kind: 'absent', why: 'none' } as const;
    };
    const server = thisServer({ root: treeWith(), xenstore });
    expect(await identify({ ...wanted, region: false, serviceNet: false }, server)).toEqual({ said: [] });
    expect(asked).toEqual([]);
  });

  it('is known by an earlier answer of the API where no source knows it', async () => {
    const stateDirectory = scratch();
    await rememberRegion(stateDirectory, 'syd');
    const { region, said } = await identify({ ...wanted, stateDirectory }, nowhere);
    expect(region).toBe('syd');
    expect(said).toContain(`region by an earlier answer of the API: syd (${stateDirectory}/region.json)`);
  });

  it('is not known where nobody knows it', async () => {
    expect(await identify(wanted, nowhere)).not.toHaveProperty('region');
  });

  it('has an instance id, and who says which', async () => {
    expect(await instanceFindings(nowhere)).toEqual([
      'instance id by xenstore: xenstore-read is not installed',
      'instance id by the config drive: no config drive with a meta_data.json is mounted',
      'instance id by cloud-init: there is no /run/cloud-init/instance-data.json',
    ]);
  });
});

describe('its account', () => {
  const roles = (text: string) =>
    thisServer({ root: treeWith(), xenstore: xenstoreWith({ 'vm-data/provider_data/roles': text }) });

  it('is managed by its role', async () => {
    expect(await accountOf('dfw', false, roles('["rack_connect","rax_managed"]'))).toMatchObject({
      managed: true,
    });
    expect(await accountOf('dfw', false, nowhere)).toMatchObject({ managed: false });
  });

  it('is none for which there is something to wait with RackConnect v3 in this region', async () => {
    await expect(accountOf('dfw', false, roles('["rackconnect:v3-DFW"]'))).rejects.toMatchObject({
      code: 'CONFIGURATION',
    });
    expect(await accountOf('ord', false, roles('["rackconnect:v3-DFW"]'))).toMatchObject({ managed: false });
    expect(await accountOf('dfw', true, roles('["rackconnect:v3-DFW"]'))).toMatchObject({ managed: false });
  });
});
