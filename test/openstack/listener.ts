import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterFile } from '../support/leftovers.ts';

/** A request as it arrived. */
interface Heard {
  readonly method: string | undefined;
  /** path and query */
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

/** An answer of the script: a status, with headers; `hang` never answers; `endless` never ends its body. */
export type Said =
  | number
  | { readonly status: number; readonly headers: Record<string, string> }
  | 'hang'
  | 'endless';

/** What waits for a signal, on loopback. */
export interface Listener {
  /** without a path, such as http://127.0.0.1:1234 */
  readonly url: string;
  readonly heard: readonly Heard[];
  /** that are open */
  connections(): Promise<number>;
}

/** Starts one that answers by a script; the last line of it is said again and again. */
export async function listener(
  script: readonly Said[],
  {
    create = createServer,
    scheme = 'http',
    onHeard,
  }: { create?: (onRequest: RequestListener) => Server; scheme?: string; onHeard?: () => void } = {},
): Promise<Listener> {
  const heard: Heard[] = [];
  const server = create(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { method, url: path, headers } = request;
    heard.push({ method, path, headers, body: JSON.parse(text) as Record<string, unknown> });
    onHeard?.();
    const said = script[Math.min(heard.length, script.length) - 1] ?? 200;
    if (said === 'hang') return;
    if (said === 'endless') response.writeHead(200).write('{');
    else if (typeof said === 'number') response.writeHead(said).end('{"secret": "of the other side"}');
    else response.writeHead(said.status, said.headers).end();
  });
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connections = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
  return { url: `${scheme}://127.0.0.1:${port}`, heard, connections };
}
