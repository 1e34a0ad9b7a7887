import { expect, it } from 'vitest';
import { doublesIn } from '../../scripts/lib/names.ts';

const sources = (...of: readonly (readonly [path: string, text: string])[]) =>
  of.map(([path, text]) => ({ path, text }));

it('a name that two files export is found, with both files', () => {
  const found = doublesIn(
    sources(
      ['host/files.ts', 'export async function readText() {}\nexport const own = 1;\n'],
      ['app/named-file.ts', '/** Reads. */\nexport function readText() {}\n'],
      ['base/a.ts', 'export interface Target {\n}\n'],
      ['network/types.ts', 'export type Target = string;\n'],
    ),
  );
  expect(found).toEqual([
    { name: 'Target', paths: ['base/a.ts', 'network/types.ts'] },
    { name: 'readText', paths: ['host/files.ts', 'app/named-file.ts'] },
  ]);
});

it('a name of a stack that stands outside its folder, too, is found', () => {
  const [wicked, ifcfg, ini] = ['wicked/routes', 'ifcfg/routes', 'text/ini'].map(
    (name) => [`network/stacks/${name}.ts`, 'export const defaultRoutes = 1;\n'] as const,
  ) as [[string, string], [string, string], [string, string]];
  expect(doublesIn(sources(wicked, ifcfg))).toEqual([]);
  expect(doublesIn(sources(wicked, ini)).map(({ name }) => name)).toEqual(['defaultRoutes']);
});

it('a name that a file keeps to itself, and the simulator beside a client, are let alone', () => {
  expect(
    doublesIn(
      sources(
        ['base/a.ts', 'function clean() {}\n'],
        ['report/words.ts', 'export function clean() {}\n'],
        ['simulator/types.ts', 'export interface Format {}\n'],
        ['rackconnect/types.ts', 'export type Format = string;\n'],
      ),
    ),
  ).toEqual([]);
});
