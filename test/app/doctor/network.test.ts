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
    expect(faults[0]?.remedy).toMatch(/rc-wait network check --repair|--network/);
  });
});
