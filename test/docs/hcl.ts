import { createRequire } from 'node:module';

interface Hcl {
  /** A file of HCL as an object: blocks by their type and labels, expressions as "${…}". Rejects what is no HCL. */
  parse(name: string, text: string): Promise<unknown>;
  getReferencesInExpression(name: string, expression: string): Promise<readonly { readonly value: string }[]>;
}

const require = createRequire(import.meta.url);

/**
 * HashiCorp's parser of HCL, as WebAssembly. By require: its declarations refer to those of a browser, which an import
 * would make known in all of the project.
 */
export const hcl: Hcl = require('@cdktn/hcl2json');

/** What the expressions anywhere in a parsed value refer to, such as `var.name`; each as often as it is referred to. */
export async function references(value: unknown): Promise<readonly string[]> {
  if (typeof value === 'string')
    return (await hcl.getReferencesInExpression('main.tf', value)).map((reference) => reference.value);
  if (typeof value !== 'object' || value === null) return [];
  return (await Promise.all(Object.values(value).map(references))).flat();
}
