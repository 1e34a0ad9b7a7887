import fc from 'fast-check';

/*
 * The same meaning in many dialects. RackConnect never published most bodies:
 * whatever shape the real ones have, it should be one of these.
 */

type Spelling = (words: string) => string;

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const jsonSpellings: readonly Spelling[] = [
  (words) => words.replaceAll(' ', '_'),
  (words) =>
    words
      .split(' ')
      .map((word, index) => (index === 0 ? word : capital(word)))
      .join(''),
  (words) => words.split(' ').map(capital).join(''),
  (words) => words.replaceAll(' ', '-'),
  (words) => words.replaceAll(' ', '_').toUpperCase(),
];

/** A way to write a key of several words. All of them are XML names too. */
export const spelling = fc.constantFrom(...jsonSpellings);

/** A task's name or a feature's: one line, no white space around it, and all that XML and JSON must escape. */
export const label = fc
  .oneof(
    fc.constantFrom(
      'Cloud Server Created: Add "rackconnect" user',
      'Cloud Server Created: Update access on dedicated network devices',
    ),
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('ü', '漢', '😀', '<', '&', '"', "'", ']', '>', ' ', 'a'),
      minLength: 1,
      maxLength: 30,
    }),
  )
  .map((text) => text.replace(/\s+/g, ' ').trim())
  .filter((text) => text !== '');

/** A status word as the API would send it, known or not. */
export const word = fc.oneof(
  fc.constantFrom('DEPLOYING', 'DEPLOYED', 'FAILED', 'UNPROCESSABLE'),
  fc
    .stringMatching(/^[A-Z]{2,12}(_[A-Z]{2,8})?$/)
    .filter((text) => !/^(NULL|NONE|UNDEFINED|TRUE|FALSE)$/.test(text)),
);

export interface Meaning {
  readonly status: string;
  readonly tasks: readonly { readonly name: string; readonly status: string }[];
}

const meaning: fc.Arbitrary<Meaning> = fc.record({
  status: word,
  tasks: fc.array(fc.record({ name: label, status: word }), { maxLength: 6 }),
});

const nameKey = fc.constantFrom('name', 'task name', 'title', 'description', 'display name');
const taskStatusKey = fc.constantFrom('status', 'state', 'task status');
const tasksKey = fc.constantFrom('tasks', 'automation tasks', 'items', 'steps');
const wrapper = fc.constantFrom(undefined, 'automation status details', 'response', 'data', 'server');

const jsonDialect = fc.record({
  spell: spelling,
  nameKey,
  taskStatusKey,
  tasksKey,
  wrapper,
  statusFirst: fc.boolean(),
  indent: fc.constantFrom(0, 2),
  mark: fc.constantFrom('', '\uFEFF', '\n  '),
  lowerCase: fc.boolean(),
  inList: fc.boolean(),
  extra: fc.boolean(),
});

/** A meaning together with one of its JSON renderings. */
export const inJson = fc.tuple(meaning, jsonDialect).map(([what, dialect]) => {
  const { spell } = dialect;
  const tasks = what.tasks.map((task, index) => ({
    ...(dialect.extra ? { [spell('task id')]: index, [spell('started at')]: '2014-02-03T04:05:06Z' } : {}),
    [spell(dialect.nameKey)]: task.name,
    [spell(dialect.taskStatusKey)]: task.status,
  }));
  const status = dialect.lowerCase ? what.status.toLowerCase() : what.status;
  const parts: [string, unknown][] = [
    [spell('automation status'), status],
    [spell(dialect.tasksKey), tasks],
  ];
  if (!dialect.statusFirst) parts.reverse();
  if (dialect.extra) parts.unshift([spell('server id'), 4711], [spell('updated'), null]);
  const core = Object.fromEntries(parts);
  const wrapped = dialect.wrapper === undefined ? core : { [spell(dialect.wrapper)]: core };
  const body = JSON.stringify(dialect.inList ? [wrapped] : wrapped, undefined, dialect.indent);
  return { what, body: dialect.mark + body };
});

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char] ?? char);
const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

const xmlDialect = fc.record({
  spell: spelling,
  nameKey,
  taskStatusKey,
  root: fc.constantFrom('automation status details', 'details', 'server', 'automation'),
  statusAsAttribute: fc.boolean(),
  tasksAs: fc.constantFrom('elements', 'attributes', 'text' as const),
  container: fc.boolean(),
  prefix: fc.constantFrom('', 'rc:'),
  declaration: fc.constantFrom(
    '',
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '\uFEFF<?xml version="1.0"?><!-- a <b> -->',
  ),
  useCdata: fc.boolean(),
});

/** A meaning together with one of its XML renderings. */
export const inXml = fc.tuple(meaning, xmlDialect).map(([what, dialect]) => {
  const { spell, prefix } = dialect;
  const element = (name: string, attributes: string, content: string): string =>
    `<${prefix}${name}${attributes}>${content}</${prefix}${name}>`;
  const attribute = (name: string, value: string): string => ` ${spell(name)}="${escapeXml(value)}"`;
  const text = dialect.useCdata ? cdata : escapeXml;
  const tasks = what.tasks.map(({ name, status }) => {
    const [asName, asStatus] = [dialect.nameKey, dialect.taskStatusKey];
    if (dialect.tasksAs === 'attributes')
      return element('task', attribute(asName, name) + attribute(asStatus, status), '');
    if (dialect.tasksAs === 'text') return element('task', attribute(asStatus, status), text(name));
    return element(
      'task',
      '',
      element(spell(asName), '', text(name)) + element(spell(asStatus), '', text(status)),
    );
  });
  const list = dialect.container ? element('tasks', '', tasks.join('\n')) : tasks.join('');
  const status = dialect.statusAsAttribute ? '' : element(spell('automation status'), '', what.status);
  const space = prefix === '' ? ' xmlns="http://example.com/rc"' : ' xmlns:rc="http://example.com/rc"';
  const own = space + (dialect.statusAsAttribute ? attribute('automation status', what.status) : '');
  return { what, body: dialect.declaration + element(spell(dialect.root), own, `${status}\n${list}`) };
});
