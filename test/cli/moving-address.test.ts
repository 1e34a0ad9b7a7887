import type { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { interfacesHere } from '../support/interfaces.ts';
import { done, rcWait, simulator } from './harness.ts';

const interfaces = interfacesHere();

const { play } = await simulator();

const loWith = (address: string): ReturnType<typeof networkInterfaces> => ({
  lo: [
    { address, cidr: `${address}/8`, family: 'IPv4', internal: true, mac: '', netmask: '255.0.0.0' } as const,
  ],
});

it('a wait goes on from the new address of the interface when the old one is gone', async () => {
  const server = play(done);
  const [, url = '', , , , stateDir = ''] = server.flags;
  let err = '';
  const said = 'the source address 192.0.2.1 is not one of this server';
  // The new one comes once the old one has failed.
  interfaces.mockImplementation(() => loWith(err.includes(said) ? server.address : '192.0.2.1'));
  const flags = ['--api-url', url, '--interface', 'lo', '--state-dir', stateDir];
  const hear = (text: string): void => {
    err += text;
  };
  const { exit } = await rcWait(['wait', '--network', 'off', ...flags], { err: hear });
  expect(err).toContain(said);
  expect(exit).toBe(0);
  expect(server.requests()).toBe(1);
});
