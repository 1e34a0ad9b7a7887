import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import { defaultScenario, parsePatch, parseScenario, patchServer } from '../../src/simulator/scenario.ts';
import { serverEntries } from '../../src/simulator/schema.ts';

function mistakeIn(yaml: string): string {
  try {
    parseScenario(yaml, 'my.yaml');
  } catch (error) {
    if (error instanceof RcWaitError && error.code === 'SCENARIO') return error.message;
    throw error;
  }
  return 'no mistake';
}

describe('a scenario', () => {
  test('may be empty: then it is the default', () => {
    expect(parseScenario('', 'my.yaml')).toEqual(defaultScenario);
    expect(parseScenario('# nothing but a comment\n', 'my.yaml')).toEqual(defaultScenario);
  });

  test('by default deploys for 20 s, with three tasks and a gateway', () => {
    expect(defaultScenario.otherServers).toMatchObject({
      deployedAfterMs: 20_000,
      outcome: 'DEPLOYED',
      gateway: { address: '10.208.0.1' },
      quota: { limit: 30, windowMs: 60_000, mode: 'fixed' },
    });
    expect(defaultScenario.otherServers.tasks).toHaveLength(3);
  });

  test('may be one server in short', () => {
    const { seed, otherServers } = parseScenario('{seed: 5, deployedAfter: 4s, outcome: FAILED}', 'my.yaml');
    expect([seed, otherServers.deployedAfterMs, otherServers.outcome]).toEqual([5, 4_000, 'FAILED']);
    expect(otherServers.tasks.map((task) => task.startsAfterMs)).toEqual([0, 1_000, 3_000]);
  });

  test('lists servers by address, and one for all others', () => {
    const scenario = parseScenario(
      'servers: [{address: 127.0.0.2, unknown: true}, {deployedAfter: never}, {address: "::1", unknown: {status: 404}}]',
      'my.yaml',
    );
    expect(scenario.servers.map((server) => [server.address, server.unknownStatus])).toEqual([
      ['127.0.0.2', 403],
      ['::1', 404],
    ]);
    expect(scenario.otherServers).toMatchObject({
      address: undefined,
      deployedAfterMs: Number.POSITIVE_INFINITY,
    });
  });

  test('takes durations in words and in ms', () => {
    const ms = (text: string) =>
      parseScenario(`deployedAfter: ${text}`, 'my.yaml').otherServers.deployedAfterMs;
    expect(['500ms', '90s', '1.5m', '1h', '250', '0', 'never'].map(ms)).toEqual([
      500,
      90_000,
      90_000,
      3_600_000,
      250,
      0,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test('may share parts by YAML anchors', () => {
    const { servers } = parseScenario(
      'servers: [{address: 127.0.0.1, quota: &q {limit: 5}}, {address: 127.0.0.2, quota: *q}]',
      'my.yaml',
    );
    expect(servers.map((server) => server.quota.limit)).toEqual([5, 5]);
  });

  test.each([
    [
      'deployedAfter: soon',
      'deployedAfter: expected a duration such as 500ms, 90s, 15m, 1h or never, or a number of ms, not "soon"',
    ],
    ['servers: [{adress: 127.0.0.1}]', 'servers[0].adress: there is no such key'],
    ['servers: [{address: here}]', 'servers[0].address: expected an address such as 127.0.0.2, not "here"'],
    [
      'servers: [{}, {}]',
      'servers: expected each address once, and one entry without an address at most, not [{},{}]',
    ],
    ['{servers: [], outcome: FAILED}', 'outcome: there is no such key'],
    ['quota: {limit: 3, otherLoad: {}}', 'quota.otherLoad.perMinute: is missing'],
    [
      'quota: {window: 0s}',
      'quota.window: expected a duration above zero such as 500ms, 90s, 15m or 1h, or a number of ms, not "0s"',
    ],
    ['quota: {mode: rolling}', 'quota.mode: expected one of fixed, sliding, not "rolling"'],
    ['quota: 30', 'quota: expected a mapping of keys, not 30'],
    ['faults: [{kind: status}]', 'faults[0].status: is missing'],
    ['faults: [{status: 500}]', 'faults[0].kind: is missing'],
    [
      'faults: [{kind: status, status: 99}]',
      'faults[0].status: expected an HTTP status from 200 to 599, not 99',
    ],
    ['faults: [{kind: hang, probability: 2}]', 'faults[0].probability: expected a number from 0 to 1, not 2'],
    [
      'faults: [{kind: oversize, bytes: 1e12}]',
      'faults[0].bytes: expected a whole number from 1 to 100000000, not 1000000000000',
    ],
    ['gateway: 10.0.0.1', 'gateway: expected none, or a mapping of keys, not "10.0.0.1"'],
    ['gateway: {address: 10.0.0.300}', 'gateway.address: expected an IPv4 address, not "10.0.0.300"'],
    ['unknown: perhaps', 'unknown: expected true or false, not "perhaps"'],
    ['features: {x: ja}', 'features.x: expected true or false, not "ja"'],
    [
      'tasks: [{name: "a\\nb"}]',
      'tasks[0].name: expected text of one character or more, on one line, not "a\\nb"',
    ],
    ['dialect: {tasksKey: "a b"}', 'dialect.tasksKey: expected a name in snake_case, not "a b"'],
    ['- 1', 'the document: expected a mapping of keys, not [1]'],
    [
      `outcome: [${'x'.repeat(100)}]`,
      `outcome: expected text of one character or more, on one line, not ["${'x'.repeat(58)}…`,
    ],
  ])('says what is wrong with %s', (yaml, mistake) => {
    expect(mistakeIn(yaml)).toBe(`cannot use my.yaml: ${mistake}`);
  });

  test('names the kinds of faults to one who guesses', () => {
    expect(mistakeIn('faults: [{kind: boom}]')).toBe(
      'cannot use my.yaml: faults[0].kind: expected one of status, redirect, body, html, garbage, content-type, oversize, truncate, reset, hang, slow-body, delay, not "boom"',
    );
  });

  test('names several mistakes at once', () => {
    expect(mistakeIn('{outcome: "", deployedAfter: x, seed: -1}')).toMatch(
      /seed: .*; deployedAfter: .*; outcome: /,
    );
  });

  test('names the line of broken YAML, and ends an alias bomb', () => {
    expect(mistakeIn('a: [')).toMatch(/^cannot use my\.yaml: .* at line 1/);
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de'])
      bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`);
    expect(mistakeIn(bomb.join('\n'))).toMatch(/^cannot use my\.yaml: .*alias/i);
  });
});

describe('a patch', () => {
  test('changes the keys that it names and no others', () => {
    const { server, now } = parsePatch({ outcome: 'FAILED', gateway: { address: '10.1.1.1' } });
    expect(now).toBe(false);
    expect(patchServer(defaultScenario.otherServers, server)).toEqual({
      ...defaultScenario.otherServers,
      outcome: 'FAILED',
      gateway: { address: '10.1.1.1', assignedAfterMs: undefined },
    });
  });

  test('may take the gateway away, and make a server known', () => {
    const unknown = { ...defaultScenario.otherServers, unknownStatus: 403 };
    const { server } = parsePatch({ gateway: 'none', unknown: false });
    expect(patchServer(unknown, server)).toMatchObject({ gateway: undefined, unknownStatus: undefined });
  });

  test('is checked like a scenario', () => {
    expect(() => parsePatch({ outcom: 'X' })).toThrow('cannot use patch: outcom: there is no such key');
    expect(() => parsePatch(null)).toThrow(
      'cannot use patch: the document: expected a mapping of keys, not null',
    );
  });
});

test('the example in the documentation can be used as it is', () => {
  const path = new URL('../../docs/examples/scenario.yaml', import.meta.url);
  const scenario = parseScenario(readFileSync(path, 'utf8'), 'scenario.yaml');
  expect(scenario.servers.length).toBeGreaterThan(0);
});

/** Every key below a schema, whatever it is wrapped in. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { entries, wrapped, item, options, pipe, type, getter } = schema as Record<string, unknown>;
  const below = [wrapped, item, ...[options, pipe].flatMap((list) => (Array.isArray(list) ? list : []))];
  if (type === 'lazy' && typeof getter === 'function') below.push(getter({}));
  const named = typeof entries === 'object' && entries !== null ? Object.entries(entries) : [];
  return [...named.flatMap(([key, value]) => [key, ...keysOf(value)]), ...below.flatMap(keysOf)];
}

test('the documentation names every key of a scenario', () => {
  const reference = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
  const keys = [...new Set(['seed', 'servers', 'address', 'now', ...keysOf({ entries: serverEntries })])];
  expect(keys).toEqual(expect.arrayContaining(['otherLoad', 'perMinute', 'bytesPerSecond', 'statusText']));
  expect(keys.filter((key) => !reference.includes(`\`${key}\``))).toEqual([]);
});
