import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** An answer to a login. */
export interface KeystoneAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An identity API of a private cloud on loopback. */
export interface Keystone {
  /** without a path, such as http://127.0.0.1:1234 */
  readonly url: string;
  /** what was asked: the path, and the member `auth` of the body */
  readonly logins: { readonly path: string; readonly auth: Record<string, unknown> }[];
  /** the next answers, as Keystone gives them; undefined: a scoped token */
  answer: KeystoneAnswer | undefined;
  /** where its compute service is; its own URL where nothing is said */
  nova: string | undefined;
}

/** A scoped token with a catalog as a private cloud has it: the compute service is called nova. */
export function scoped(url: string, project = { id: 'p1', name: 'demo' }): KeystoneAnswer {
  const endpoint = (region: string) => ({
    interface: 'public',
    region,
    region_id: region,
    url: `${url}/${region.toLowerCase()}/v2.1`,
  });
  return {
    status: 201,
    headers: { 'x-subject-token': 's3cret-token' },
    body: {
      token: {
        methods: ['password'],
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
        project,
        catalog: [{ name: 'nova', type: 'compute', endpoints: ['RegionOne', 'DFW', 'ORD'].map(endpoint) }],
      },
    },
  };
}

/**
 * Starts one for a test file. Whatever else it is asked for is answered with no server at all.
 * @param tls its certificate; without one it speaks HTTP
 */
export async function keystone(tls?: { readonly key: string; readonly cert: string }): Promise<Keystone> {
  const logins: Keystone['logins'] = [];
  const onRequest: RequestListener = async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const isLogin = request.method === 'POST';
    if (isLogin) logins.push({ path: request.url ?? '', auth: JSON.parse(text).auth });
    const answer = isLogin
      ? (made.answer ?? scoped(made.nova ?? made.url))
      : { status: 200, body: { servers: [] } };
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  };
  const server = tls === undefined ? createServer(onRequest) : createSecureServer(tls, onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const made: Keystone = { url, logins, answer: undefined, nova: undefined };
  return made;
}
