import { createSocket } from 'node:dgram';
import { type Clock, systemClock } from '../../base/clock.ts';
import { type Run, runCommand } from '../../system/tool.ts';
import type { Command, GatewayTarget } from '../types.ts';
import type { Probe } from './probe.ts';

export interface GatewayProbeOptions {
  readonly run?: Run;
  readonly clock?: Clock;
  /** makes the kernel ask for the neighbour's link address */
  readonly provoke?: (address: string) => Promise<void>;
}

const lookEveryMs = 100;

/** States in which the kernel sends no ARP request: a permanent entry, or a link without neighbours. */
const unasked = new Set(['PERMANENT', 'NOARP']);

/** The discard service (RFC 863): the receiver ignores the datagram. */
const discardPort = 9;

/**
 * Expects the gateway to answer an ARP request. It does not use ping, because a firewall
 * may drop ping and still be a good gateway; only if the link sends no ARP requests is
 * ping the only test. An old neighbour entry proves nothing, so it is deleted first.
 */
export function gatewayProbe(
  { gateway, interfaceName }: GatewayTarget,
  { run = runCommand, clock = systemClock, provoke = sendDatagram }: GatewayProbeOptions = {},
): Probe {
  const ip = (...args: string[]): Command => ({ argv: ['ip', '-4', 'neigh', ...args], timeoutMs: 5_000 });
  const look = async () => {
    const { ok, output } = await run(ip('show', 'to', gateway, 'dev', interfaceName));
    return ok ? parseNeighbour(output) : undefined;
  };
  const ping = async (state: string) => {
    const argv = ['ping', '-n', '-c', '1', '-W', '2', '-I', interfaceName, gateway] as const;
    const { how } = await run({ argv: [...argv], timeoutMs: 5_000 });
    // 1: no answer. Any other status means that ping(8) could not ask: it may be missing or not permitted.
    if (how !== 'exit status 1') return undefined;
    return `no answer to a ping, and the link is not asked (the neighbour is ${state})`;
  };
  return {
    expects: `${gateway} to answer on ${interfaceName} (ARP)`,
    limitMs: 8_000,
    async attempt(signal) {
      const before = await look();
      if (before !== undefined && unasked.has(before.state)) return ping(before.state);
      if (before !== undefined) await run(ip('del', gateway, 'dev', interfaceName));
      await provoke(gateway);
      for (;;) {
        const now = await look();
        if (now?.hasAddress) return undefined;
        if (now?.state === 'FAILED') return 'no answer on the link (the neighbour is FAILED)';
        await clock.sleep(lookEveryMs, signal);
      }
    },
  };
}

/** A neighbour entry of ip-neighbour(8). */
interface Neighbour {
  readonly state: string;
  /** its link address is known */
  readonly hasAddress: boolean;
}

/** Parses the first line of `ip neigh show`; undefined without an entry. */
export function parseNeighbour(text: string): Neighbour | undefined {
  const words = text.split('\n', 1)[0]?.trim().split(/\s+/) ?? [];
  const state = words.findLast((word) => /^[A-Z]+$/.test(word));
  if (state === undefined) return undefined;
  return { state, hasAddress: words.includes('lladdr') && state !== 'FAILED' };
}

async function sendDatagram(address: string): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  // A failure to send does not matter: the probe looks at the neighbour entry.
  await new Promise<void>((resolve) => socket.send('', discardPort, address, () => resolve()));
  socket.close();
}
