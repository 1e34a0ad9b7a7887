import * as v from 'valibot';
import { type Ipv4Address, parseIpv4 } from '../../base/ipv4.ts';
import { stackNames } from '../../base/stack-names.ts';
import type { NetworkResult } from '../../network/types.ts';
import type { Order } from './gateway.ts';

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
 * A network change that an rc-wait without the right to make it requests from one that has it. The receiver
 * may be a later version, if the package was upgraded during the wait: existing fields stay, and new ones are
 * optional.
 */
export type Errand = Omit<Order, 'root'> & { readonly api: ErrandApi | null };

/** The API of a request, in the form of the flags that would name it. */
export interface ErrandApi {
  readonly 'api-url': string;
  readonly 'state-dir': string;
  readonly 'source-address'?: string | undefined;
  readonly 'ca-file'?: string | undefined;
}

/** Parses a request; undefined if the text is invalid. */
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

/** The result of a request: one line of JSON on the standard output of the process that carried it out. */
export type Answer =
  | { readonly network: NetworkResult }
  | {
      readonly error: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
    };

/** Parses an answer; undefined if the text is invalid, because its writer was killed. */
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
