import { describe, expect, it } from 'vitest';
import {
  instanceIdOfMetaData,
  regionOfVendorData,
  rolesOfVendorData,
  serviceNetMacOfVendorData,
} from '../../../src/host/parse/config-drive.ts';

const publicNet = { id: 'network0', network_id: '00000000-0000-0000-0000-000000000000', link: 'tap0' };
const serviceNet = { id: 'network1', network_id: '11111111-1111-1111-1111-111111111111', link: 'tap1' };
const links = [
  { id: 'tap0', ethernet_mac_address: 'bc:76:4e:20:00:01' },
  { id: 'tap1', ethernet_mac_address: 'bc:76:4e:20:6c:5b' },
];
const vendorData = (info: unknown): string =>
  JSON.stringify({ region: 'DFW', roles: ['rack_connect'], provider: 'Rackspace', network_info: info });

describe('vendor_data.json', () => {
  it('names the region, in any case', () => {
    expect(regionOfVendorData(vendorData({}))).toEqual({ kind: 'known', value: 'dfw' });
  });

  it.each<[string, string, string]>([
    ['a region that was never filled in', '{"region": "{}"}', 'unknown'],
    ['a region that is an object', '{"region": {}}', 'unknown'],
    ['no region', '{}', 'absent'],
    ['a region that is null', '{"region": null}', 'absent'],
    ['a list', '[]', 'unknown'],
    ['half a file', '{"region": "dfw"', 'unknown'],
  ])('with %s names none', (_, text, kind) => {
    expect(regionOfVendorData(text).kind).toBe(kind);
  });

  it('names the roles', () => {
    expect(rolesOfVendorData(vendorData({}))).toEqual({ kind: 'known', value: ['rack_connect'] });
    expect(rolesOfVendorData('{}').kind).toBe('absent');
    expect(rolesOfVendorData('{"roles": "rack_connect"}').kind).toBe('unknown');
    expect(rolesOfVendorData('').kind).toBe('unknown');
  });
});

describe("ServiceNet's MAC address", () => {
  it('is that of the link of the network 11111111-…', () => {
    expect(serviceNetMacOfVendorData(vendorData({ networks: [publicNet, serviceNet], links }))).toEqual({
      kind: 'known',
      value: 'BC764E206C5B',
    });
  });

  it('is that of the VLAN on a bond', () => {
    const vlan = {
      id: 'tap1',
      type: 'vlan',
      vlan_mac_address: 'A0:36:9F:00:00:01',
      ethernet_mac_address: 'a0:36:9f:00:00:00',
    };
    expect(serviceNetMacOfVendorData(vendorData({ networks: [serviceNet], links: [vlan] }))).toEqual({
      kind: 'known',
      value: 'A0369F000001',
    });
  });

  it('is one where two networks, IPv4 and IPv6, share the link', () => {
    const networks = [serviceNet, { ...serviceNet, id: 'network2', type: 'ipv6' }];
    expect(serviceNetMacOfVendorData(vendorData({ networks, links }))).toMatchObject({ kind: 'known' });
  });

  it.each<[string, unknown, string]>([
    ['nothing of networks', undefined, 'absent'],
    ['networks that are no list', { networks: 'private', links }, 'absent'],
    ['no ServiceNet', { networks: [publicNet], links }, 'absent'],
    ['no link', { networks: [serviceNet] }, 'unknown'],
    ['a link without an address', { networks: [serviceNet], links: [{ id: 'tap1' }] }, 'unknown'],
    [
      'an address that is none',
      { networks: [serviceNet], links: [{ id: 'tap1', ethernet_mac_address: 'x' }] },
      'unknown',
    ],
    ['two links', { networks: [serviceNet, { ...serviceNet, link: 'tap0' }], links }, 'unknown'],
  ])('is not known with %s', (_, info, kind) => {
    expect(serviceNetMacOfVendorData(vendorData(info)).kind).toBe(kind);
  });

  it('is not known from what is not JSON', () => {
    expect(serviceNetMacOfVendorData('<html>').kind).toBe('unknown');
  });
});

it('meta_data.json names the instance', () => {
  const uuid = '4d2f4a8c-9f5e-4c3b-8b1a-0123456789ab';
  expect(instanceIdOfMetaData(JSON.stringify({ uuid }))).toEqual({ kind: 'known', value: uuid });
  expect(instanceIdOfMetaData('{}').kind).toBe('absent');
  expect(instanceIdOfMetaData('{"uuid": "x"}').kind).toBe('unknown');
  expect(instanceIdOfMetaData('x').kind).toBe('unknown');
});
