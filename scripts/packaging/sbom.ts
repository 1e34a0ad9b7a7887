import { createHash } from 'node:crypto';
import type { Component } from './inventory.ts';

/** The input of the SBOM. */
export interface SbomFacts {
  readonly version: string;
  /** seconds since 1970, UTC */
  readonly epochS: number;
  /** the Node in the package; left out: it runs on its user's */
  readonly node?: Component;
  /** `process.versions`: the libraries inside that Node */
  readonly inNode?: Readonly<Record<string, string | undefined>>;
  readonly bundled: readonly Component[];
}

/** The libraries inside Node whose versions it reports. The missing ones (napi, modules, unicode) are not software. */
const nodeLibraries: Readonly<Record<string, string>> = {
  acorn: 'MIT',
  ada: 'Apache-2.0 OR MIT',
  amaro: 'MIT',
  ares: 'MIT',
  brotli: 'MIT',
  cldr: 'Unicode-3.0',
  icu: 'Unicode-3.0',
  llhttp: 'MIT',
  nghttp2: 'MIT',
  openssl: 'Apache-2.0',
  simdjson: 'Apache-2.0 OR MIT',
  simdutf: 'Apache-2.0 OR MIT',
  sqlite: 'blessing',
  undici: 'MIT',
  uv: 'MIT',
  v8: 'BSD-3-Clause',
  zlib: 'Zlib',
  zstd: 'BSD-3-Clause',
};

/**
 * The software bill of materials, as CycloneDX 1.6 in JSON: everything in the package besides rc-wait itself,
 * down to the libraries in its Node. The same facts give the same bytes.
 */
export function sbom({ version, epochS, node, inNode = {}, bundled }: SbomFacts): string {
  const root = { type: 'application', 'bom-ref': `rc-wait@${version}`, name: 'rc-wait', version };
  const all = [...(node === undefined ? [] : [node]), ...bundled];
  const body = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: new Date(epochS * 1000).toISOString(),
      component: { ...root, licenses: [{ license: { id: 'MIT' } }] },
    },
    components: all.map((one) => (one === node ? nodeEntry(one, inNode) : entry(one))),
    dependencies: [
      { ref: root['bom-ref'], dependsOn: all.map(purl) },
      ...all.map((component) => ({
        ref: purl(component),
        dependsOn: component.uses.flatMap((name) => bundled.filter((one) => one.name === name).map(purl)),
      })),
    ],
  };
  const { bomFormat, specVersion, ...rest } = body;
  return `${JSON.stringify({ bomFormat, specVersion, serialNumber: serialNumber(JSON.stringify(body)), ...rest }, null, 2)}\n`;
}

/** The shipped Node, with the libraries in it. */
const nodeEntry = (node: Component, inNode: Readonly<Record<string, string | undefined>>) => ({
  ...entry(node),
  type: 'platform',
  description: `Node.js ${node.version}`,
  cpe: `cpe:2.3:a:nodejs:node.js:${node.version}:*:*:*:*:*:*:*`,
  components: librariesOf(inNode),
});

function entry(component: Component) {
  const { name, version, licence, sha512 } = component;
  return {
    type: 'library',
    'bom-ref': purl(component),
    name,
    version,
    hashes: [{ alg: 'SHA-512', content: sha512 }],
    licenses: licencesOf(licence),
    purl: purl(component),
  };
}

/** One licence has an SPDX id; several are an expression. */
const licencesOf = (licence: string) =>
  licence.includes(' ') ? [{ expression: licence }] : [{ license: { id: licence } }];

/** "Package URL specification": the @ of a scope is escaped. */
const purl = ({ name, version }: Component): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function librariesOf(inNode: Readonly<Record<string, string | undefined>>) {
  return Object.entries(nodeLibraries).flatMap(([name, licence]) => {
    const version = inNode[name];
    if (version === undefined || version === '') return [];
    return [
      {
        type: 'library',
        'bom-ref': `in-node:${name}@${version}`,
        name,
        version,
        licenses: licencesOf(licence),
      },
    ];
  });
}

/** A UUID of version 8 (RFC 9562) derived from the content, so that each build has the same. */
function serialNumber(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
