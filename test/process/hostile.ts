/** The largest answer that is read, in bytes. */
export const size = 2 ** 20;

/** The largest XML that is parsed, in characters. */
const xmlSize = 2 ** 16;

/** As many of `unit` as fit. */
const full = (open: string, unit: string, close: string, most = size): string =>
  open + unit.repeat(Math.floor((most - open.length - close.length - 1) / unit.length)) + close;

/** Members or attributes of different names, as many as fit. */
function named(open: string, close: string, most: number, one: (name: string) => string): string {
  const parts = [open];
  for (let length = open.length + close.length, at = 0; length < most - 40; at += 1) {
    const part = one(`a${at.toString(36)}`);
    parts.push(part);
    length += part.length;
  }
  return parts.join('') + close;
}

const list = (length: number, one: (index: number) => string): string =>
  Array.from({ length }, (_, index) => one(index)).join(',');

/** Bodies that say nothing: the larger they are, the better for who wants the memory of a server. */
export const bodies: Readonly<Record<string, string | Buffer>> = {
  'lists in lists': '['.repeat(size),
  'lists in lists, closed': '['.repeat(size / 2) + ']'.repeat(size / 2),
  'objects in objects': full('', '{"a":', ''),
  'many small members': named('{"a":0', '}', size, (name) => `,"${name}":0`),
  'as many members as are parsed': `{${list(5_990, (index) => `"a member of some length ${index}":"${index}"`)}}`,
  'as many tasks as are parsed': `{"tasks":[${list(1_990, (index) => `{"name":"task ${index}","status":"."}`)}]}`,
  'a wide list of objects': full('[', '{},', '{}]'),
  'a wide list of objects with members': full('[', '{"a":1},', '{}]'),
  'many long numbers': full('[', '1.2345678901234567890123,', '0]'),
  'one long number': full('{"automation_status":', '9', '}'),
  'one huge string': full('{"automation_status":"', 'x', '"}'),
  'a string of escapes': full('{"automation_status":"', '\\"', '"}'),
  'a string of long escapes': full('{"automation_status":"', '\\u0001', '"}'),
  'a huge name': full('{"', '\\u0041', '":1}'),
  'elements in elements': full('', '<a>', ''),
  'elements in elements, as long as XML may be': full('<a>', '<a>', '', xmlSize),
  'many elements, as long as XML may be': full('<a>', '<b/>', '</a>', xmlSize),
  'as many elements as are parsed': `<a>${'<b>some text</b>'.repeat(3_990)}</a>`,
  'many attributes, as long as XML may be': named('<a', '/>', xmlSize, (name) => ` ${name}="1"`),
  'attributes without values': full('<a', ' b', '/>', xmlSize),
  'attributes without quotes': full('<a', ' b=c', '/>', xmlSize),
  'many references to characters': full('<a>', '&#x41;', '</a>', xmlSize),
  'many references in lines': full('<a>', '\n&amp;', '</a>', xmlSize),
  'entities of entities': `<!DOCTYPE a [<!ENTITY a "a">${list(9, (index) => `<!ENTITY b${index} "&a;&a;">`)}]><a>&b8;</a>`,
  'comments without end': full('<a>', 'x<!---->', '</a>', xmlSize),
  'text of control characters': '\u0001'.repeat(size),
  'bytes that are no text': Buffer.alloc(size, 0xff),
  'a huge text': 'A'.repeat(size),
};

const head = (...headers: string[]): string =>
  ['HTTP/1.1 200 OK', 'content-type: application/json', 'connection: close', ...headers, '', ''].join('\r\n');

/** A whole answer with this body. */
export function answerWith(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([Buffer.from(head(`content-length: ${bytes.length}`)), bytes]);
}

const text = full('{"automation_status":"', 'x', '"}');

/** Answers whose form is hostile, and not what they say. */
export const answers: Readonly<Record<string, () => Buffer>> = {
  'chunks of one byte': () =>
    Buffer.from(`${head('transfer-encoding: chunked')}${text.replace(/./g, '1\r\n$&\r\n')}0\r\n\r\n`),
  'a chunk with a huge extension': () =>
    Buffer.from(`${head('transfer-encoding: chunked')}1;${text}\r\nx\r\n0\r\n\r\n`),
  'huge trailers': () =>
    Buffer.from(
      `${head('transfer-encoding: chunked')}1\r\nx\r\n0\r\n${named('', '', size, (name) => `${name}: 1\r\n`)}\r\n`,
    ),
  'many headers': () => Buffer.from(named(head().slice(0, -2), '\r\n', size, (name) => `${name}: 1\r\n`)),
  'one huge header': () => Buffer.from(head(`x: ${text}`)),
  'many heads before the answer': () =>
    Buffer.from(full('', 'HTTP/1.1 103 Early Hints\r\na: b\r\n\r\n', `${head('content-length: 2')}{}`)),
  'an answer packed a thousandfold': () => packed(),
};

/** One MiB of gzip that unpacks to a thousand: rc-wait asks for none, and unpacks none. */
function packed(): Buffer {
  const bytes = Buffer.alloc(size);
  Buffer.from([0x1f, 0x8b, 0x08, 0x00]).copy(bytes);
  return Buffer.concat([Buffer.from(head('content-encoding: gzip', `content-length: ${size}`)), bytes]);
}
