import { createSocket } from 'node:dgram';
import { type Clock, systemClock } from '../../base/clock.ts';
import { type Run, runCommand } from '../../system/tool.ts';
import type { Command, GatewayWish } from '../types.ts';
import type { Probe } from './probe.ts';

export interface GatewayProbeOptions {
  readonly run?: Run;
  readonly clock?: Clock;
  /** has the kernel ask for the neighbour's link address */
  readonly provoke?: (address: string) => Promise<void>;
}

const lookEveryMs = 100;

/** States in which nothing is asked on the link: the entry was made by hand, or the link knows no neighbours. */
const unasked = new Set(['PERMANENT', 'NOARP']);

/** The discard service (RFC 863): whoever gets it has to do nothing. */
const discardPort = 9;

/**
 * The gateway answers on the link. It is asked for its link address (ARP) and not
 * for an echo: a firewall may well drop ping, and still be a good gateway. Only
 * where the link is never asked is an echo all that there is. An entry that the
 * kernel still has from before is no answer: it goes first.
 */
export function gatewayProbe(
  { gateway, interfaceName }: GatewayWish,
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
    // 1: no answer came. With anything else nothing was asked (ping(8)): it may be missing, or not permitted.
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

/** A neighbour by ip-neighbour(8). */
interface Neighbour {
  readonly state: string;
  /** it has told its link address */
  readonly hasAddress: boolean;
}

/** Reads a line of `ip neigh show`; undefined when there is none. */
export function parseNeighbour(text: string): Neighbour | undefined {
  const words = text.split('\n', 1)[0]?.trim().split(/\s+/) ?? [];
  const state = words.findLast((word) => /^[A-Z]+$/.test(word));
  if (state === undefined) return undefined;
  return { state, hasAddress: words.includes('lladdr') && state !== 'FAILED' };
}

async function sendDatagram(address: string): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  // Whether it could be sent does not matter: what the neighbour answers is looked at.
  await new Promise<void>((resolve) => socket.send('', discardPort, address, () => resolve()));
  socket.close();
}
