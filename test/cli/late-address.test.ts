import type { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../src/base/ipv4.ts';
// Loaded beforehand: the virtual clock does not wait for a file of the disk.
import '../../src/network/plan/gateway-interface.ts';
import '../../src/network/plan/stack-files.ts';
import { untilGatewayFits } from '../../src/app/wait/network-step.ts';
import { interfacesHere } from '../support/interfaces.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const interfaces = interfacesHere();

const gateway = parseIpv4('10.208.0.1') as Ipv4Address;

const having = (name: string, cidr: string): ReturnType<typeof networkInterfaces> => ({
  [name]: [
    {
      address: cidr.replace(/\/.*/, ''),
      cidr,
      family: 'IPv4',
      internal: false,
      mac: '02:00:00:00:00:01',
      netmask: '',
    } as const,
  ],
});

afterEach(() => {
  interfaces.mockReset();
});

/** Waits on a virtual clock. */
async function waited(
  settings: { root: string; interfaceName: string | undefined },
  { forMs = 3_600_000, to = gateway } = {},
) {
  const clock = new VirtualClock(0);
  const said: string[] = [];
  await clock.run(
    untilGatewayFits(to, settings, {
      clock,
      deadlineMs: forMs,
      signal: new AbortController().signal,
      onLate: (message) => said.push(message),
    }),
  );
  return { tookMs: clock.nowMs(), said };
}

describe('a gateway in no prefix of this server', () => {
  const here = { root: '/', interfaceName: undefined };

  it('is waited for until the address of its interface comes, and said all the while', async () => {
    const looks = 50;
    for (let look = 0; look < looks; look += 1)
      interfaces.mockReturnValueOnce(having('eth0', '203.0.113.7/24'));
    interfaces.mockReturnValue(having('eth1', '10.208.5.7/19'));
    expect(await waited(here)).toEqual({
      tookMs: 25_000,
      said: Array(looks).fill('the gateway 10.208.0.1 lies in no prefix of this server yet'),
    });
  });

  it('is waited for on the interface that was named alone', async () => {
    interfaces
      .mockReturnValueOnce(having('eth1', '10.208.5.7/19'))
      .mockReturnValue(having('vlan7', '10.208.5.7/19'));
    const { tookMs, said } = await waited({ root: '/', interfaceName: 'vlan7' });
    expect({ tookMs, said }).toEqual({
      tookMs: 500,
      said: ['the gateway 10.208.0.1 lies in no prefix of vlan7 yet'],
    });
  });

  it('is given up after ten minutes, or at the deadline', async () => {
    interfaces.mockReturnValue({});
    expect((await waited(here)).tookMs).toBe(600_000);
    expect((await waited(here, { forMs: 2_000 })).tookMs).toBe(2_000);
  });

  it('is not waited for where it can never be one, and below another root', async () => {
    interfaces.mockReturnValue({});
    const loopback = parseIpv4('127.0.0.9') as Ipv4Address;
    expect((await waited(here, { to: loopback })).tookMs).toBe(0);
    expect((await waited({ root: '/mnt', interfaceName: undefined })).tookMs).toBe(0);
  });
});
