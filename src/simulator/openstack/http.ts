import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { textOf } from '../body.ts';
import { type Cloud, createCloud, isCloud } from './cloud.ts';
import type { CloudScenario } from './types.ts';

const largestBodyBytes = 100_000;

/** The cloud as a part of an HTTP server. */
export interface CloudHttp {
  readonly cloud: Cloud;
  /** answers a request if it is for the cloud; otherwise undefined */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined;
}

/** @param onRequest called for each answered request */
export function createCloudHttp(
  scenario: CloudScenario,
  clock: Clock,
  onRequest: (line: string) => void = () => {},
): CloudHttp {
  const cloud = createCloud(scenario);
  const startMs = clock.nowMs();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: target = '/', headers } = request;
    const body = await textOf(request, 'request', largestBodyBytes);
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
