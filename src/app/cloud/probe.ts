import { createHttp } from '../../http/client.ts';
import { tcpProbe } from '../../network/probes/tcp.ts';
import type { Choice } from '../../openstack/endpoints.ts';
import { type Connect, probeEndpoint } from '../../openstack/probe.ts';

/** Asks each chosen endpoint whether it answers. `caPem`: the certificates to trust; undefined: the built-in ones. */
export async function probeAll({ chosen }: Choice, caPem: string | undefined, signal: AbortSignal) {
  const http = createHttp(caPem);
  try {
    const connect: Connect = (to, within) => tcpProbe(to).attempt(within);
    return await Promise.all(chosen.map((one) => probeEndpoint(one, { http, connect }, signal)));
  } finally {
    http.close();
  }
}
