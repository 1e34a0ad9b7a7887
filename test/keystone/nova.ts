import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Owner } from './admin.ts';

/** How one compute service of the catalog behaves. */
export interface NovaRules {
  /** Whose token this is, by Keystone; undefined: nobody's, or not any more. */
  ownerOf(token: string): Promise<Owner | undefined>;
  /** how long after its project is first asked for its server becomes DEPLOYED */
  readonly deployedAfterMs: number;
  /** how far its clock is ahead of ours; `Date` is left out where it is not right */
  readonly aheadMs: number;
}

/** Compute services that ask Keystone whose token it is, as Nova does. */
export interface Nova extends AsyncDisposable {
  /** without a path; `/SERVICE/REGION/v2.1/PROJECT` is a region's API */
  readonly url: string;
}

/** Starts them. Each project has one server in each region, with the name DOMAIN.USER.PROJECT.REGION of who asks. */
export async function startNova(services: Readonly<Record<string, NovaRules>>): Promise<Nova> {
  const firstMs = new Map<string, number>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://nova.invalid');
    const [, service = '', region, projectId, id] =
      /^\/([a-z-]+)\/([A-Za-z]+)\/v2\.1\/([0-9a-f]+)\/servers\/([^/]+)$/.exec(pathname) ?? [];
    const rules = services[service];
    if (rules === undefined || region === undefined)
      return answer(response, 404, {
        itemNotFound: { code: 404, message: 'The resource could not be found.' },
      });
    response.sendDate = rules.aheadMs === 0;
    const token = request.headers['x-auth-token'];
    const owner = await rules.ownerOf(typeof token === 'string' ? token : '');
    if (owner === undefined) return answer(response, 401, { error: { code: 401, title: 'Unauthorized' } });
    const { user, project } = owner;
    if (project === undefined || project.id !== projectId)
      return answer(response, 403, { forbidden: { code: 403, message: "Policy doesn't allow it" } });
    const nowMs = Date.now() + rules.aheadMs;
    const place = `${service} ${region} ${projectId}`;
    const beganMs = firstMs.get(place) ?? nowMs;
    firstMs.set(place, beganMs);
    const endMs = beganMs + rules.deployedAfterMs;
    const updatedMs = nowMs < endMs ? beganMs : endMs;
    const server = {
      id: projectId,
      name: [user.domain.name, user.name, project.name, region].join('.'),
      status: 'ACTIVE',
      updated: `${new Date(updatedMs).toISOString().slice(0, 19)}Z`,
      addresses: { public: [{ version: 4, addr: '192.0.2.1' }] },
      metadata: { rackconnect_automation_status: nowMs < endMs ? 'DEPLOYING' : 'DEPLOYED' },
    };
    if (id !== 'detail') return answer(response, 200, { server });
    const since = Date.parse(searchParams.get('changes-since') ?? '1970-01-01T00:00:00Z');
    answer(response, 200, { servers: updatedMs >= since ? [server] : [] });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) =>
      answer(response, 500, { computeFault: { code: 500, message: String(error) } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
