import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';

export type SchemaName =
  | 'result'
  | 'answer'
  | 'plan'
  | 'network'
  | 'check'
  | 'doctor'
  | 'endpoints'
  | 'preflight'
  | 'history'
  | 'wait-record'
  | 'remote'
  | 'remote-event';

/** A published schema as it stands in docs/schema/. */
export function schemaNamed(name: SchemaName): Record<string, unknown> {
  const url = new URL(`../../docs/schema/${name}-v1.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Record<string, unknown>;
}

/** What a document breaks of a published schema, in words; empty when it is valid. */
export function faultsIn(name: SchemaName): (document: unknown) => readonly string[] {
  // Types as lists ("string or null") are what a reader understands at once; all other rules of the strict mode hold.
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false });
  const validate = ajv.compile(schemaNamed(name) as AnySchema);
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}
