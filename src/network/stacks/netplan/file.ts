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
import { RcWaitError } from '../../../base/error.ts';
import { depthFault } from '../../../base/yaml/depth.ts';
import type { NetworkFile } from '../../types.ts';
import { shapeOf } from './grammar.ts';

/** One parsed netplan file. Every scalar is a string, as netplan's own reader sees it. */
export interface NetplanFile extends NetworkFile {
  readonly document: Document;
  /** `renderer` for definitions without their own */
  readonly renderer?: string | undefined;
  readonly definitions: readonly Definition[];
  /** keys for which all known releases refuse the file; a later one may take them */
  readonly doubts: readonly string[];
}

/** One file's settings for one ID: `network: SECTION: ID: …`. */
export interface Definition {
  /** `ethernets`, `bonds`, … */
  readonly section: string;
  readonly id: string;
  /** `renderer` of the section, a key among the IDs */
  readonly renderer?: string | undefined;
  readonly settings: YAMLMap;
}

/** Not a character of YAML 1.1 for libyaml: bytes that are not UTF-8, DEL, C0 and C1 except tab, line ends and NEL. */
const unreadable = /[\ud800-\udfff\ufffe\uffff]|(?![\t\n\r\u0085])\p{Cc}/u;

/** Keys of `network:` without interfaces whose routes are in the main table. */
const otherKeys = new Set(['version', 'renderer', 'openvswitch', 'nm-devices', 'vrfs']);

/**
 * Reads one netplan file. An empty file has no definitions, as for netplan.
 * @throws RcWaitError NETWORK_FILE naming file and line if it is not YAML or not of netplan's shape
 */
export function readNetplanFile(file: NetworkFile): NetplanFile {
  // The bytes of its mark, FF FE or FE FF, are not UTF-8. libyaml accepts UTF-16, but rc-wait cannot edit it by lines.
  if (/^(\udcff\udcfe|\udcfe\udcff)/.test(file.text)) {
    throw new RcWaitError('NETWORK_FILE', `cannot read ${file.path}: it is UTF-16 text`, {
      hint: 'nothing was changed; write the file in UTF-8, as every other tool expects it',
    });
  }
  const tooDeep = depthFault(file.text);
  if (tooDeep !== undefined) throw cannotRead(file.path, 1, tooDeep);
  const { document, problem } = parseYaml(file.text);
  if (problem !== undefined) throw cannotRead(file.path, problem.line, problem.reason);
  // `---` alone is a document with an empty scalar for libyaml, and an error.
  if (document.contents === null) return { ...file, document, definitions: [], doubts: [] };
  const { fault, unknownKeys } = shapeOf(document);
  if (fault !== undefined) throw cannotRead(file.path, lineAt(file.text, fault.at), fault.reason);
  const doubts = unknownKeys.map(
    ({ reason, at }) => `${file.path}: line ${lineAt(file.text, at)}: ${reason}`,
  );
  const top = mapping(file, document, document.contents, 'the document');
  const definitions: Definition[] = [];
  let renderer: string | undefined;
  for (const network of valuesAt(document, top, 'network')) {
    const settings = mapping(file, document, network, 'network');
    renderer = textOf(document, valueAt(document, settings, 'renderer')) ?? renderer;
    for (const { key, value } of settings.items) {
      const section = textOf(document, key) ?? '';
      if (otherKeys.has(section)) continue;
      definitions.push(...definitionsOf(file, document, section, mapping(file, document, value, section)));
    }
  }
  return { ...file, document, renderer, definitions, doubts };
}

function definitionsOf(file: NetworkFile, document: Document, section: string, ids: YAMLMap): Definition[] {
  const renderer = textOf(document, valueAt(document, ids, 'renderer'));
  return ids.items.flatMap((pair) => {
    const id = textOf(document, pair.key) ?? '';
    if (id === 'renderer' && renderer !== undefined) return [];
    return [{ section, id, renderer, settings: mapping(file, document, pair.value, id) }];
  });
}

/**
 * Parses YAML with every scalar as a string (netplan interprets a scalar by its key, not by its look), and
 * accepts exactly what libyaml does: a key may come twice in a mapping, only the first document counts, and
 * bytes that are not UTF-8 or control characters make the file unusable (seen with netplan 0.101 and 0.106).
 */
export function parseYaml(text: string): { document: Document; problem?: { line: number; reason: string } } {
  const lineCounter = new LineCounter();
  const document: Document = parseDocument(text, {
    schema: 'failsafe',
    keepSourceTokens: true,
    prettyErrors: false,
    uniqueKeys: false,
    lineCounter,
  });
  const unreadable = unreadableIn(text);
  if (unreadable !== undefined) return { document, problem: unreadable };
  const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
  if (error === undefined) return { document };
  return { document, problem: { line: lineCounter.linePos(error.pos[0]).line, reason: error.message } };
}

/** The first character that libyaml refuses everywhere, even in comments. */
function unreadableIn(text: string): { line: number; reason: string } | undefined {
  const found = unreadable.exec(text);
  if (found === null) return undefined;
  const line = lineAt(text, found.index);
  const reason = found[0].isWellFormed() ? 'it holds a control character' : 'it is not UTF-8 text';
  return { line, reason };
}

/** Every value of a key, aliases followed. A key may come twice in a mapping: netplan processes each in turn. */
export function valuesAt(document: Document, map: YAMLMap, key: string): unknown[] {
  return pairsOf(document, map, key).map(({ value }) => (isAlias(value) ? value.resolve(document) : value));
}

/** The last value of a key, aliases followed; undefined if the key is missing. */
export function valueAt(document: Document, map: YAMLMap, key: string): unknown {
  return valuesAt(document, map, key).at(-1);
}

/** The pairs of a key, without following aliases. */
export function pairsOf(document: Document, map: YAMLMap, key: string): Pair[] {
  return map.items.filter((pair) => textOf(document, pair.key) === key);
}

/** The text of a scalar, aliases followed; undefined for anything else. */
export function textOf(document: Document, value: unknown): string | undefined {
  const node = isAlias(value) ? value.resolve(document) : value;
  return isScalar(node) ? String(node.value ?? '') : undefined;
}

/** The items of a sequence, aliases followed; empty for anything else. */
export function itemsOf(document: Document, value: unknown): readonly unknown[] {
  const node = isAlias(value) ? value.resolve(document) : value;
  return isSeq(node) ? node.items : [];
}

/** A mapping, aliases followed; undefined for anything else. */
export function mapOf(document: Document, value: unknown): YAMLMap | undefined {
  const node = isAlias(value) ? value.resolve(document) : value;
  return isMap(node) ? node : undefined;
}

function mapping(file: NetworkFile, document: Document, value: unknown, what: string): YAMLMap {
  const map = mapOf(document, value);
  if (map !== undefined) return map;
  throw cannotRead(file.path, lineOf(file, value), `${what} is not a mapping`);
}

/** The number of the line on which a value begins, from 1. */
export function lineOf({ text }: NetworkFile, value: unknown): number {
  const offset = (value as Node | null)?.range?.[0] ?? 0;
  return lineAt(text, offset);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function cannotRead(path: string, line: number, reason: string): RcWaitError {
  return new RcWaitError('NETWORK_FILE', `cannot read ${path}: line ${line}: ${reason}`, {
    hint: 'nothing was changed; netplan itself cannot use this file either: fix it, then check it with "netplan generate"',
  });
}
