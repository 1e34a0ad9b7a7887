import { Ajv2020 } from 'ajv/dist/2020.js';

const text = { type: 'string', minLength: 1 };
const purl = { type: 'string', pattern: '^pkg:npm/(%40[a-z0-9-]+/)?[a-z0-9._-]+@\\d+\\.\\d+\\.\\d+' };

/** A closed object of which every member is needed, but those in `optional`. */
const closed = (properties: Record<string, unknown>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const licences = {
  type: 'array',
  minItems: 1,
  items: {
    oneOf: [
      closed({ license: closed({ id: { type: 'string', pattern: '^[A-Za-z0-9.-]+$' } }) }),
      closed({ expression: { type: 'string', pattern: ' (OR|AND) ' } }),
    ],
  },
};

const library = closed({
  type: { const: 'library' },
  'bom-ref': text,
  name: text,
  version: text,
  licenses: licences,
});

const component = closed(
  {
    type: { enum: ['library', 'platform'] },
    'bom-ref': purl,
    name: text,
    version: text,
    description: text,
    hashes: {
      type: 'array',
      items: closed({ alg: { const: 'SHA-512' }, content: { type: 'string', pattern: '^[0-9a-f]{128}$' } }),
    },
    licenses: licences,
    cpe: { type: 'string', pattern: '^cpe:2\\.3:a:' },
    purl,
    components: { type: 'array', items: library },
  },
  ['description', 'cpe', 'components'],
);

/** The part of CycloneDX 1.6 that is used ("CycloneDX v1.6 JSON Reference"), stricter than the whole: nothing else may occur. */
const schema = closed({
  bomFormat: { const: 'CycloneDX' },
  specVersion: { const: '1.6' },
  serialNumber: {
    type: 'string',
    pattern: '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  },
  version: { const: 1 },
  metadata: closed({
    timestamp: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
    component: closed({
      type: { const: 'application' },
      'bom-ref': text,
      name: { const: 'rc-wait' },
      version: text,
      licenses: licences,
    }),
  }),
  components: { type: 'array', minItems: 1, items: component },
  dependencies: {
    type: 'array',
    items: closed({ ref: text, dependsOn: { type: 'array', items: text, uniqueItems: true } }),
  },
});

const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);

interface Sbom {
  readonly metadata: { readonly component: { readonly 'bom-ref': string } };
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly components?: readonly { 'bom-ref': string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** @throws Error where a document is no SBOM of ours: its form, references that lead nowhere, names that are given twice */
export function expectValidSbom(document: Sbom): void {
  if (!validate(document)) throw new Error(JSON.stringify(validate.errors, null, 2));
  const refs = [
    document.metadata.component['bom-ref'],
    ...document.components.flatMap(({ components = [], ...one }) =>
      [one, ...components].map((each) => each['bom-ref']),
    ),
  ];
  if (new Set(refs).size !== refs.length) throw new Error('a bom-ref occurs twice');
  for (const { ref, dependsOn } of document.dependencies) {
    for (const one of [ref, ...dependsOn]) if (!refs.includes(one)) throw new Error(`${one} is no component`);
  }
}
