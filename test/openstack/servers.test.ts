import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitPage } from '../../src/openstack/page-text.ts';
import * as reader from '../../src/openstack/servers.ts';

const readOne = (value: unknown) => reader.readOne(JSON.stringify(value) ?? '');
const readPage = (value: unknown, limit: number, linked: boolean) =>
  reader.readPage(JSON.stringify(value) ?? '', limit, linked);

/** The example of Rackspace's documentation, shortened. */
const documented = {
  id: 'a0a5f1de-d2d4-4d5e-9d2c-3f6c9c1b7a10',
  name: 'web-1',
  status: 'ACTIVE',
  created: '2026-01-01T09:50:00Z',
  updated: '2026-01-01T10:00:00Z',
  accessIPv4: '198.51.100.7',
  addresses: {
    private: [{ version: 4, addr: '10.208.5.7' }],
    public: [
      { version: 6, addr: '2001:db8::1' },
      { version: 4, addr: '198.51.100.8' },
    ],
  },
  metadata: {
    rackconnect_automation_feature_provison_public_ip: 'ENABLED',
    rackconnect_automation_status: 'DEPLOYED',
    rax_service_level_automation: 'In Progress',
  },
};

describe('a server', () => {
  it('is read as the documentation has it', () => {
    expect(readOne({ server: documented })).toMatchObject({
      id: documented.id,
      name: 'web-1',
      status: 'ACTIVE',
      automation: 'DEPLOYED',
      managed: 'In Progress',
      unprocessableReason: undefined,
      createdMs: Date.UTC(2026, 0, 1, 9, 50),
      updatedMs: Date.UTC(2026, 0, 1, 10),
      ip: '198.51.100.7',
      serviceNetIp: '10.208.5.7',
      addresses: { private: ['10.208.5.7'], public: ['2001:db8::1', '198.51.100.8'] },
    });
  });

  it('is reached by its access address, else by its public one, else over ServiceNet', () => {
    const ipOf = (part: object) => readOne({ server: { ...documented, ...part } })?.ip;
    expect(ipOf({ accessIPv4: '' })).toBe('198.51.100.8');
    expect(ipOf({ accessIPv4: null, addresses: { private: [{ addr: '10.208.5.7' }] } })).toBe('10.208.5.7');
    expect(ipOf({ accessIPv4: '', addresses: 'none' })).toBeUndefined();
  });

  it('is read though parts of it are missing or strange', () => {
    expect(readOne({ server: { id: 'a' } })).toMatchObject({
      id: 'a',
      name: '',
      status: '',
      automation: undefined,
      metadata: {},
    });
    expect(
      readOne({
        server: { id: 'a', name: null, status: null, metadata: { rackconnect_automation_status: 7 } },
      })?.automation,
    ).toBeUndefined();
    for (const value of [undefined, {}, { server: {} }, { server: { id: '' } }, { server: { id: 7 } }])
      expect(readOne(value)).toBeUndefined();
  });
});

describe('a page', () => {
  const servers = (count: number, status = 'ACTIVE') =>
    Array.from({ length: count }, (_, index) => ({ id: `${index}`, status }));
  const next = [{ rel: 'next', href: 'https://elsewhere.example/?marker=9' }];

  it.each<[string, unknown, boolean, string | undefined]>([
    [
      'with a link has a next one, from its own last server and not from the link',
      { servers: servers(3), servers_links: next },
      false,
      '2',
    ],
    ['that is not full and has no link is the last', { servers: servers(3) }, false, undefined],
    ['that is full may have a next one', { servers: servers(5) }, false, '4'],
    ['that is full is the last where links have been seen', { servers: servers(5) }, true, undefined],
    ['that is empty is the last, whatever it says', { servers: [], servers_links: next }, false, undefined],
    [
      'ends with a server that still is, where it can',
      { servers: [...servers(3), { id: 'x', status: 'DELETED' }], servers_links: next },
      false,
      '2',
    ],
    [
      'of deleted servers alone ends with the last of them',
      { servers: servers(3, 'DELETED'), servers_links: next },
      false,
      '2',
    ],
  ])('%s', (_, body, linked, expected) => {
    expect(readPage(body, 5, linked)?.next).toBe(expected);
  });

  it('loses no other server by one that cannot be read', () => {
    expect(readPage({ servers: [null, { id: 'a' }, 7] }, 5, false)?.servers.map(({ id }) => id)).toEqual([
      'a',
    ]);
  });

  it('is none where the answer is something else, and never breaks the reader', () => {
    for (const value of [undefined, null, [], {}, { servers: {} }, '<html>'])
      expect(readPage(value, 5, false)).toBeUndefined();
    fc.assert(
      fc.property(
        fc.anything(),
        fc.record({ servers: fc.array(fc.anything()), servers_links: fc.anything() }),
        (one, other) => {
          readPage(one, 5, false);
          readPage(other, 5, true);
          readOne(one);
        },
      ),
    );
  });
});

describe('a page as text', () => {
  it('comes apart into exactly its servers and the rest, however it is written', () => {
    const value = fc.record({ a: fc.anything(), servers: fc.array(fc.jsonValue()), links: fc.jsonValue() });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, 2), (page, indent) => {
        const text = JSON.stringify({ nested: { servers: [1] }, ...page }, undefined, indent);
        const whole = JSON.parse(text);
        const split = splitPage(text);
        expect(split?.servers.map((one) => JSON.parse(one))).toEqual(whole.servers);
        expect(JSON.parse(split?.shell ?? '')).toEqual({ ...whole, servers: [] });
      }),
    );
  });

  it.each([
    '',
    '{',
    '{"servers"',
    '{"servers": {',
    '{"servers": [',
    '{"servers": [{"a": "',
    '{"servers": [{"a": "\\"]}',
    '[{"servers": []}]',
    '{"a": {"servers": []}}',
  ])('%j is none', (text) => {
    expect(splitPage(text)).toBeUndefined();
  });

  it('never breaks the reader', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '"servers"',
      '"servers":[',
      'a',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        splitPage(pieces.join(''));
        reader.readPage(pieces.join(''), 5, false);
      }),
    );
  });
});

it('a page of more servers than any API sends is not read: it would fill the memory', () => {
  const page = (count: number) => `{"servers":[${Array(count).fill('{"id":"a"}').join(',')}]}`;
  expect(reader.readPage(page(20_000), 1_000, false)?.servers).toHaveLength(20_000);
  expect(reader.readPage(page(20_001), 1_000, false)).toBeUndefined();
  expect(reader.readPage(`{"servers":[${','.repeat(2 ** 20)}]}`, 1_000, false)).toBeUndefined();
});

it('a server nested without end is not read, and the others of its page are', () => {
  const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
  const page = reader.readPage(`{"servers":[{"id":"a"},{"id":"b","x":${deep}}]}`, 1_000, false);
  expect(page?.servers.map(({ id }) => id)).toEqual(['a']);
});
