import { createHash } from 'node:crypto';
import type { Watched } from '../../../src/remote/types.ts';
import { script, style } from '../../../src/report/remote/page/inline.ts';
import { remotePage } from '../../../src/report/remote/page.ts';
import { remoteResult } from '../../../src/report/remote/result.ts';

/** A server that was found, DEPLOYING, at the beginning of the wait, and created a minute before. */
export function server(name: string, part: Partial<Watched> = {}): Watched {
  return {
    id: `id-${name}`,
    name,
    region: 'ORD',
    serverStatus: 'ACTIVE',
    automation: 'DEPLOYING',
    managed: undefined,
    ip: '198.51.100.7',
    serviceNetIp: undefined,
    addresses: { public: ['198.51.100.7', '2001:db8::7'] },
    verdict: undefined,
    why: 'the automation is at work',
    bareSinceMs: undefined,
    sinceMs: -59_000,
    foundMs: 1_000,
    endedMs: undefined,
    ...part,
  };
}

/** A server whose end was seen a minute after the beginning of the wait. */
export const ended = (name: string, verdict: Watched['verdict'], part: Partial<Watched> = {}): Watched =>
  server(name, { verdict, endedMs: 61_000, why: undefined, ...part });

/** Many servers, nearly all of which became ready; the first has a hostile name. */
export function someServers(count: number): readonly Watched[] {
  return Array.from({ length: count }, (_, at) => {
    const name = at === 0 ? '</script><script>alert(1)</script>' : `web-${at}`;
    const ip = `198.51.${at >> 8}.${at & 255}`;
    const part = { ip, addresses: { public: [ip] }, endedMs: 301_000 + ((at * 7_919) % 900_000) };
    if (at % 97 !== 0) return ended(name, 'deployed', part);
    if (at % 2 === 1) return server(name, { ip, addresses: part.addresses });
    return ended(name, 'failed', { ...part, why: "RackConnect's automation did not succeed" });
  });
}

const begunMs = Date.UTC(2026, 0, 1, 12);

/** The result of a wait of 25 minutes that ended at its deadline. */
export function documentOf(servers: readonly Watched[]) {
  const region = {
    code: 'ORD',
    servers,
    looked: true,
    answered: true,
    trouble: undefined,
    refused: undefined,
  };
  return remoteResult(
    { kind: 'deadline', regions: [region] },
    {
      named: [],
      startedMs: 1_000,
      startedWallMs: begunMs,
      nowMs: 1_501_000,
      requests: { sent: 3, limited: 1, failed: 0 },
      execs: new Map(),
      interruptedBy: undefined,
    },
  ).document;
}

/** The page that `--report` writes of it. */
export function pageOf(servers: readonly Watched[]): string {
  const digest = (text: string): string => createHash('sha256').update(text).digest('base64');
  return remotePage(documentOf(servers), { script, style, digest });
}
