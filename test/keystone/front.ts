import { request as ask, createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** What stands between rc-wait and Keystone, so that a test sees who logs in. */
export interface Front {
  /** without a path, such as http://127.0.0.1:1234 */
  readonly url: string;
  /** the status of each login's answer, in their order */
  readonly logins: number[];
}

/**
 * Passes everything on to a Keystone, for one test file.
 * @param target without a path
 * @param tls its certificate; without one it speaks HTTP
 */
export async function front(
  target: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Front> {
  const logins: number[] = [];
  const onRequest: RequestListener = (request, response) => {
    const { method, headers, url = '/' } = request;
    const onward = ask(`${target}${url}`, { method, headers }, (answer) => {
      if (method === 'POST') logins.push(answer.statusCode ?? 0);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
  const server = tls === undefined ? createServer(onRequest) : createSecureServer(tls, onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, logins };
}
