import { describe, expect, it } from 'vitest';
import { looksAtNetwork, type NetworkSeen } from '../../../src/app/doctor/network.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import type { Check } from '../../../src/network/plan/check.ts';

const check = {
  gateway: parseIpv4('10.208.0.1'),
  interfaceName: 'eth1',
  stack: 'netplan',
  configuration: true,
  kernel: true,
  defaultRoutes: [],
  reasons: [],
} as unknown as Check;

const seen: NetworkSeen = {
  defaultRoutes: ['default via 10.208.0.1 dev eth1', 'default via 192.0.2.1 dev eth0 metric 100'],
  stack: { ok: true, why: 'netplan manages eth1: its files configure it' },
  check,
  request: undefined,
  isAtWork: false,
  unfinishedSince: undefined,
};

describe('the network', () => {
  it('is shown with its default routes, who configures it, and the gateway', () => {
    expect(looksAtNetwork(seen)).toEqual([
      {
        topic: 'network',
        what: 'default route',
        seen: 'default via 10.208.0.1 dev eth1',
        because: 'and default via 192.0.2.1 dev eth0 metric 100',
      },
      { topic: 'network', what: 'configured by', seen: 'netplan manages eth1: its files configure it' },
      { topic: 'network', what: 'gateway', seen: '10.208.0.1 on eth1 (netplan): held' },
    ]);
  });

  it('without a default route, without ip(8) or before any gateway was set is shown so', () => {
    const looks = looksAtNetwork({ ...seen, defaultRoutes: [], check: undefined });
    expect(looks.map((look) => look.seen)).toEqual([
      'there is none',
      expect.anything(),
      'rc-wait has set none',
    ]);
    expect(looksAtNetwork({ ...seen, defaultRoutes: undefined })[0]?.seen).toBe('ip(8) does not tell');
    expect(looksAtNetwork({ ...seen, check: { error: 'no such file' } })[2]).toMatchObject({
      seen: 'cannot be looked at',
      because: 'no such file',
    });
  });

  it.each([
    ['a gateway that was dropped', { check: { ...check, configuration: false, reasons: ['x is not'] } }],
    ['a gateway that the kernel has lost', { check: { ...check, kernel: false, reasons: ['x is not'] } }],
    ['a stack that cannot be told', { stack: { ok: false, why: 'both netplan and ifupdown' } as const }],
    ['a change that has not ended', { unfinishedSince: '2026-11-21T20:00:00Z' }],
  ])('with %s is a fault, with what to type', (_what, change) => {
    const faults = looksAtNetwork({ ...seen, ...change }).flatMap(({ fault }) => fault ?? []);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.remedy).toMatch(/rc-wait network check --repair|RC_WAIT_NETWORK=/);
  });

  const gateway = parseIpv4('10.208.0.1');
  if (gateway === undefined) throw new Error('it is an address');
  const assigned = { by: 'rc-wait', gateway } as const;
  const away = { ...seen, check: undefined, defaultRoutes: ['default via 192.0.2.1 dev eth0'] };
  const lookAt = (change: Partial<NetworkSeen>, what = 'gateway') =>
    looksAtNetwork({ ...away, ...change }).find((look) => look.what === what);

  it('that is DEPLOYED without the gateway in use is a fault', () => {
    expect(lookAt({ request: assigned })?.fault).toEqual({
      code: 'NETWORK_RELOAD',
      why: 'DEPLOYED, but the gateway 10.208.0.1 is not in use: the default route is "default via 192.0.2.1 dev eth0"',
      remedy: expect.stringContaining('rc-wait network apply'),
    });
    expect(lookAt({ request: assigned, defaultRoutes: [] })?.fault?.why).toMatch(
      /there is no default route$/,
    );
  });

  it('in which the gateway that rc-wait set is another one than the assigned one is a fault', () => {
    const other = parseIpv4('10.208.0.9');
    expect(lookAt({ request: assigned, check: { ...check, gateway: other } as Check })?.fault?.why).toContain(
      '10.208.0.1 is not in use',
    );
    expect(lookAt({ request: assigned, check })?.seen).toMatch(/: held$/);
  });

  it('that is left alone says by what: the flag or the variable', () => {
    expect(lookAt({ request: { by: 'nobody' } })?.because).toBe('by --network off or RC_WAIT_NETWORK=off');
  });

  it('to which an API that is named assigns a gateway is not to be changed for that', () => {
    const look = lookAt({ request: { ...assigned, isForTrial: true } });
    expect(look).toMatchObject({
      seen: '10.208.0.1: not in use',
      because: "assigned by the API that --api-url names, and this is none of Rackspace's servers",
    });
    expect(look?.fault).toBeUndefined();
  });

  it.each<[string, Partial<NetworkSeen>, string]>([
    ['while the service is at work', { request: assigned, isAtWork: true }, '10.208.0.1: not in use'],
    ['where the owner leaves it alone', { request: { by: 'nobody' } }, 'left alone'],
    ['where RackConnect sets it', { request: { by: 'rackconnect' } }, 'set by RackConnect itself'],
    [
      'where somebody else has set it',
      { request: assigned, defaultRoutes: seen.defaultRoutes },
      '10.208.0.1: in use, not set by rc-wait',
    ],
  ])('is no fault %s', (_when, change, words) => {
    expect(lookAt(change)).toMatchObject({ seen: words });
    expect(lookAt(change)?.fault).toBeUndefined();
  });

  it('of which nobody has to know the stack is no fault, and no interface is made up', () => {
    const stack = { ok: false, why: 'both netplan and ifupdown' } as const;
    for (const by of ['nobody', 'rackconnect'] as const)
      expect(lookAt({ stack, request: { by } }, 'configured by')?.fault).toBeUndefined();
    expect(lookAt({ stack: undefined }, 'configured by')).toEqual({
      topic: 'network',
      what: 'configured by',
      seen: 'not known',
      because: 'no source names the ServiceNet interface',
    });
  });
});
