import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { type Cloud, createCloud, isCloud } from './cloud.ts';
import type { CloudScenario } from './types.ts';

const largestBodyBytes = 100_000;

/** The cloud as a part of an HTTP server. */
export interface CloudHttp {
  readonly cloud: Cloud;
  /** answers a request if it is for the cloud; undefined: it is not */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined;
}

/** @param onRequest told of each request once it is answered */
export function createCloudHttp(
  scenario: CloudScenario,
  clock: Clock,
  onRequest: (line: string) => void = () => {},
): CloudHttp {
  const cloud = createCloud(scenario);
  const startMs = clock.nowMs();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: target = '/', headers } = request;
    const body = await textOf(request);
    const token = headers['x-auth-token'];
    const answer = cloud.handle({
      method,
      target,
      headers: { 'x-auth-token': typeof token === 'string' ? token : undefined },
      body,
      elapsedMs: clock.nowMs() - startMs,
      wallMs: Date.now(),
      origin: `http://${headers.host ?? 'localhost'}`,
    });
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
    onRequest(`${method} ${target} ${answer.status}`);
  }

  return {
    cloud,
    serve: (request, response) => (isCloud(request.url ?? '') ? serve(request, response) : undefined),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > largestBodyBytes)
      throw new Error(`cannot read the request: larger than ${largestBodyBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
