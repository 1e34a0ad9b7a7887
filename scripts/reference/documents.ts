import { cell, code, table } from './markdown.ts';

/** The part of JSON Schema that docs/schema/ uses. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** A member of a document, wherever it is in it. */
interface Member {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** The page docs/reference/documents.md, of the schemas by their file names. Pure. */
export function documentsPage(schemas: readonly (readonly [file: string, schema: Schema])[]): string {
  return [
    '# JSON documents',
    '',
    'Made by `npm run reference` from the schemas in [schema](../schema); a test compares them. Members are only ever added: a reader ignores',
    'those that it does not know. `[]` stands for each item of a list. `?` marks a member that may be missing.',
    '',
    ...table(
      ['document', 'schema'],
      schemas.map(([file, { title = file }]) => [
        `[${cell(title)}](#${anchorOf(file)})`,
        `[${file}](../schema/${file})`,
      ]),
    ),
    '',
    ...schemas.flatMap(([file, schema]) => sectionOf(file, schema)),
  ].join('\n');
}

const nameOf = (file: string): string => file.replace('.json', '');
const anchorOf = (file: string): string => nameOf(file).toLowerCase();

function sectionOf(file: string, schema: Schema): readonly string[] {
  const variants = schema.oneOf ?? [];
  const common = membersOf(schema, schema, '');
  return [
    `## ${nameOf(file)}`,
    '',
    `${cell(schema.title ?? '')}. ${cell(schema.description ?? '')}`,
    '',
    ...(schema.properties === undefined ? [] : [...memberTable(common), '']),
    ...variants.flatMap((variant) => [
      `${cell(variant.description ?? '').replace(/\.$/, '')}:`,
      '',
      ...memberTable(membersOf(variant, schema, '')),
      '',
    ]),
  ];
}

function memberTable(members: readonly Member[]): readonly string[] {
  const byPath = Map.groupBy(members, ({ path }) => path);
  return table(
    ['member', 'value', 'meaning'],
    [...byPath].map(([path, same]) => {
      const isRequired = same.every((one) => one.isRequired);
      const values = [...new Set(same.flatMap(({ schema }) => valuesOf(schema)))];
      const meanings = [...new Set(same.flatMap(({ schema }) => schema.description ?? []))];
      return [`${code(path)}${isRequired ? '' : ' ?'}`, values.join(', '), meanings.map(cell).join(' ')];
    }),
  );
}

/** The members of an object and of all that is in it, in the order of the schema. */
function membersOf(schema: Schema, whole: Schema, path: string): readonly Member[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, raw]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const member = resolved(raw, whole);
    const isRequired = schema.required?.includes(name) ?? false;
    return [{ path: at, schema: member, isRequired }, ...below(member, whole, at)];
  });
  const others = schema.additionalProperties;
  if (typeof others !== 'object') return own;
  return [...own, ...below(resolved(others, whole), whole, `${path}.*`)];
}

function below(schema: Schema, whole: Schema, path: string): readonly Member[] {
  const inside = alternatives(schema).map((one) => below(resolved(one, whole), whole, path));
  return [
    ...(schema.properties === undefined && typeof schema.additionalProperties !== 'object'
      ? []
      : membersOf(schema, whole, path)),
    ...(schema.items === undefined ? [] : below(resolved(schema.items, whole), whole, `${path}[]`)),
    ...inAnyOf(inside),
  ];
}

/** The members of alternatives: only what all of them have must be there. */
function inAnyOf(alternatives: readonly (readonly Member[])[]): readonly Member[] {
  const having = alternatives.filter((members) => members.length > 0);
  return having.flat().map((member) => ({
    ...member,
    isRequired:
      member.isRequired && having.every((members) => members.some(({ path }) => path === member.path)),
  }));
}

const alternatives = (schema: Schema): readonly Schema[] => [
  ...(schema.oneOf ?? []),
  ...(schema.anyOf ?? []),
];

/** A schema with that of its `$ref` in `#/$defs/`; its own description counts. */
function resolved(schema: Schema, whole: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '');
  const definition = name === undefined ? undefined : whole.$defs?.[name];
  return definition === undefined ? schema : { ...definition, ...schema };
}

/** What a value can be, in words. */
function valuesOf(schema: Schema): readonly string[] {
  if (schema.const !== undefined) return [code(JSON.stringify(schema.const))];
  if (schema.enum !== undefined) return schema.enum.map((one) => code(JSON.stringify(one)));
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const own = types.map((type) =>
    type === 'array' ? `list${itemsOf(schema.items)}` : (words[type] ?? type),
  );
  const references = schema.$ref === undefined || own.length > 0 ? [] : ['object'];
  return [...own, ...references, ...alternatives(schema).flatMap(valuesOf)];
}

function itemsOf(items: Schema | undefined): string {
  const values = items === undefined ? [] : valuesOf(items);
  return values.length === 0 ? '' : ` of ${values.join(' or ')}`;
}

const words: Readonly<Record<string, string>> = { integer: 'whole number', boolean: 'true or false' };
