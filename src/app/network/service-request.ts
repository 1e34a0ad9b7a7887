import * as v from 'valibot';
import { type Ipv4Address, parseIpv4 } from '../../base/ipv4.ts';
import { stackNames } from '../../base/stack-names.ts';
import { textOfTarget } from '../../network/probes/tcp.ts';
import type { NetworkResult } from '../../network/types.ts';
import type { StepPart } from './parts.ts';
import { type GatewayRequest, targetsOf } from './request.ts';

const text = v.string();

const ipv4 = v.custom<Ipv4Address>((input) => typeof input === 'string' && parseIpv4(input) !== undefined);

const requestSchema = v.object({
  gateway: ipv4,
  stack: v.picklist(['auto', ...stackNames]),
  publicInterface: v.picklist(['keep', 'disable']),
  interfaceName: v.optional(text),
  probe: v.optional(text),
  /** the API that must still answer; null: none is asked */
  api: v.nullable(
    v.object({
      'api-url': text,
      'state-dir': text,
      'source-address': v.optional(text),
      'ca-file': v.optional(text),
    }),
  ),
});

/**
 * A gateway request as it is sent to a service, by an rc-wait that has no right to change the network. The
 * receiver may be a later version, if the package was upgraded during the wait: existing fields stay, and new
 * ones are optional.
 */
export type ServiceRequest = Omit<GatewayRequest, 'root' | 'targets'> & {
  /** the targets, as `--probe` names them */
  readonly probe: string | undefined;
  readonly api: ServiceApi | null;
};

/** The API of a request, in the form of the flags that would name it. */
export interface ServiceApi {
  readonly 'api-url': string;
  readonly 'state-dir': string;
  readonly 'source-address'?: string | undefined;
  readonly 'ca-file'?: string | undefined;
}

/** The request in the form in which it is sent. A service changes the running system alone, so no root is sent. */
export function serviceRequestOf(
  { root: _running, targets, ...target }: GatewayRequest,
  api: ServiceApi | null,
): ServiceRequest {
  const probe = targets.length === 0 ? undefined : targets.map(textOfTarget).join(',');
  return { ...target, probe, api };
}

/** The request as it was before it was sent. @throws RcWaitError USAGE for a probe that names no place */
export async function gatewayRequestOf({
  api: _asked,
  probe,
  ...target
}: ServiceRequest): Promise<GatewayRequest> {
  return { ...target, root: '/', targets: await targetsOf(probe) };
}

/** Parses a request; undefined if the text is invalid. */
export function parseServiceRequest(json: string): ServiceRequest | undefined {
  const request = parsed(requestSchema, json);
  return request && { ...request, interfaceName: request.interfaceName, probe: request.probe };
}

/** absent: an earlier version wrote the answer */
const parts = v.optional(v.array(v.object({ part: text, fromMs: v.number(), toMs: v.number() })));
const files = { stack: text, interface: text, files: v.array(text) };
const answerSchema = v.union([
  v.object({
    network: v.variant('action', [
      v.object({ action: v.picklist(['changed', 'unchanged']), ...files }),
      v.object({ action: v.literal('rolled-back'), reason: text, ...files }),
    ]),
    parts,
  }),
  v.object({ error: v.object({ code: text, message: text, hint: v.optional(text) }), parts }),
]);

/** The result of a request: one line of JSON on the standard output of the process that carried it out. */
export type ServiceAnswer = { readonly parts?: readonly StepPart[] | undefined } & (
  | { readonly network: NetworkResult }
  | {
      readonly error: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
    }
);

/** Parses an answer; undefined if the text is invalid, because its writer was killed. */
export function parseServiceAnswer(json: string): ServiceAnswer | undefined {
  return parsed(answerSchema, json) as ServiceAnswer | undefined;
}

function parsed<S extends v.GenericSchema>(schema: S, json: string): v.InferOutput<S> | undefined {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(json));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
