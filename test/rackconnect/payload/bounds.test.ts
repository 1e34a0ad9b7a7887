import { describe, expect, it } from 'vitest';
import { readDetails } from '../../../src/rackconnect/payload.ts';

const list = <T>(length: number, one: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => one(index));

/** An answer with as many tasks of eight fields as are shown: far more than a server has. */
const many = list(500, (index) => ({
  id: index,
  name: `Cloud Server Created: task ${index}`,
  status: 'PENDING',
  type: 'a',
  created: '2014-02-03T17:51:04Z',
  updated: null,
  attempts: 0,
}));

describe('an answer that is large for a server', () => {
  it('is read as JSON', () => {
    const body = JSON.stringify({ automation_status: 'DEPLOYING', tasks: many }, null, 2);
    const read = readDetails(body, 'json');
    expect(read.ok && [read.value.status, read.value.tasks.length]).toEqual(['DEPLOYING', 500]);
  });

  it('is read as XML', () => {
    const tasks = many.map(
      ({ id, name }) => `<task id="${id}"><name>${name}</name><status>PENDING</status></task>\n`,
    );
    const body = `<a><automation_status>DEPLOYING</automation_status><tasks>${tasks.join('')}</tasks></a>`;
    const read = readDetails(body, 'xml');
    expect(read.ok && [read.value.status, read.value.tasks.length]).toEqual(['DEPLOYING', 500]);
  });
});

describe('an answer that would fill the memory is refused, and told why', () => {
  it.each([
    ['JSON', JSON.stringify(list(6_000, () => 0)), 'the answer has more than 6000 parts'],
    ['nested JSON', '['.repeat(101), 'the answer is nested more than 100 levels deep'],
    ['elements', `<a>${'<b/>'.repeat(4_000)}</a>`, 'the answer has more than 4000 parts'],
    [
      'attributes',
      `<a ${list(4_000, (index) => `b${index}=''`).join(' ')}/>`,
      'the answer has more than 4000 parts',
    ],
    ['long XML', `<a>${'x'.repeat(2 ** 16)}</a>`, 'the answer is XML of more than 65536 characters'],
  ])('%s', (_, body, why) => {
    expect(readDetails(body, '')).toEqual({ ok: false, why });
  });
});
