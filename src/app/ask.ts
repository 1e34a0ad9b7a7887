import { RcWaitError } from '../base/error.ts';

/** Reads the status from an answer. @throws RcWaitError API_UNAVAILABLE when it cannot be read */
export async function statusIn(body: string, contentType: string) {
  const { readStatus } = await import('../rackconnect/payload.ts');
  return readable(readStatus(body, contentType));
}

/** Reads the status and the tasks from an answer. @throws RcWaitError API_UNAVAILABLE when it cannot be read */
export async function detailsIn(body: string, contentType: string) {
  const { readDetails } = await import('../rackconnect/payload.ts');
  return readable(readDetails(body, contentType));
}

/** Reads the gateway from an answer. @throws RcWaitError API_UNAVAILABLE when it cannot be read */
export async function gatewayIn(body: string, contentType: string) {
  const { readGateway } = await import('../rackconnect/payload.ts');
  return readable(readGateway(body, contentType));
}

/** Reads the features from an answer. @throws RcWaitError API_UNAVAILABLE when it cannot be read */
export async function featuresIn(body: string, contentType: string) {
  const { readFeatures } = await import('../rackconnect/payload.ts');
  return readable(readFeatures(body, contentType));
}

/** Unwraps a payload. @throws RcWaitError API_UNAVAILABLE when it could not be read */
function readable<R extends { readonly ok: boolean }>(read: R): Extract<R, { readonly ok: true }> {
  if (read.ok) return read as Extract<R, { readonly ok: true }>;
  throw new RcWaitError(
    'API_UNAVAILABLE',
    `cannot read the API's answer: ${(read as unknown as { why: string }).why}`,
  );
}
