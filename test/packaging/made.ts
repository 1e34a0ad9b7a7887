import fc from 'fast-check';
import type { Component } from '../../scripts/packaging/inventory.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const name = fc.oneof(
  word,
  fc.tuple(word, word).map(([scope, own]) => `@${scope}/${own}`),
);

/** Components that use one another, each name once. */
export const components: fc.Arbitrary<readonly Component[]> = fc
  .uniqueArray(
    fc.record({
      name,
      version: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((numbers) => numbers.join('.')),
      licence: fc.constantFrom('MIT', 'ISC', 'BSD-3-Clause', '(MIT OR Apache-2.0)'),
      licenceText: fc.string({
        maxLength: 200,
        unit: fc.constantFrom('Copyright (c) 2020 A', '\n', ' ', '.', 'words'),
      }),
      sha512: fc.stringMatching(/^[0-9a-f]{128}$/),
      uses: fc.constant<readonly string[]>([]),
    }),
    { selector: (one) => one.name, maxLength: 6 },
  )
  .chain((made) =>
    fc
      .tuple(
        ...made.map((one) => fc.subarray(made.filter((other) => other !== one).map((other) => other.name))),
      )
      .map((uses) => made.map((one, index) => ({ ...one, uses: uses[index] ?? [] }))),
  );
