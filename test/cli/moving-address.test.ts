import { networkInterfaces } from 'node:os';
import { expect, it, vi } from 'vitest';
import { done, rcWait, simulator } from './harness.ts';

vi.mock('node:os', async (original) => {
  const os = await original<typeof import('node:os')>();
  return { ...os, networkInterfaces: vi.fn(os.networkInterfaces) };
});

const { play } = await simulator();

const loWith = (address: string): ReturnType<typeof networkInterfaces> => ({
  lo: [
    { address, cidr: `${address}/8`, family: 'IPv4', internal: true, mac: '', netmask: '255.0.0.0' } as const,
  ],
});

it('a wait goes on from the new address of the interface when the old one is gone', async () => {
  const server = play(done);
  const [, url = '', , , , stateDir = ''] = server.flags;
  // Once when the wait begins, once for its first connection.
  vi.mocked(networkInterfaces)
    .mockReturnValueOnce(loWith('192.0.2.1'))
    .mockReturnValueOnce(loWith('192.0.2.1'))
    .mockReturnValue(loWith(server.address));
  const flags = ['--api-url', url, '--interface', 'lo', '--state-dir', stateDir, '--timeout', '20s'];
  const { exit, err } = await rcWait(['wait', '--network', 'off', ...flags]);
  expect(err).toContain('the source address 192.0.2.1 is not one of this server');
  expect(exit).toBe(0);
  expect(server.requests()).toBe(1);
});
