import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NotText,
  readJsonText,
  readYamlText,
  UnreadableText,
  type Value,
} from '../../../src/openstack/login/cloud-yaml.ts';

/** The value as plain objects, for comparison; what is no text as `kind: text`. */
function plain(value: Value): unknown {
  if (value instanceof NotText) return { [value.kind]: value.written };
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

const yaml = (text: string): unknown => plain(readYamlText(text));

describe('YAML as openstacksdk reads it', () => {
  it.each<[string, string, unknown]>([
    [
      'a merge key',
      'a: &a {x: "1", y: "2"}\nb: {<<: *a, y: "3"}',
      { a: { x: '1', y: '2' }, b: { x: '1', y: '3' } },
    ],
    ['a merge key at the end', 'a: &a {y: "2"}\nb: {y: "3", <<: *a}', { a: { y: '2' }, b: { y: '3' } }],
    ['merge keys in a list', 'b: {<<: [{x: p, y: q}, {x: r, z: s}]}', { b: { x: 'p', y: 'q', z: 's' } }],
    [
      'merge keys through merge keys',
      'a: &a {x: p}\nb: &b {<<: *a}\nc: {<<: *b}',
      { a: { x: 'p' }, b: { x: 'p' }, c: { x: 'p' } },
    ],
    ['two merge keys', 'b: {<<: {x: p}, <<: {x: q}}', { b: { x: 'q' } }],
    ['a quoted merge key, which is a key', 'b: {"<<": p}', { b: { '<<': 'p' } }],
    ['a key given twice', 'a: p\na: q', { a: 'q' }],
    ['an anchor given twice', 'a: &x p\nb: *x\nc: &x q\nd: *x', { a: 'p', b: 'p', c: 'q', d: 'q' }],
    ['nothing', 'a:\nb: ~\nc: null\nd: ""', { a: undefined, b: undefined, c: undefined, d: '' }],
    ['an empty file', '', undefined],
    ['a byte order mark', '\ufeffa: p', { a: 'p' }],
    ['a comment with a quote', "a: p # don't\n", { a: 'p' }],
    ['odd keys', '1: p\n~: q\n__proto__: {a: r}\n', { 1: 'p', '': 'q', ['__proto__']: { a: 'r' } }],
    ['text in lines', 'a: |\n  p\n', { a: 'p\n' }],
  ])('%s', (_, text, expected) => {
    expect(yaml(text)).toEqual(expected);
  });

  it.each<[string, string | undefined]>([
    ['0123456', 'a number'],
    ['0123459', undefined],
    ['123456', undefined],
    ['-5', undefined],
    ['+5', 'a number'],
    ['0', undefined],
    ['00', 'a number'],
    ['0o17', undefined],
    ['0x1F', 'a number'],
    ['0b11', 'a number'],
    ['1_000', 'a number'],
    ['3.0', undefined],
    ['2.25', undefined],
    ['1.50', 'a number'],
    ['1.', 'a number'],
    ['.5', 'a number'],
    ['1.5e+3', 'a number'],
    ['1e3', undefined],
    ['12345e67', undefined],
    ['.inf', 'a number'],
    ['190:20:30', 'a number'],
    ['190:20:30.5', 'a number'],
    ['10.0.0.1', undefined],
    ['2024-01-01', 'a date'],
    ['2024-01-01T10:00:00Z', 'a date'],
    ['20240101', undefined],
    ['yes', 'a truth value'],
    ['Off', 'a truth value'],
    ['y', undefined],
    ['=', undefined],
  ])('%s without quotes is %s', (text, kind) => {
    expect(yaml(`a: ${text}`)).toEqual({ a: kind === undefined ? text : { [kind]: text } });
    expect(yaml(`a: '${text}'`)).toEqual({ a: text });
    expect(yaml(`a: !!str ${text}`)).toEqual({ a: text });
  });

  it('does not keep what stands behind a tag, which may be a secret', () => {
    expect(yaml('a: !vault s3cret')).toEqual({ a: { 'a value with a tag': '' } });
    expect(yaml('a: ! 0123456')).toEqual({ a: '0123456' });
  });

  it.each<[string, string, string]>([
    ['no YAML', 'a: [s3cret', 'it is not YAML'],
    ['an alias without an anchor', 'a: *s3cret', 'it is not YAML: an alias has no anchor'],
    ['an alias before its anchor', 'a: *x\nb: &x p', 'it is not YAML: an alias has no anchor'],
    ['an alias of itself', 'a: &x [*x]', 'an alias in it stands for a part of itself'],
    ['a merge key of text', 'a: {<<: s3cret}', 'a merge key (<<) in it names no mapping'],
    ['a list for a key', '? [s3cret]\n: p', 'a key in it is a list or a mapping'],
    ['a deep nesting', '[s3cret, '.repeat(20_000), 'it is nested more than 100 levels deep'],
    ['two documents', 'a: p\n---\nb: q', 'it holds several documents'],
  ])('%s is said, and nothing of it is quoted', (_, text, message) => {
    expect(() => readYamlText(text)).toThrow(new UnreadableText(message));
  });

  it('is not made to copy for ever', () => {
    const wide = Array.from({ length: 500 }, (_, index) => `k${index}: p`).join(', ');
    const many = Array.from({ length: 500 }, (_, index) => `m${index}: {<<: *a}`).join('\n');
    expect(() => readYamlText(`a: &a {${wide}}\n${many}`)).toThrow('its merge keys copy too much');
    // The "billion laughs": an alias stands for one and the same value.
    const laughs = Array.from(
      { length: 40 },
      (_, index) => `l${index + 1}: &l${index + 1} [*l${index}, *l${index}]`,
    );
    expect(() => readYamlText(`l0: &l0 [p]\n${laughs.join('\n')}`)).not.toThrow();
  });

  it('reads whatever text there is, or says why not', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab:{}[]&*<>-"\' \n,!#|0') }), (text) => {
        try {
          readYamlText(text);
        } catch (error) {
          if (!(error instanceof UnreadableText)) throw error;
        }
      }),
    );
  });
});

describe('JSON for clouds', () => {
  it('is read into the same values', () => {
    const text = '\ufeff{"a": {"b": "p", "c": 12, "d": null, "e": [true], "f": 12345678901234567890}}';
    expect(plain(readJsonText(text))).toEqual({
      a: {
        b: 'p',
        c: '12',
        d: undefined,
        e: [{ 'a truth value': 'true' }],
        f: { 'a number': '12345678901234567000' },
      },
    });
    expect(() => readJsonText('{"a": "s3cret')).toThrow(new UnreadableText('it is not JSON'));
  });
});
