import * as v from 'valibot';
import { type Ipv4Address, parseIpv4 } from '../../base/ipv4.ts';
import { stackNames } from '../../base/stack-names.ts';
import type { NetworkResult } from '../../network/types.ts';
import type { Order } from './set-gateway.ts';

const text = v.string();

const ipv4 = v.custom<Ipv4Address>((input) => typeof input === 'string' && parseIpv4(input) !== undefined);

const errandSchema = v.object({
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
 * What a process of rc-wait that may not change the network tells another that may. The other may be of a later
 * version, where the package was upgraded during the wait: what is here stays, and what is added is optional.
 */
export type Errand = Omit<Order, 'root'> & { readonly api: ErrandApi | null };

/** The API of an errand, by the flags that would name it. */
export interface ErrandApi {
  readonly 'api-url': string;
  readonly 'state-dir': string;
  readonly 'source-address'?: string | undefined;
  readonly 'ca-file'?: string | undefined;
}

/** Reads an errand; undefined when the text is none. */
export function parseErrand(json: string): Errand | undefined {
  const errand = parsed(errandSchema, json);
  return errand && { ...errand, interfaceName: errand.interfaceName, probe: errand.probe };
}

const files = { stack: text, interface: text, files: v.array(text) };
const answerSchema = v.union([
  v.object({
    network: v.variant('action', [
      v.object({ action: v.picklist(['changed', 'unchanged']), ...files }),
      v.object({ action: v.literal('rolled-back'), reason: text, ...files }),
    ]),
  }),
  v.object({ error: v.object({ code: text, message: text, hint: v.optional(text) }) }),
]);

/** How an errand ended: one line of JSON on the standard output of who carried it out. */
export type Answer =
  | { readonly network: NetworkResult }
  | {
      readonly error: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
    };

/** Reads an answer; undefined when the text is none: whoever was to write it was killed. */
export function parseAnswer(json: string): Answer | undefined {
  return parsed(answerSchema, json) as Answer | undefined;
}

function parsed<S extends v.GenericSchema>(schema: S, json: string): v.InferOutput<S> | undefined {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(json));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
