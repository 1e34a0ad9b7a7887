import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { RcWaitError } from '../../base/error.ts';
import type { NetworkFile } from '../types.ts';

/** One netplan file, parsed. Every scalar is a string, as netplan's own reader sees it. */
export interface NetplanFile extends NetworkFile {
  readonly document: Document;
  /** `renderer` of all definitions that have none of their own */
  readonly renderer?: string | undefined;
  readonly definitions: readonly Definition[];
}

/** What one file says of one ID: `network: SECTION: ID: …`. */
export interface Definition {
  /** `ethernets`, `bonds`, … */
  readonly section: string;
  readonly id: string;
  /** `renderer` of the section, which stands among the IDs */
  readonly renderer?: string | undefined;
  readonly settings: YAMLMap;
}

/** Keys of `network:` that hold no interfaces whose routes are in the main table. */
const otherKeys = new Set(['version', 'renderer', 'openvswitch', 'nm-devices', 'vrfs']);

/**
 * Reads one netplan file. An empty file is one without definitions, as for netplan.
 * @throws RcWaitError NETWORK_FILE naming file and line when it is not YAML or not of netplan's shape
 */
export function readNetplanFile(file: NetworkFile, options: YamlOptions = {}): NetplanFile {
  const { document, problem } = parseYaml(file.text, options);
  if (problem !== undefined) throw cannotRead(file.path, problem.line, problem.reason);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === '')) {
    return { ...file, document, definitions: [] };
  }
  const top = mapping(file, document, document.contents, 'the document');
  const network = valueAt(document, top, 'network');
  if (network === undefined) return { ...file, document, definitions: [] };
  const settings = mapping(file, document, network, 'network');
  const definitions: Definition[] = [];
  for (const { key, value } of settings.items) {
    const section = textOf(document, key) ?? '';
    if (otherKeys.has(section) || isEmpty(value)) continue;
    const ids = mapping(file, document, value, section);
    const renderer = textOf(document, valueAt(document, ids, 'renderer'));
    for (const pair of ids.items) {
      const id = textOf(document, pair.key) ?? '';
      if (id === 'renderer' && renderer !== undefined) continue;
      definitions.push({ section, id, renderer, settings: mapping(file, document, pair.value, id) });
    }
  }
  return {
    ...file,
    document,
    renderer: textOf(document, valueAt(document, settings, 'renderer')),
    definitions,
  };
}

/** How strictly YAML is read. */
export interface YamlOptions {
  /** whether a key may come twice in a mapping, which netplan itself refuses */
  readonly uniqueKeys?: boolean;
}

/** Parses YAML with every scalar as a string (netplan decides by key what a scalar means, not by its look). */
export function parseYaml(
  text: string,
  { uniqueKeys = true }: YamlOptions = {},
): { document: Document; problem?: { line: number; reason: string } } {
  const lineCounter = new LineCounter();
  const document: Document = parseDocument(text, {
    schema: 'failsafe',
    keepSourceTokens: true,
    prettyErrors: false,
    uniqueKeys,
    lineCounter,
  });
  const [error] = document.errors;
  if (error === undefined) return { document };
  return { document, problem: { line: lineCounter.linePos(error.pos[0]).line, reason: error.message } };
}

/** The value of a key, aliases followed; undefined when the key is not there. */
export function valueAt(document: Document, map: YAMLMap, key: string): unknown {
  const value = pairOf(document, map, key)?.value;
  return isAlias(value) ? value.resolve(document) : value;
}

/** The pair of a key, as it stands in the file. */
export function pairOf(document: Document, map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => textOf(document, pair.key) === key);
}

/** The text of a scalar, aliases followed; undefined for anything else. */
export function textOf(document: Document, value: unknown): string | undefined {
  const node = isAlias(value) ? value.resolve(document) : value;
  return isScalar(node) ? String(node.value ?? '') : undefined;
}

/** The items of a sequence, aliases followed; none when it is no sequence. */
export function itemsOf(document: Document, value: unknown): readonly unknown[] {
  const node = isAlias(value) ? value.resolve(document) : value;
  return isSeq(node) ? node.items : [];
}

/** The mapping that a value is, aliases followed; undefined when it is none. */
export function mapOf(document: Document, value: unknown): YAMLMap | undefined {
  const node = isAlias(value) ? value.resolve(document) : value;
  return isMap(node) ? node : undefined;
}

function mapping(file: NetworkFile, document: Document, value: unknown, what: string): YAMLMap {
  const map = mapOf(document, value);
  if (map !== undefined) return map;
  const offset = (value as Node | null)?.range?.[0] ?? 0;
  const line = file.text.slice(0, offset).split('\n').length;
  throw cannotRead(file.path, line, `${what} is not a mapping`);
}

function isEmpty(value: unknown): boolean {
  return value === null || (isScalar(value) && (value.value === '' || value.value === null));
}

function cannotRead(path: string, line: number, reason: string): RcWaitError {
  return new RcWaitError('NETWORK_FILE', `cannot read ${path}: line ${line}: ${reason}`, {
    hint: 'nothing was changed; netplan itself cannot use this file either: mend it, check with "netplan generate"',
  });
}
