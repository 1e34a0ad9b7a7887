import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, Scalar, type YAMLMap } from 'yaml';
import { jsonFault } from '../../base/json/bounds.ts';
import { depthFault } from '../../base/yaml/depth.ts';

/**
 * An unquoted value that YAML 1.1 does not read as text. PyYAML, and so openstacksdk, reads `0123456` as an
 * octal number and `yes` as true; whoever wrote it as a password meant text. Neither reading is certain.
 */
export class NotText {
  readonly written: string;
  /** in plain words, such as `a number` */
  readonly kind: string;

  constructor(written: string, kind: string) {
    this.written = written;
    this.kind = kind;
  }
}

/** A mapping of a configuration file. A Map, because a key may be called `__proto__`. */
export type Mapping = ReadonlyMap<string, Value>;

/** A value of a configuration file; undefined: null or empty. */
export type Value = string | NotText | undefined | readonly Value[] | Mapping;

/**
 * A file that cannot be read. The message gives the reason and never quotes the file, because a line may hold a secret.
 */
export class UnreadableText extends Error {
  override readonly name = 'UnreadableText';
}

/** Limit for merge keys: otherwise a one-page file could expand to billions of keys. */
const mostMergedKeys = 100_000;

/**
 * Reads YAML as openstacksdk does with PyYAML's safe_load: merge keys and aliases are resolved, and the last of
 * two equal keys wins.
 * @throws UnreadableText
 */
export function readYamlText(text: string): Value {
  const tooDeep = depthFault(text);
  if (tooDeep !== undefined) throw new UnreadableText(tooDeep);
  // parse() would print its warnings, and the line with them.
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false });
  if (document.errors.some(({ code }) => code === 'MULTIPLE_DOCS'))
    throw new UnreadableText('it holds several documents');
  if (document.errors.length > 0) throw new UnreadableText('it is not YAML');
  return new Reader().value(document.contents);
}

/**
 * Reads JSON into the same values.
 * @throws UnreadableText
 */
export function readJsonText(text: string): Value {
  const fault = jsonFault(text);
  if (fault !== undefined) throw new UnreadableText(`it ${fault}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new UnreadableText('it is not JSON');
  }
  return jsonValue(parsed);
}

function jsonValue(value: unknown): Value {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? String(value) : new NotText(String(value), 'a number');
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== 'object') return new NotText(String(value), 'a truth value');
  return new Map(Object.entries(value).map(([key, member]) => [key, jsonValue(member)]));
}

/** Turns nodes into values in text order: an alias refers to the last anchor of its name before it. */
class Reader {
  readonly #anchors = new Map<string, Node>();
  readonly #read = new Map<Node, Value>();
  readonly #open = new Set<Node>();
  #merged = 0;

  value(node: unknown): Value {
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw new UnreadableText('it is not YAML: an alias has no anchor');
      if (this.#open.has(target)) throw new UnreadableText('an alias in it stands for a part of itself');
      return this.#read.get(target);
    }
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return undefined;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    const value = this.#valueOf(node);
    this.#open.delete(node);
    this.#read.set(node, value);
    return value;
  }

  #valueOf(node: Node): Value {
    if (isScalar(node)) return scalarValue(node);
    if (isSeq(node)) return node.items.map((item) => this.value(item));
    return isMap(node) ? this.#mapping(node) : undefined;
  }

  /** Applies merge keys first, wherever they are: the mapping's own keys override them. */
  #mapping(node: YAMLMap): Mapping {
    const own = new Map<string, Value>();
    const merged = new Map<string, Value>();
    for (const { key, value } of node.items) {
      const keyValue = this.value(key);
      const isMerge = isScalar(key) && key.type === Scalar.PLAIN && key.value === '<<';
      if (isMerge) this.#merge(merged, this.value(value));
      else own.set(keyText(keyValue), this.value(value));
    }
    return merged.size === 0 ? own : new Map([...merged, ...own]);
  }

  /** In a list of mappings the first overrides the rest ("Merge Key Language-Independent Type", yaml.org). */
  #merge(into: Map<string, Value>, value: Value): void {
    const sources = isList(value) ? value.toReversed() : [value];
    for (const source of sources) {
      if (!(source instanceof Map)) throw new UnreadableText('a merge key (<<) in it names no mapping');
      this.#merged += source.size;
      if (this.#merged > mostMergedKeys) throw new UnreadableText('its merge keys copy too much');
      for (const [key, member] of source) into.set(key, member);
    }
  }
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (key instanceof NotText) return key.written;
  if (key === undefined) return '';
  throw new UnreadableText('a key in it is a list or a mapping');
}

/** The plain scalars that PyYAML does not read as text (its resolver.py), each with its name. */
const implicit: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/, 'a truth value'],
  [/^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*(?::[0-5]?[0-9])*)$/, 'a number'],
  [/^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]+(?:[eE][-+][0-9]+)?$/, 'a number'],
  [/^[-+]?[0-9][0-9_]*\.(?:[eE][-+][0-9]+)?$/, 'a number'],
  [/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/, 'a number'],
  [/^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/, 'a number'],
  [/^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt][0-9]|[ \t]+[0-9])/, 'a date'],
];

/** Numbers that print as they were written. */
const isSameAsNumber = (text: string): boolean =>
  /^(?:0|-?[1-9][0-9]*)(?:\.(?:0|[0-9]{0,12}[1-9]))?$/.test(text);

function scalarValue({ value, type, tag }: Scalar): Value {
  const text = typeof value === 'string' ? value : '';
  if (tag === 'tag:yaml.org,2002:str' || tag === '!') return text;
  if (tag !== undefined) return new NotText('', 'a value with a tag');
  if (type !== Scalar.PLAIN) return text;
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return undefined;
  const kind = implicit.find(([pattern]) => pattern.test(text))?.[1];
  return kind === undefined || isSameAsNumber(text) ? text : new NotText(text, kind);
}
